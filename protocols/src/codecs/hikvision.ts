import type { EpochMs } from '../ids.js';
import { LIMITS } from '../limits.js';
import type { Refusal } from '../refusals.js';
import type { Decoded, DecodedEvent } from './decoded.js';
import { hikvisionMeaning, methodOfMode } from './hikvision-events.js';
import { splitMultipart } from './multipart.js';
import { isRecord, isoToMs, readObject } from './text.js';

/** The body a panel posts, as HTTP brought it. `now`: the hub's clock. */
export interface HikvisionPost { readonly contentType: string; readonly body: Uint8Array; readonly now: EpochMs }

/** A body longer than this is refused unread: an event and the pictures a panel adds to it (bytes). */
export const HIKVISION_BODY_BYTES = 768 * 1024;
const CREDENTIAL_LENGTH = 64;
const HIGHEST_NUMBER = 65_535;

/**
 * Decodes what a Hikvision panel posts to its listening host (ISAPI, "Receive alarm in listening mode"): JSON, or multipart with a JSON part and
 * pictures. Pictures are dropped unread, and so are names and links to pictures. Never throws.
 * `credential` is the card's or else the person's number as it came: hash it before it is kept.
 */
export function decodeHikvision({ contentType, body, now }: HikvisionPost): Decoded {
  const type = contentType.slice(0, 256);
  if (body.byteLength > HIKVISION_BODY_BYTES) return refused('payload_too_large', `over ${HIKVISION_BODY_BYTES / 1024} KiB`);
  if (/^\s*multipart\//i.test(type)) return decodeParts(type, body, now);
  if (/^\s*image\//i.test(type)) return refused('biometric', 'image');
  if (!isJson(type)) return refused('not_for_us', 'content-type');
  return decodeDocument(body, now);
}

function decodeParts(contentType: string, body: Uint8Array, now: EpochMs): Decoded {
  const parts = splitMultipart(contentType, body);
  if (parts === undefined) return refused('malformed_bytes', 'multipart');
  const documents = parts.filter((part) => isJson(part.contentType)).map((part) => decodeDocument(part.content, now));
  if (documents.length === 0) return refused('not_for_us', 'multipart');
  const status = documents.find((document) => document.status !== undefined)?.status;
  return {
    readings: [], events: documents.flatMap((document) => document.events), refusals: documents.flatMap((document) => document.refusals),
    ...(status === undefined ? {} : { status }),
  };
}

/** Some panels give no type for the event, and some say it is text. */
const isJson = (contentType: string): boolean => /^\s*(application\/json|text\/(plain|json)|)\s*(;|$)/i.test(contentType);

function decodeDocument(bytes: Uint8Array, now: EpochMs): Decoded {
  const document = readObject(bytes, LIMITS.payloadBytes);
  if ('refusal' in document) return { readings: [], events: [], refusals: [document.refusal] };
  const { eventType, eventState, AccessControllerEvent: access } = document.value;
  if (isHeartbeat(eventType, eventState)) return { readings: [], events: [], refusals: [], status: { online: true } };
  if (eventType !== 'AccessControllerEvent') return refused('not_for_us', typeof eventType === 'string' ? eventType.slice(0, 64) : 'eventType');
  if (!isRecord(access)) return refused('wrong_type', 'AccessControllerEvent');
  return decodeAccess(access, document.value['dateTime'], now);
}

/** `videoloss` that is not there is how older panels say they are alive. */
const isHeartbeat = (eventType: unknown, eventState: unknown): boolean =>
  typeof eventType === 'string' && (eventType.toLowerCase() === 'heartbeat' || (eventType.toLowerCase() === 'videoloss' && eventState === 'inactive'));

function decodeAccess(access: Record<string, unknown>, dateTime: unknown, now: EpochMs): Decoded {
  const { majorEventType: major, subEventType: sub, serialNo } = access;
  const meaning = hikvisionMeaning(major, sub);
  if (meaning === undefined) return refused('not_for_us', `event ${codeText(major)}/${codeText(sub)}`);
  if (!Number.isSafeInteger(serialNo) || (serialNo as number) < 0) return refused('bad_event', 'serialNo');
  const refusals: Refusal[] = [];
  const ts = isoToMs(dateTime);
  if (ts === undefined) refusals.push({ reason: 'bad_time', detail: 'dateTime' });
  const event: DecodedEvent = { id: eventId(serialNo as number, dateTime, ts, now), type: meaning.type, data: dataOf(access, meaning, refusals), ...(ts === undefined ? {} : { ts }) };
  return { readings: [], events: [event], refusals };
}

/**
 * `serialNo` starts again when a panel is reset, so its time is part of the id. A time that can't be read still tells two events apart; without
 * any, the hub's day does, so that a panel's retries stay one event.
 */
function eventId(serialNo: number, dateTime: unknown, ts: EpochMs | undefined, now: EpochMs): string {
  if (ts !== undefined) return `${serialNo}-${ts}`;
  const digits = typeof dateTime === 'string' ? dateTime.slice(0, 40).replace(/\D/g, '') : '';
  return digits === '' ? `${serialNo}-day${Math.floor(now / 86_400_000)}` : `${serialNo}-t${digits}`;
}

function dataOf(access: Record<string, unknown>, { method, reason }: { method?: string; reason?: string }, refusals: Refusal[]): Record<string, unknown> {
  const used = method ?? methodOfMode(access['currentVerifyMode']);
  const credential = numberOf(access, 'cardNo', refusals) ?? numberOf(access, 'employeeNoString', refusals);
  const door = smallNumber(access['doorNo']);
  const reader = smallNumber(access['cardReaderNo']);
  return {
    code: `${codeText(access['majorEventType'])}/${codeText(access['subEventType'])}`,
    ...(used === undefined ? {} : { method: used }), ...(reason === undefined ? {} : { reason }), ...(credential === undefined ? {} : { credential }),
    ...(door === undefined ? {} : { door }), ...(reader === undefined ? {} : { reader }),
  };
}

/** A card's or a person's number is text; its value never shows in a refusal. */
function numberOf(access: Record<string, unknown>, key: string, refusals: Refusal[]): string | undefined {
  const value = access[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= CREDENTIAL_LENGTH) return value;
  refusals.push({ reason: 'wrong_type', detail: key });
  return undefined;
}

const smallNumber = (value: unknown): number | undefined =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= HIGHEST_NUMBER ? value as number : undefined; // an integer, by the check

const codeText = (code: unknown): string => smallNumber(code)?.toString(16) ?? '?';
const refused = (reason: Refusal['reason'], detail?: string): Decoded => ({ readings: [], events: [], refusals: [detail === undefined ? { reason } : { reason, detail }] });
