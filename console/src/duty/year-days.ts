import type { CalendarDay } from '@liandong/protocols';
import { DAY_MS, dateToMs, isoDate, weekdayOf } from '../format/calendar.js';

export interface DayCell { date: string; day: number; weekday: number }
/** A month's days, with empty places before the first so that columns are weekdays from Monday. */
export interface MonthCells { month: number; blanks: number; days: DayCell[] }

const two = (n: number): string => String(n).padStart(2, '0');
export function monthsOf(year: number): MonthCells[] {
  return Array.from({ length: 12 }, (_, index) => {
    const days: DayCell[] = [];
    const month = index + 1;
    for (let at = dateToMs(`${year}-${two(month)}-01`); isoDate(at).startsWith(`${year}-${two(month)}`); at += DAY_MS) days.push({ date: isoDate(at), day: days.length + 1, weekday: weekdayOf(at) });
    return { month, blanks: (days[0]?.weekday ?? 1) - 1, days };
  });
}

/** With this day set, or taken out when it was just so already. By date. */
export function withDay(days: readonly CalendarDay[], { date, kind, name }: CalendarDay): CalendarDay[] {
  const known = days.find((day) => day.date === date);
  const rest = days.filter((day) => day.date !== date);
  const isSame = known !== undefined && known.kind === kind && (known.name ?? '') === (name ?? '');
  return (isSame ? rest : [...rest, { date, kind, ...(name === undefined || name.trim() === '' ? {} : { name: name.trim() }) }]).sort((a, b) => a.date < b.date ? -1 : 1);
}
