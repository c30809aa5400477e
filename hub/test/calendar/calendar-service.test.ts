import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCalendarService } from '../../src/calendar/calendar-service.js';
import { DayCalendar, midnightOf } from '../../src/calendar/day-calendar.js';
import { dayOf, weekdayOf } from '../../src/clock.js';
import { openRegistry, ROOT, type Registry } from '../devices/registry.js';
import { describeOnDatabases } from '../support/databases.js';

let registry: Registry;
beforeEach(async () => { registry = await openRegistry(); });
afterEach(() => registry.destroy());

describeOnDatabases('the calendar', () => {
  const open = () => {
    const days = new DayCalendar();
    return { days, service: createCalendarService({ db: registry.db, clock: registry.clock, days }) };
  };
  const kindOn = (days: DayCalendar, date: string) => days.kindOf(dayOf(midnightOf(date)));

  it('is replaced as a whole, at once in memory, and is there after a restart', async () => {
    const { days, service } = open();
    await service.replace(ROOT, { days: [{ date: '2026-10-10', kind: 'workday', name: '国庆调休' }, { date: '2026-10-01', kind: 'holiday' }] });
    expect([kindOn(days, '2026-10-01'), kindOn(days, '2026-10-10'), kindOn(days, '2026-10-02')]).toEqual(['holiday', 'workday', undefined]);
    const again = open();
    await again.service.load();
    expect(kindOn(again.days, '2026-10-10')).toBe('workday');
    const edit = { updatedAt: registry.clock.at, updatedBy: 'admin' };
    expect(await again.service.read(ROOT)).toEqual({ version: 1, ...edit, days: [{ date: '2026-10-01', kind: 'holiday' }, { date: '2026-10-10', kind: 'workday', name: '国庆调休' }] });
    expect(await again.service.replace(ROOT, { days: [] })).toEqual({ days: [], version: 2, ...edit });
    expect(kindOn(again.days, '2026-10-01')).toBeUndefined();
    expect((await registry.db.selectFrom('audit').selectAll().where('action', '=', 'calendar.changed').execute()).map(({ detail }) => detail)).toEqual(['2 days', '0 days']);
  });

  it('refuses whoever read it before somebody else replaced it, says who and when, and goes on without a version as ever', async () => {
    const { days, service } = open();
    const read = await service.read(ROOT);
    expect(read).toEqual({ days: [], version: 0 });
    const day = (date: string) => ({ date, kind: 'holiday' as const });
    const [first, late] = await Promise.allSettled([service.replace({ ...ROOT, name: 'li.na' }, { ...read, days: [day('2026-10-01')] }), service.replace(ROOT, { ...read, days: [day('2026-10-02')] })]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { version: 1, updatedAt: registry.clock.at, updatedBy: 'li.na' } });
    expect(late).toMatchObject({ reason: { code: 'CHANGED_MEANWHILE', detail: expect.stringContaining(`li.na changed it at ${new Date(registry.clock.at).toISOString()}`) as string, detailZh: expect.stringContaining('li.na 在 ') as string } });
    expect([kindOn(days, '2026-10-01'), kindOn(days, '2026-10-02'), (await service.read(ROOT)).days]).toEqual(['holiday', undefined, [day('2026-10-01')]]);
    expect(await service.replace(ROOT, { days: [day('2026-10-01'), day('2026-10-02')], version: 1 })).toMatchObject({ version: 2 });
    expect(await service.replace(ROOT, { days: [] })).toMatchObject({ days: [], version: 3, updatedBy: 'admin' });
    await expect(service.replace(ROOT, { days: [], version: 9 })).rejects.toMatchObject({ code: 'CHANGED_MEANWHILE' });
  });

  it('takes more days than fit one statement', async () => {
    const { service } = open();
    const days = Array.from({ length: 500 }, (_, index) => ({ date: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10), kind: 'holiday' as const }));
    expect((await service.replace(ROOT, { days })).days).toHaveLength(500);
  });

  it('refuses what is no date, a date given twice, and whoever is bound to an area', async () => {
    const { service } = open();
    for (const [path, ...dates] of [['/days/0/date', '2026-02-30'], ['/days/1/date', '2026-10-01', '2026-13-01'], ['/days/1/date', '2026-10-01', '2026-10-01']]) {
      await expect(service.replace(ROOT, { days: dates.map((date) => ({ date, kind: 'holiday' })) })).rejects.toMatchObject({ code: 'VALIDATION_FAILED', faults: [{ path }] });
    }
    await expect(service.replace({ name: 'li', role: 'operator', area: 'east' }, { days: [] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.replace({ name: 'wu', role: 'installer', area: undefined }, { days: [] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.read({ name: 'wu', role: 'installer', area: undefined })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([['2026-11-02', 1], ['2026-11-07', 6], ['2026-11-08', 7], ['1970-01-01', 4]])('knows that %s is day %d of its week', (date, weekday) => {
    expect(weekdayOf(dayOf(midnightOf(date)))).toBe(weekday);
    expect(dayOf(midnightOf(date) + 86_399_999)).toBe(dayOf(midnightOf(date)));
  });
});
