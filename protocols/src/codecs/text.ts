import type { Refusal } from '../refusals.js';

const decoder = new TextDecoder('utf-8', { fatal: true });
/** RFC 3339 with a zone: a time without one is anybody's guess. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/;
const LATEST_MS = 8.64e15;

/** Longest external id a device can be claimed with; see the device schema. */
const EXTERNAL_ID_LENGTH = 128;

/** UTF-8 text; undefined when it is not. */
export function readText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A JSON document, or why there is none. `limit` in bytes is checked before anything is read. */
export function readJson(bytes: Uint8Array, limit: number): { readonly value: unknown } | { readonly refusal: Refusal } {
  if (bytes.byteLength > limit) return { refusal: { reason: 'payload_too_large' } };
  try {
    return { value: JSON.parse(decoder.decode(bytes)) as unknown };
  } catch {
    return { refusal: { reason: 'malformed_json' } };
  }
}

/** The same, for a document that has to be an object. */
export function readObject(bytes: Uint8Array, limit: number): { readonly value: Record<string, unknown> } | { readonly refusal: Refusal } {
  const json = readJson(bytes, limit);
  if ('refusal' in json) return json;
  return isRecord(json.value) ? { value: json.value } : { refusal: { reason: 'wrong_type', detail: 'payload' } };
}

/** Epoch ms of an ISO 8601 time that names its zone; undefined for anything else. */
export function isoToMs(text: unknown): number | undefined {
  if (typeof text !== 'string' || text.length > 40 || !ISO_TIME.test(text)) return undefined;
  const ms = Date.parse(text);
  return ms >= 0 ? ms : undefined; // NaN compares false
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isEpochMs = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= LATEST_MS;
export const isExternalId = (text: string): boolean => text !== '' && text.length <= EXTERNAL_ID_LENGTH;
