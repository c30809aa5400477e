import type { Shift } from './api/escalation.js';
import type { CalendarDay } from './api/rule-answers.js';

const WORKING_DAYS = [1, 2, 3, 4, 5];

/** Does the shift begin on a day of this weekday (1 Monday … 7 Sunday)? `kind`: what the calendar says of the day; undefined: nothing. See `NewShiftSchema`. */
export function isShiftDay({ weekdays, holidays }: Pick<Shift, 'weekdays' | 'holidays'>, weekday: number, kind: CalendarDay['kind'] | undefined): boolean {
  const isListed = weekdays.includes(weekday);
  if (holidays === undefined) return isListed;
  if (kind === 'holiday') return holidays === 'also' || (isListed && holidays === 'only');
  if (holidays === 'only') return false;
  return kind === 'workday' && weekday > 5 ? WORKING_DAYS.every((working) => weekdays.includes(working)) : isListed;
}
