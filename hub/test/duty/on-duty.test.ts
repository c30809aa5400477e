import type { Shift } from '@liandong/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AreaTree } from '../../src/areas/area-tree.js';
import { DayCalendar, NO_DAYS } from '../../src/calendar/day-calendar.js';
import { onDuty, usersOf } from '../../src/duty/on-duty.js';
import { Roster } from '../../src/duty/roster.js';
import { rethrow } from '../support/rethrow.js';

const areas = new AreaTree(rethrow);
areas.put({ id: 'city', level: 'city', name: '市' });
areas.put({ id: 'street', level: 'subdistrict', parent: 'city', name: '街道' });
areas.put({ id: 'east', level: 'community', parent: 'street', name: '东' });
areas.put({ id: 'west', level: 'community', parent: 'street', name: '西' });
areas.put({ id: 'grid', level: 'grid', parent: 'east', name: '格' });

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const shift = (more: Partial<Shift>): Shift => ({ id: 's', name: 'n', tier: 'community', area: 'east', weekdays: EVERY_DAY, start: '08:00', end: '20:00', users: ['li'], ...more });
/** At UTC+8; 2026-11-02 is a Monday. */
const at = (text: string): number => Date.parse(`${text}+08:00`);
const untilOf = (shifts: Shift[], time: string, area = 'east'): string[] => onDuty(shifts, { areas, days: NO_DAYS }, area, at(time)).map(({ until }) => new Date(until + 8 * 3_600_000).toISOString().slice(0, 16));

describe('who is on duty', () => {
  it.each([
    ['2026-11-02T07:59:59.999', []], ['2026-11-02T08:00', ['2026-11-02T20:00']], ['2026-11-02T19:59:59.999', ['2026-11-02T20:00']], ['2026-11-02T20:00', []],
  ])('of a day shift at %s', (time, until) => {
    expect(untilOf([shift({})], time)).toEqual(until);
  });

  it.each([
    ['2026-11-02T19:59', []], ['2026-11-02T20:00', ['2026-11-03T08:00']], ['2026-11-02T23:59:59.999', ['2026-11-03T08:00']], ['2026-11-03T00:00', ['2026-11-03T08:00']],
    ['2026-11-03T07:59:59.999', ['2026-11-03T08:00']], ['2026-11-03T08:00', []], ['2026-11-03T20:00', []],
  ])('of Monday\'s night shift at %s: it ends on Tuesday', (time, until) => {
    expect(untilOf([shift({ weekdays: [1], start: '20:00', end: '08:00' })], time)).toEqual(until);
  });

  it.each([
    ['2026-11-08T21:59', []], ['2026-11-08T22:00', ['2026-11-09T06:00']], ['2026-11-09T00:00', ['2026-11-09T06:00']], ['2026-11-09T06:00', []], ['2026-11-09T22:00', []],
  ])('of Sunday\'s night shift over the change of the week, at %s', (time, until) => {
    expect(untilOf([shift({ weekdays: [7], start: '22:00', end: '06:00' })], time)).toEqual(until);
  });

  it.each([
    ['2026-11-02T08:59', ['2026-11-02T09:00']], ['2026-11-02T09:00', ['2026-11-03T09:00']], ['2026-11-08T23:00', ['2026-11-09T09:00']],
  ])('of a shift that ends when it begins, at %s: all day long, one at a time', (time, until) => {
    expect(untilOf([shift({ start: '09:00', end: '09:00' })], time)).toEqual(until);
  });

  it.each([
    ['2026-11-02T00:00', ['2026-11-03T00:00']], ['2026-11-01T23:59:59.999', []], ['2026-11-03T00:00', []],
  ])('of a whole Monday from midnight to midnight, at %s', (time, until) => {
    expect(untilOf([shift({ weekdays: [1], start: '00:00', end: '00:00' })], time)).toEqual(until);
  });

  it.each([
    ['2026-11-02T21:59', []], ['2026-11-02T22:00', ['2026-11-03T02:00']], ['2026-11-03T01:59', ['2026-11-03T02:00']], ['2026-11-03T02:00', []], ['2026-11-03T23:00', []],
  ])('only while a shift is valid, which may end in its middle: at %s', (time, until) => {
    expect(untilOf([shift({ start: '20:00', end: '08:00', validFrom: at('2026-11-02T22:00'), validTo: at('2026-11-03T02:00') })], time)).toEqual(until);
  });

  describe('around the holidays', () => {
    const days = new DayCalendar();
    days.replace([{ date: '2026-10-01', kind: 'holiday' }, { date: '2026-10-03', kind: 'holiday' }, { date: '2026-10-10', kind: 'workday' }]); // a Thursday, a Saturday, a Saturday
    const crew = { week: [1, 2, 3, 4, 5], weekend: [6, 7], everyday: EVERY_DAY };
    it.each<[keyof typeof crew, Shift['holidays'], string[]]>([
      ['week', undefined, ['09-30', '10-01', '10-02']], ['week', 'except', ['09-30', '10-02', '10-10']], ['week', 'also', ['09-30', '10-01', '10-02', '10-03', '10-10']], ['week', 'only', ['10-01']],
      ['weekend', undefined, ['10-03', '10-04', '10-10']], ['weekend', 'except', ['10-04']], ['weekend', 'also', ['10-01', '10-03', '10-04']], ['weekend', 'only', ['10-03']],
      ['everyday', 'only', ['10-01', '10-03']], ['everyday', 'except', ['09-30', '10-02', '10-04', '10-10']],
    ])('the %s crew with holidays %s', (name, holidays, dates) => {
      const worked = ['09-30', '10-01', '10-02', '10-03', '10-04', '10-10'].filter((date) => onDuty([shift({ weekdays: crew[name], ...(holidays === undefined ? {} : { holidays }) })], { areas, days }, 'east', at(`2026-${date}T12:00`)).length > 0);
      expect(worked).toEqual(dates);
    });

    it('a night belongs to the day it begins on', () => {
      const night = shift({ weekdays: crew.weekend, holidays: 'also', start: '20:00', end: '08:00' });
      const isOn = (time: string): boolean => onDuty([night], { areas, days }, 'east', at(time)).length > 0;
      expect([isOn('2026-10-01T07:00'), isOn('2026-10-01T21:00'), isOn('2026-10-02T07:00'), isOn('2026-10-02T21:00')]).toEqual([false, true, true, false]);
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('on weekday %d of 2026-11-02 to 08, and on no other', (weekday) => {
    const days = EVERY_DAY.filter((day) => untilOf([shift({ weekdays: [weekday] })], `2026-11-0${day + 1}T12:00`).length > 0);
    expect(days).toEqual([weekday]);
  });

  it('is told by tier, of the nearest area with a shift that runs then, for each tier by itself', () => {
    const shifts = [
      shift({ id: 'day', name: 'day', users: ['li'] }), shift({ id: 'night', name: 'night', area: 'street', start: '20:00', end: '08:00', users: ['wang'] }),
      shift({ id: 'street-day', area: 'street', users: ['zhao'] }), shift({ id: 'sub', tier: 'subdistrict', area: 'street', users: ['chen'], start: '00:00', end: '00:00' }),
      shift({ id: 'city', tier: 'city', area: 'city', users: ['mayor'], start: '00:00', end: '00:00' }), shift({ id: 'west', area: 'west', users: ['sun'] }),
    ];
    const told = (area: string, time: string): string[] => onDuty(shifts, { areas, days: NO_DAYS }, area, at(time)).map(({ tier, shift: id }) => `${tier} ${id}`);
    expect(told('grid', '2026-11-02T12:00')).toEqual(['community day', 'subdistrict sub', 'city city']);
    expect(told('east', '2026-11-02T23:00')).toEqual(['community night', 'subdistrict sub', 'city city']);
    expect(told('west', '2026-11-02T12:00')).toEqual(['community west', 'subdistrict sub', 'city city']);
    expect(told('street', '2026-11-02T12:00')).toEqual(['community street-day', 'subdistrict sub', 'city city']);
    expect(told('city', '2026-11-02T12:00')).toEqual(['city city']);
    expect(told('nowhere', '2026-11-02T12:00')).toEqual([]);
  });

  it('counts overlapping shifts of one area together, and each person once', () => {
    const entries = onDuty([shift({ id: 'b', name: 'b', users: ['li', 'wang'] }), shift({ id: 'a', name: 'a', start: '12:00', end: '13:00', users: ['li', 'zhao'] }), shift({ id: 'c', tier: 'city', users: ['mayor'] })], { areas, days: NO_DAYS }, 'east', at('2026-11-02T12:30'));
    expect(entries.map(({ shift: id }) => id)).toEqual(['a', 'b', 'c']);
    expect(usersOf(entries, 'community')).toEqual(['li', 'zhao', 'wang']);
    expect(usersOf(entries, 'subdistrict')).toEqual([]);
    expect(usersOf(entries)).toEqual(['li', 'zhao', 'wang', 'mayor']);
  });

  it('of many areas at once is everybody who looks after one of them, each once', () => {
    const ids = areas.all().map(({ id }) => id);
    const shifts = fc.array(fc.record({ tier: fc.constantFrom('community', 'subdistrict', 'city'), area: fc.constantFrom(...ids), start: fc.constantFrom('00:00', '08:00', '20:00'), end: fc.constantFrom('08:00', '20:00'), users: fc.subarray(['li', 'wang', 'sun', 'chen'], { minLength: 1 }) }), { maxLength: 12 });
    fc.assert(fc.property(shifts, fc.integer({ min: 0, max: 48 }), fc.subarray(ids), (made, hour, asked) => {
      const roster = new Roster({ areas, days: NO_DAYS });
      made.forEach((one, index) => { roster.put(shift({ id: `s${index}`, ...one })); });
      const time = at('2026-11-02T00:00') + hour * 3_600_000;
      expect([...roster.usersOnDuty(asked, time)].sort()).toEqual([...new Set(asked.flatMap((area) => usersOf(roster.onDuty(area, time))))].sort());
    }));
  });

  it('is the same at any time as a list of every shift of the year says', () => {
    const time = fc.integer({ min: 0, max: 1439 }).map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`);
    const year = at('2026-01-01T00:00');
    fc.assert(fc.property(time, time, fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), fc.integer({ min: 2 * 1440, max: 360 * 1440 }), (start, end, weekdays, minute) => {
      const now = year + minute * 60_000;
      const found: number[] = [];
      for (let day = 0; day < 366; day += 1) {
        const date = new Date(year + 8 * 3_600_000 + day * 86_400_000).toISOString().slice(0, 10);
        const weekday = new Date(`${date}T12:00Z`).getUTCDay() || 7;
        const from = at(`${date}T${start}`);
        const to = at(`${date}T${end}`) + (end > start ? 0 : 86_400_000);
        if (weekdays.includes(weekday) && now >= from && now < to) found.push(to);
      }
      expect(onDuty([shift({ start, end, weekdays })], { areas, days: NO_DAYS }, 'east', now).map(({ until }) => until)).toEqual(found);
    }), { numRuns: 150 });
  });
});
