import { TIERS, isShiftDay, type AreaId, type EpochMs, type OnDuty, type Shift, type Tier } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Days } from '../calendar/day-calendar.js';
import { dayOf, startOfDay, weekdayOf } from '../clock.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export type OnDutyEntry = OnDuty['data'][number];

/**
 * Who looks after an area at a time, by tier and then by name of the shift. For each tier it is the nearest area upwards with a shift of that tier that
 * runs then, by the calendar's `days`; overlapping shifts of one area all count. `until` is the end of the shift, which does not belong to it.
 */
export function onDuty(shifts: Iterable<Shift>, { areas, days }: { areas: Pick<AreaTree, 'lineage'>; days: Days }, area: AreaId, at: EpochMs): OnDutyEntry[] {
  const distances = new Map(areas.lineage(area).map(({ id }, index): [AreaId, number] => [id, index]));
  const nearest = new Map<Tier, { distance: number; entries: OnDutyEntry[] }>();
  for (const shift of shifts) {
    const distance = distances.get(shift.area);
    const until = distance === undefined ? undefined : endOf(shift, days, at);
    if (distance === undefined || until === undefined) continue;
    const found = nearest.get(shift.tier);
    if (found !== undefined && found.distance < distance) continue;
    const entries = found?.distance === distance ? found.entries : [];
    entries.push({ tier: shift.tier, shift: shift.id, name: shift.name, area: shift.area, users: shift.users, until });
    nearest.set(shift.tier, { distance, entries });
  }
  return TIERS.flatMap((tier) => (nearest.get(tier)?.entries ?? []).sort(byName));
}

/** User names of one tier, each once. */
export const usersOf = (entries: readonly OnDutyEntry[], tier?: Tier): string[] =>
  [...new Set(entries.filter((entry) => tier === undefined || entry.tier === tier).flatMap(({ users }) => users))];

/** When the shift that runs at that time ends; undefined when it does not run then. */
export function endOf({ start, end, validFrom = -Infinity, validTo = Infinity, ...shift }: Shift, days: Days, at: EpochMs): EpochMs | undefined {
  if (at < validFrom || at >= validTo) return undefined;
  const starts = minutesOf(start);
  const length = minutesOf(end) - starts;
  const lengthMs = length * MINUTE_MS + (length > 0 ? 0 : DAY_MS);
  const today = dayOf(at);
  // One that began yesterday may still run; none is longer than a day.
  for (const day of [today, today - 1]) {
    const from = startOfDay(day) + starts * MINUTE_MS;
    if (isShiftDay(shift, weekdayOf(day), days.kindOf(day)) && at >= from && at < from + lengthMs) return Math.min(from + lengthMs, validTo);
  }
  return undefined;
}

/** Of HH:MM, which is all that the schema lets through. */
function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

const byName = (a: OnDutyEntry, b: OnDutyEntry): number => a.name < b.name ? -1 : a.name > b.name ? 1 : a.shift < b.shift ? -1 : 1;
