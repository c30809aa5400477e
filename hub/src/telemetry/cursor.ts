import type { EpochMs } from '@liandong/protocols';
import { AppError } from '../problem.js';

/** Longest cursor the API accepts is 200 characters, so a cursor holds times and hashes, never an event's own id. */
const encode = (text: string): string => Buffer.from(text).toString('base64url');

function decode(cursor: string, shape: RegExp): string[] {
  const match = shape.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match === null) throw new AppError('CURSOR_INVALID');
  return match.slice(1);
}

/** Page mark of a series: the time of the last point handed out. */
export const pointCursor = (ts: EpochMs): string => encode(`p1:${ts}`);
/** @throws AppError CURSOR_INVALID */
export const parsePointCursor = (cursor: string): EpochMs => Number(decode(cursor, /^p1:(\d{1,16})$/)[0]);

/** Page mark of a device's events, newest first: time of the last one handed out, and its place within that millisecond. */
export interface EventMark { readonly ts: EpochMs; readonly tie: number }
export const eventCursor = ({ ts, tie }: EventMark): string => encode(`e1:${ts}:${tie}`);
/** @throws AppError CURSOR_INVALID */
export function parseEventCursor(cursor: string): EventMark {
  const [ts, tie] = decode(cursor, /^e1:(\d{1,16}):(\d{1,16})$/);
  return { ts: Number(ts), tie: Number(tie) };
}
