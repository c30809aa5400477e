import { parseTime, type EpochMs } from '@liandong/protocols';
import { fieldError } from '../problem.js';

const DAY_MS = 24 * 3_600_000;

/** Milliseconds of a query's time, or of one in a body, where it may be a number too; undefined when it is not given. @throws AppError VALIDATION_FAILED */
export function timeOf(name: string, text: string | number | undefined): EpochMs | undefined {
  if (text === undefined || typeof text === 'number') return text;
  const ms = parseTime(text);
  if (ms === undefined || Math.abs(ms) > 8.64e15) throw fieldError(`/${name}`, { zh: `\`${name}\` 要写成毫秒时间戳或 ISO 8601 时间。`, en: `\`${name}\` must be epoch milliseconds or ISO 8601.` });
  return ms;
}

/** The last 24 hours where nothing else is said. `from` included, `to` excluded. */
export function rangeOf(query: { from?: string; to?: string }, now: EpochMs): { from: EpochMs; to: EpochMs } {
  const to = timeOf('to', query.to) ?? now;
  return { from: timeOf('from', query.from) ?? to - DAY_MS, to };
}

/** Optional words of a query, as a service wants them. */
export const isTrue = (word: string): boolean => word === 'true' || word === '1';
