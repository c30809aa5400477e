import type { EpochMs } from '@liandong/protocols';

/** The hub's days are those of UTC+8, which has no summer time. */
export const ZONE_MS = 8 * 3_600_000;
export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

const two = (n: number): string => String(n).padStart(2, '0');
/** A moment as if UTC were the hub's zone, for reading its parts. */
const local = (at: EpochMs): Date => new Date(at + ZONE_MS);

/** `11-26` */
export const formatShortDay = (at: EpochMs): string => `${two(local(at).getUTCMonth() + 1)}-${two(local(at).getUTCDate())}`;
/** `2026-11-26` */
export const isoDate = (at: EpochMs): string => `${local(at).getUTCFullYear()}-${formatShortDay(at)}`;
/** `2026-11-26 09:41` */
export const formatFull = (at: EpochMs): string => `${isoDate(at)} ${two(local(at).getUTCHours())}:${two(local(at).getUTCMinutes())}`;
/** The midnight at which the day began. */
export const startOfDay = (at: EpochMs): EpochMs => Math.floor((at + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
/** 1, Monday, to 7, Sunday. */
export const weekdayOf = (at: EpochMs): number => (local(at).getUTCDay() + 6) % 7 + 1;
/** Monday's midnight of the week. */
export const startOfWeek = (at: EpochMs): EpochMs => startOfDay(at) - (weekdayOf(at) - 1) * DAY_MS;
/** Midnight of a date such as `2026-11-26`. */
export const dateToMs = (date: string): EpochMs => Date.parse(`${date}T00:00:00Z`) - ZONE_MS;
/** What a field of date and time holds (`2026-11-26T09:41`), read as the hub's time wherever the browser is; undefined when it holds none. */
export function fieldToMs(text: string): EpochMs | undefined {
  const at = Date.parse(`${text}Z`);
  return text === '' || Number.isNaN(at) ? undefined : at - ZONE_MS;
}
/** The text such a field shows for a moment, to the minute. */
export const msToField = (at: EpochMs): string => formatFull(at).replace(' ', 'T');
