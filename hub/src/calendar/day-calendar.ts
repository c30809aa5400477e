import type { CalendarDay, EpochMs } from '@liandong/protocols';
import { dayOf } from '../clock.js';

/** What the calendar says of a day, counted in days since 1970 at UTC+8; undefined: nothing. */
export interface Days {
  kindOf(day: number): CalendarDay['kind'] | undefined;
  /** Another one whenever the calendar is another. */
  readonly version: number;
}

/** Holidays and moved working days in memory, for rules that are asked at every sample. */
export class DayCalendar implements Days {
  #kinds = new Map<number, CalendarDay['kind']>();
  #version = 0;

  get version(): number { return this.#version; }

  kindOf(day: number): CalendarDay['kind'] | undefined { return this.#kinds.get(day); }

  /** Whoever asked before asks again: what is scheduled follows at once. */
  replace(days: readonly CalendarDay[]): void {
    this.#kinds = new Map(days.map(({ date, kind }) => [dayOf(midnightOf(date)), kind]));
    this.#version += 1;
  }
}

/** For rules that are tried where there is no calendar. */
export const NO_DAYS: Days = { kindOf: () => undefined, version: 0 };

/** 00:00 of this date at UTC+8; NaN when there is no such date. */
export function midnightOf(date: string): EpochMs {
  const at = Date.parse(`${date}T00:00:00+08:00`);
  // 2026-02-30 is read as a day in March by some parsers.
  return Number.isNaN(at) || new Date(at + 8 * 3_600_000).toISOString().slice(0, 10) !== date ? NaN : at;
}
