import { isShiftDay, type CalendarDay, type EpochMs, type Shift, type Tier } from '@liandong/protocols';
import { DAY_MS, isoDate, MINUTE_MS, startOfDay, weekdayOf } from '../format/calendar.js';

/** One run of a shift: from its start on a day to its end, on the next day when that is not later. */
export interface ShiftRun { readonly shift: Shift; readonly from: EpochMs; readonly to: EpochMs }
/** A run's part within the days shown, in minutes from the first midnight. `lane`: its line, so that runs at the same time lie under each other. */
export interface GridBar { readonly shift: Shift; readonly fromMin: number; readonly toMin: number; readonly lane: number; readonly isCutLeft: boolean; readonly isCutRight: boolean }
export interface GridRow { readonly tier: Tier; readonly area: string; readonly bars: readonly GridBar[]; readonly lanes: number; /** Stretches of the week without anybody, in minutes from the first midnight. */ readonly gaps: readonly (readonly [number, number])[] }

/** Minutes of a day at `HH:MM`. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
/** How long a run lasts (min); an end that is not later is on the next day, so that equal times are a whole day. */
export function lengthOf({ start, end }: Pick<Shift, 'start' | 'end'>): number {
  const length = minutesOf(end) - minutesOf(start);
  return length > 0 ? length : length + DAY_MS / MINUTE_MS;
}

/** What the calendar says of the day that begins at this midnight; undefined: nothing. */
export type DayKinds = (midnight: EpochMs) => CalendarDay['kind'] | undefined;
export function kindsOf(days: readonly CalendarDay[]): DayKinds {
  const kinds = new Map(days.map(({ date, kind }) => [date, kind]));
  return (midnight) => kinds.get(isoDate(midnight));
}

/** Runs of these shifts that touch the time, by their start. `validFrom` and `validTo` cut a run short, as they do at the hub. */
export function runsBetween(shifts: readonly Shift[], from: EpochMs, to: EpochMs, kindOf: DayKinds): ShiftRun[] {
  const runs: ShiftRun[] = [];
  // A run may have begun the day before.
  for (let day = startOfDay(from) - DAY_MS; day < to; day += DAY_MS) {
    for (const shift of shifts) {
      if (!isShiftDay(shift, weekdayOf(day), kindOf(day))) continue;
      const start = day + minutesOf(shift.start) * MINUTE_MS;
      const [begins, ends] = [Math.max(start, shift.validFrom ?? -Infinity), Math.min(start + lengthOf(shift) * MINUTE_MS, shift.validTo ?? Infinity)];
      if (begins < ends && ends > from && begins < to) runs.push({ shift, from: begins, to: ends });
    }
  }
  return runs.sort((a, b) => a.from - b.from || (a.shift.id < b.shift.id ? -1 : 1));
}

const TIER_ORDER: readonly Tier[] = ['community', 'subdistrict', 'city'];

/** The week (or any days) from a midnight on, a row for each tier and area. */
export function weekGrid(shifts: readonly Shift[], firstMidnight: EpochMs, kindOf: DayKinds, days = 7): GridRow[] {
  const end = firstMidnight + days * DAY_MS;
  const keys = [...new Set(shifts.map(({ tier, area }) => `${tier} ${area}`))].sort((a, b) => TIER_ORDER.indexOf(a.split(' ')[0] as Tier) - TIER_ORDER.indexOf(b.split(' ')[0] as Tier) || (a < b ? -1 : 1)); // the first word is a tier
  return keys.map((key) => {
    const own = shifts.filter(({ tier, area }) => `${tier} ${area}` === key);
    const [first] = own as [Shift, ...Shift[]]; // the key is of one of them
    const bars = intoLanes(runsBetween(own, firstMidnight, end, kindOf), firstMidnight, end);
    return { tier: first.tier, area: first.area, bars, lanes: Math.max(1, ...bars.map(({ lane }) => lane + 1)), gaps: gapsOf(bars, days * DAY_MS / MINUTE_MS) };
  });
}

function intoLanes(runs: readonly ShiftRun[], from: EpochMs, to: EpochMs): GridBar[] {
  const busyUntil: number[] = [];
  return runs.map((run) => {
    const [fromMin, toMin] = [(Math.max(run.from, from) - from) / MINUTE_MS, (Math.min(run.to, to) - from) / MINUTE_MS];
    const free = busyUntil.findIndex((until) => until <= fromMin);
    const lane = free === -1 ? busyUntil.length : free;
    busyUntil[lane] = toMin;
    return { shift: run.shift, fromMin, toMin, lane, isCutLeft: run.from < from, isCutRight: run.to > to };
  });
}

/** Where no bar lies; bars come by their start. */
function gapsOf(bars: readonly GridBar[], whole: number): [number, number][] {
  const gaps: [number, number][] = [];
  let until = 0;
  for (const { fromMin, toMin } of bars) {
    if (fromMin > until) gaps.push([until, fromMin]);
    until = Math.max(until, toMin);
  }
  return until < whole ? [...gaps, [until, whole]] : gaps;
}

const DAY_KINDS = [undefined, 'holiday', 'workday'] as const;
/**
 * Any two days in a row that shifts may meet, an edge of a holiday too. No run is longer than a day, so that runs at the same time begin on the same day or on days in a row.
 * From Monday, 5 January 1970 on.
 */
const PAIRS_OF_DAYS = Array.from({ length: 7 }, (_, index) => startOfDay(0) + (4 + index) * DAY_MS).flatMap((from) => DAY_KINDS.flatMap((first) => DAY_KINDS.map((second) => ({ from, kindOf: (midnight: EpochMs) => midnight === from ? first : midnight === from + DAY_MS ? second : undefined }))));

/** Another shift of the same tier and area that runs at the same time some day, of holidays and moved working days too; undefined when there is none. */
export function overlapOf(shift: Shift, others: readonly Shift[]): Shift | undefined {
  const apart = (other: Shift): boolean => (shift.validTo ?? Infinity) <= (other.validFrom ?? -Infinity) || (other.validTo ?? Infinity) <= (shift.validFrom ?? -Infinity);
  const runsOf = (one: Shift, { from, kindOf }: (typeof PAIRS_OF_DAYS)[number]): ShiftRun[] => runsBetween([{ ...one, validFrom: -Infinity, validTo: Infinity }], from, from + 2 * DAY_MS, kindOf);
  const own = PAIRS_OF_DAYS.map((days) => ({ days, runs: runsOf(shift, days) }));
  const meet = (other: Shift): boolean => own.some(({ days, runs }) => runsOf(other, days).some((run) => runs.some((mine) => mine.from < run.to && run.from < mine.to)));
  return others.find((other) => other.id !== shift.id && other.tier === shift.tier && other.area === shift.area && !apart(other) && meet(other));
}
