import type { EpochMs } from '@liandong/protocols';

/** Injected wherever time matters, so tests can move it. */
export interface Clock {
  /** Wall-clock time now. */
  now(): EpochMs;
}

export const systemClock: Clock = { now: () => Date.now() };

/** China Standard Time, where every hub stands: UTC+8, no summer time. */
export const CST_OFFSET_MS = 8 * 3_600_000;

/** Date and minute at UTC+8, for people: `2026-11-26 09:41`. */
export const minuteInWords = (at: EpochMs): string => new Date(at + CST_OFFSET_MS).toISOString().slice(0, 16).replace('T', ' ');

/** Hour of the day at UTC+8, 0–23. */
export const hourOfDay = (at: EpochMs): number => Math.floor((at + CST_OFFSET_MS) / 3_600_000) % 24;

/** The next full hour after `at`; it is one at UTC+8 too. */
export const nextHour = (at: EpochMs): EpochMs => Math.floor(at / 3_600_000) * 3_600_000 + 3_600_000;

/** Days since 1970-01-01 at UTC+8. */
export const dayOf = (at: EpochMs): number => Math.floor((at + CST_OFFSET_MS) / 86_400_000);

/** 00:00 at UTC+8 of a day so counted. */
export const startOfDay = (day: number): EpochMs => day * 86_400_000 - CST_OFFSET_MS;

/** Day of the week, 1 (Monday) to 7; 1970-01-01 was a Thursday, and days before it are counted down. */
export const weekdayOf = (day: number): number => ((day + 3) % 7 + 7) % 7 + 1;
