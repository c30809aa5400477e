import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Shift } from '@liandong/protocols';
import { kindsOf, lengthOf, overlapOf, runsBetween, weekGrid } from '../../src/duty/week-grid.js';
import { DAY_MS, formatFull, MINUTE_MS, startOfDay, startOfWeek, weekdayOf } from '../../src/format/calendar.js';

/** Monday 23 November 2026, 00:00 at UTC+8. */
const MONDAY = Date.parse('2026-11-22T16:00:00Z');
const HOUR = 60;
const shift = (changes: Partial<Shift> = {}): Shift => ({ id: 's1', name: '夜班', tier: 'community', area: 'beiguan', weekdays: [1, 2, 3, 4, 5, 6, 7], start: '22:00', end: '06:00', users: ['a'], ...changes });
const NONE = () => undefined;
const bars = (shifts: Shift[], week = MONDAY) => weekGrid(shifts, week, NONE)[0]?.bars.map(({ fromMin, toMin, lane, isCutLeft, isCutRight }) => ({ fromMin, toMin, lane, isCutLeft, isCutRight }));

describe('days at the hub', () => {
  it('begin at 16:00 UTC, weeks on Monday', () => {
    expect(startOfDay(MONDAY - 1)).toBe(MONDAY - DAY_MS);
    expect(startOfDay(MONDAY)).toBe(MONDAY);
    expect([weekdayOf(MONDAY), weekdayOf(MONDAY - 1)]).toEqual([1, 7]);
    expect(startOfWeek(MONDAY + 7 * DAY_MS - 1)).toBe(MONDAY);
    expect(formatFull(MONDAY)).toBe('2026-11-23 00:00');
  });
});

describe('a shift past midnight', () => {
  it('that begins on Sunday shows on Monday morning of the next week', () => {
    expect(bars([shift({ weekdays: [7] })])).toEqual([{ fromMin: 0, toMin: 6 * HOUR, lane: 0, isCutLeft: true, isCutRight: false }, { fromMin: 6 * 24 * HOUR + 22 * HOUR, toMin: 7 * 24 * HOUR, lane: 0, isCutLeft: false, isCutRight: true }]);
  });
  it('belongs to the day it began on', () => {
    const runs = runsBetween([shift({ weekdays: [5] })], MONDAY, MONDAY + 7 * DAY_MS, NONE);
    expect(runs.map(({ from, to }) => [formatFull(from), formatFull(to)])).toEqual([['2026-11-27 22:00', '2026-11-28 06:00']]);
  });
  it('that ends at midnight touches no next day', () => { expect(bars([shift({ weekdays: [7], start: '16:00', end: '00:00' })])).toEqual([{ fromMin: 6 * 24 * HOUR + 16 * HOUR, toMin: 7 * 24 * HOUR, lane: 0, isCutLeft: false, isCutRight: false }]); });
  it('with equal times is a whole day', () => { expect(lengthOf({ start: '08:00', end: '08:00' })).toBe(24 * HOUR); expect(lengthOf({ start: '00:00', end: '00:00' })).toBe(24 * HOUR); });
});

describe('what a shift is limited to', () => {
  it('cuts its first and last run short', () => {
    const runs = runsBetween([shift({ validFrom: MONDAY + 23 * HOUR * MINUTE_MS, validTo: MONDAY + DAY_MS + 23 * HOUR * MINUTE_MS })], MONDAY, MONDAY + 7 * DAY_MS, NONE);
    expect(runs.map(({ from, to }) => [formatFull(from).slice(5), formatFull(to).slice(5)])).toEqual([['11-23 23:00', '11-24 06:00'], ['11-24 22:00', '11-24 23:00']]);
  });
});

describe('a shift that asks the calendar', () => {
  // Thursday a holiday, Saturday a working day.
  const days = kindsOf([{ date: '2026-11-26', kind: 'holiday' }, { date: '2026-11-28', kind: 'workday' }]);
  const worked = (changes: Partial<Shift>) => runsBetween([shift({ start: '08:00', end: '16:00', ...changes })], MONDAY, MONDAY + 7 * DAY_MS, days).map(({ from }) => weekdayOf(from));
  const [weekday, weekend] = [[1, 2, 3, 4, 5], [6, 7]];
  it.each([
    [weekday, undefined, [1, 2, 3, 4, 5]], [weekday, 'except', [1, 2, 3, 5, 6]], [weekday, 'also', [1, 2, 3, 4, 5, 6]], [weekday, 'only', [4]],
    [weekend, undefined, [6, 7]], [weekend, 'except', [7]], [weekend, 'also', [4, 7]], [weekend, 'only', []],
  ] as const)('of weekdays %j with holidays %s runs on %j', (weekdays, holidays, expected) => { expect(worked({ weekdays: [...weekdays], ...(holidays === undefined ? {} : { holidays }) })).toEqual(expected); });
});

describe('the grid', () => {
  it('puts runs at the same time in lanes of their own', () => {
    const grid = weekGrid([shift({ weekdays: [1], start: '08:00', end: '16:00' }), shift({ id: 's2', weekdays: [1], start: '12:00', end: '20:00' }), shift({ id: 's3', weekdays: [1], start: '16:00', end: '20:00' })], MONDAY, NONE)[0];
    expect(grid?.bars.map(({ shift: own, lane }) => [own.id, lane])).toEqual([['s1', 0], ['s2', 1], ['s3', 0]]);
    expect(grid?.lanes).toBe(2);
  });
  it('says when nobody is there, to the minute', () => {
    expect(weekGrid([shift({ start: '08:00', end: '20:00' })], MONDAY, NONE, 1)[0]?.gaps).toEqual([[0, 8 * HOUR], [20 * HOUR, 24 * HOUR]]);
    expect(weekGrid([shift({ start: '08:00', end: '20:00' }), shift({ id: 's2', start: '20:00', end: '08:00' })], MONDAY, NONE)[0]?.gaps).toEqual([]);
  });
  it('has a row for each tier and area, communities first', () => {
    expect(weekGrid([shift({ tier: 'city', area: 'a' }), shift({ id: 's2', area: 'b' }), shift({ id: 's3', area: 'a' })], MONDAY, NONE).map(({ tier, area }) => `${tier} ${area}`)).toEqual(['community a', 'community b', 'city a']);
  });
  it('leaves no minute that is neither a bar nor a gap, and none that is both', () => {
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    const any = fc.record({ start: time, end: time, weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }) });
    fc.assert(fc.property(fc.array(any, { minLength: 1, maxLength: 4 }), (list) => {
      const row = weekGrid(list.map((own, index) => shift({ id: `s${index}`, ...own })), MONDAY, NONE)[0];
      const edges = [0, 7 * 24 * HOUR, ...row?.bars.flatMap(({ fromMin, toMin }) => [fromMin, toMin]) ?? [], ...row?.gaps.flat() ?? []];
      for (const edge of edges) for (const minute of [edge - 1, edge]) {
        if (minute < 0 || minute >= 7 * 24 * HOUR) continue;
        const isIn = row?.bars.some(({ fromMin, toMin }) => fromMin <= minute && minute < toMin);
        expect(row?.gaps.some(([from, to]) => from <= minute && minute < to)).toBe(!isIn);
      }
    }), { numRuns: 200 });
  });
});

describe('two shifts', () => {
  const early = shift({ id: 'early', start: '08:00', end: '16:00' });
  it('that only touch do not overlap', () => { expect(overlapOf(shift({ id: 'late', start: '16:00', end: '00:00' }), [early])).toBeUndefined(); });
  it('overlap past midnight too, from Sunday into Monday', () => { expect(overlapOf(shift({ id: 'x', weekdays: [1], start: '05:00', end: '09:00' }), [shift({ id: 'night', weekdays: [7] })])?.id).toBe('night'); });
  it('that share no weekday may meet on a holiday, or on a moved working day', () => {
    const weekend = shift({ id: 'weekend', weekdays: [6, 7], start: '08:00', end: '16:00' });
    const weekday = shift({ id: 'x', weekdays: [1, 2, 3, 4, 5], start: '08:00', end: '16:00' });
    expect(overlapOf(weekday, [weekend])).toBeUndefined();
    expect(overlapOf(weekday, [{ ...weekend, holidays: 'also' }])?.id).toBe('weekend');
    expect(overlapOf({ ...weekday, holidays: 'except' }, [weekend])?.id).toBe('weekend');
    expect(overlapOf({ ...weekday, holidays: 'except' }, [{ ...weekend, holidays: 'also' }])).toBeUndefined();
  });
  it.each([[[1, 2, 3, 4, 5, 6, 7]], [[3]], [[7]]])('that meet only where a holiday begins or ends do overlap (a day shift on %j)', (weekdays) => {
    const night = shift({ id: 'night', start: '20:00', end: '08:00', holidays: 'except' });
    expect(overlapOf(shift({ id: 'day', weekdays, start: '06:00', end: '18:00', holidays: 'only' }), [night])?.id).toBe('night'); // a holiday's first morning
    expect(overlapOf(shift({ id: 'day', weekdays, start: '06:00', end: '18:00', holidays: 'except' }), [{ ...night, holidays: 'only' }])?.id).toBe('night'); // the morning after its last day
    expect(overlapOf(shift({ id: 'day', weekdays, start: '08:00', end: '20:00', holidays: 'only' }), [night])).toBeUndefined();
  });
  it('meet in no calendar when no overlap is told', () => {
    const time = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, '0')}:00`);
    const any = fc.record({ start: time, end: time, weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }), holidays: fc.constantFrom('except', 'also', 'only') });
    const day = fc.constantFrom(undefined, 'holiday', 'workday');
    fc.assert(fc.property(any, any, fc.array(day, { minLength: 15, maxLength: 15 }), (one, two, kinds) => {
      const [a, b] = [shift({ id: 'a', ...one }), shift({ id: 'b', ...two })];
      const kindOf = (midnight: number) => kinds[(midnight - MONDAY) / DAY_MS];
      const [runs, others] = [a, b].map((own) => runsBetween([own], MONDAY, MONDAY + 14 * DAY_MS, kindOf));
      if (runs?.some((run) => others?.some((other) => run.from < other.to && other.from < run.to))) expect(overlapOf(a, [b])?.id).toBe('b');
    }), { numRuns: 500 });
  });
  it('of other tiers, areas or times of the year do not', () => {
    expect(overlapOf({ ...early, id: 'x', tier: 'city' }, [early])).toBeUndefined();
    expect(overlapOf({ ...early, id: 'x', area: 'other' }, [early])).toBeUndefined();
    expect(overlapOf({ ...early, id: 'x', validFrom: 10 }, [{ ...early, validTo: 10 }])).toBeUndefined();
    expect(overlapOf(early, [early])).toBeUndefined();
  });
});
