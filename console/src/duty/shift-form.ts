import type { NewShift, Shift, Tier } from '@liandong/protocols';
import { DAY_MS, dateToMs, isoDate } from '../format/calendar.js';

/** A shift as it is typed; dates are whole days, the last one included. `holidays` is empty while the calendar is not asked. */
export interface ShiftForm { name: string; tier: Tier; area: string; weekdays: number[]; start: string; end: string; users: string[]; validFrom: string; validTo: string; holidays: '' | NonNullable<Shift['holidays']> }
export type ShiftFault = 'nameMissing' | 'areaMissing' | 'weekdaysMissing' | 'timeMissing' | 'usersMissing' | 'userWrong' | 'validityBackwards';

const USERNAME = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

export const formOfShift = (shift: Shift | undefined, area: string): ShiftForm => shift === undefined
  ? { name: '', tier: 'community', area, weekdays: [1, 2, 3, 4, 5], start: '08:00', end: '16:00', users: [], validFrom: '', validTo: '', holidays: '' }
  : {
    name: shift.name, tier: shift.tier, area: shift.area, weekdays: [...shift.weekdays], start: shift.start, end: shift.end, users: [...shift.users],
    validFrom: shift.validFrom === undefined ? '' : isoDate(shift.validFrom), validTo: shift.validTo === undefined ? '' : isoDate(shift.validTo - 1),
    holidays: shift.holidays ?? '',
  };

export const toShift = ({ name, tier, area, weekdays, start, end, users, validFrom, validTo, holidays }: ShiftForm): NewShift => ({
  name: name.trim(), tier, area, weekdays: [...weekdays], start, end, users: [...users], ...(validFrom === '' ? {} : { validFrom: dateToMs(validFrom) }), ...(validTo === '' ? {} : { validTo: dateToMs(validTo) + DAY_MS }), ...(holidays === '' ? {} : { holidays }),
});

/** By field, what keeps the form from being a shift. */
export function shiftFaults(form: ShiftForm): Partial<Record<keyof ShiftForm, ShiftFault>> {
  return {
    ...(form.name.trim() === '' ? { name: 'nameMissing' } : {}), ...(form.area === '' ? { area: 'areaMissing' } : {}), ...(form.weekdays.length === 0 ? { weekdays: 'weekdaysMissing' } : {}),
    ...(TIME.test(form.start) && TIME.test(form.end) ? {} : { start: 'timeMissing' }), ...(form.users.length === 0 ? { users: 'usersMissing' } : form.users.every((user) => USERNAME.test(user)) ? {} : { users: 'userWrong' }),
    ...(form.validFrom !== '' && form.validTo !== '' && form.validTo < form.validFrom ? { validFrom: 'validityBackwards' } : {}),
  };
}
