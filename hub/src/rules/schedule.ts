import type { EpochMs, RuleSchedule } from '@liandong/protocols';
import type { Days } from '../calendar/day-calendar.js';
import { dayOf, hourOfDay, weekdayOf } from '../clock.js';

/**
 * When does a rule hold? A pure function of time and calendar. The first hour belongs to it, the last doesn't: [6, 22] is 06:00–21:59. Hours that cross midnight
 * belong to the day they begin on: [22, 6] of a Friday ends on Saturday at 06:00.
 */
export function compileSchedule({ hours, weekdays, holidays }: RuleSchedule, days: Days): (at: EpochMs) => boolean {
  const wanted = weekdays === undefined ? undefined : new Set(weekdays);
  const hasWorkingDays = [1, 2, 3, 4, 5].every((weekday) => wanted?.has(weekday) ?? true);

  function isDay(day: number): boolean {
    const kind = days.kindOf(day);
    if (holidays !== undefined && (kind === 'holiday') !== (holidays === 'only')) return false;
    const weekday = weekdayOf(day);
    if (wanted === undefined) return true;
    return kind === 'workday' && weekday > 5 ? hasWorkingDays : wanted.has(weekday);
  }

  if (hours === undefined) return (at) => isDay(dayOf(at));
  const [from, to] = hours;
  return (at) => {
    const hour = hourOfDay(at);
    if (from <= to) return hour >= from && hour < to && isDay(dayOf(at));
    if (hour >= from) return isDay(dayOf(at));
    return hour < to && isDay(dayOf(at) - 1);
  };
}
