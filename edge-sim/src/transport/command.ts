import type { CommandOutcome, SimCommand } from '../fleet/message.js';

export interface ReceivedCommand { readonly id: string; readonly command: SimCommand | CommandOutcome }

/** Reads a command message; undefined when it names no id to answer. What can't be done is answered with the reason. */
export function readCommand(payload: string, nowMs: number): ReceivedCommand | undefined {
  const body = parse(payload);
  const { id, type, data, expiresAt } = body ?? {};
  if (typeof id !== 'string') return undefined;
  if (typeof expiresAt === 'number' && expiresAt < nowMs) return { id, command: { ok: false, error: 'expired' } };
  if (type === 'report_now' || type === 'open_gate') return { id, command: { type } };
  if (type !== 'set_interval') return { id, command: { ok: false, error: 'unknown command' } };
  const seconds = isRecord(data) ? data['seconds'] : undefined;
  if (typeof seconds !== 'number' || !(seconds >= 1 && seconds <= 86_400)) return { id, command: { ok: false, error: 'bad seconds' } };
  return { id, command: { type, seconds } };
}

function parse(payload: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(payload);
    return isRecord(body) ? body : undefined;
  } catch {
    return undefined; // nothing that could be answered
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
