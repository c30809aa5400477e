import { SEVERITIES, type AlertKpi } from '@liandong/protocols';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { quantile } from '../../src/alert-reports/spread.js';
import type { Principal } from '../../src/identity/principal.js';
import { ADMIN } from '../rules/rig.js';
import { HOUR, MINUTE, NOW, openDesk, type Desk } from './desk.js';
import { describeOnDatabases } from '../support/databases.js';

const EAST: Principal = { name: 'li', role: 'operator', area: 'east' };
const sharesOf = ({ bySeverity }: AlertKpi) => bySeverity.map(({ severity, count, share }) => [severity, count, share]);

describeOnDatabases('alarm KPIs', () => {
  let desk: Desk;
  beforeEach(async () => { desk = await openDesk(); });
  afterEach(() => desk.close());

  it('are those of no alert at all', async () => {
    const kpi = await desk.reports.kpi(ADMIN, {});
    expect(kpi).toMatchObject({
      from: NOW - 24 * HOUR, to: NOW, operators: 1, raised: 0, per10Min: { mean: 0, max: 0 }, floodShare: 0, stale: 0, chattering: 0,
      toAcknowledge: { count: 0 }, toClear: { count: 0 }, worst: [],
    });
    expect(kpi).not.toHaveProperty('area');
    expect([kpi.slots.length, kpi.slots[0], kpi.slots.at(-1)]).toEqual([144, [NOW - 24 * HOUR, 0], [NOW - 10 * MINUTE, 0]]);
    expect(sharesOf(kpi)).toEqual(SEVERITIES.map((severity) => [severity, 0, 0]));
  });

  it('count what was raised from `from` until before `to`, without children', async () => {
    for (const raisedAt of [NOW - 2 * HOUR - 1, NOW - 2 * HOUR, NOW - HOUR - 1, NOW - HOUR]) await desk.raise({ raisedAt });
    const parent = await desk.raise({ raisedAt: NOW - 2 * HOUR, severity: 'major' });
    await desk.raise({ raisedAt: NOW - 2 * HOUR, groupId: parent.id, isChattering: true });
    const kpi = await desk.reports.kpi(ADMIN, { from: NOW - 2 * HOUR, to: NOW - HOUR });
    expect(kpi).toMatchObject({ raised: 3, chattering: 0, per10Min: { mean: 0.5, max: 2 } });
    expect(kpi.slots.map(([, count]) => count)).toEqual([2, 0, 0, 0, 0, 1]);
    expect(sharesOf(kpi)).toEqual([['critical', 0, 0], ['major', 1, 1 / 3], ['minor', 2, 2 / 3], ['warning', 0, 0], ['info', 0, 0]]);
  });

  it('count only what somebody was told of: not what came and went while its device was out of service', async () => {
    const raisedAt = NOW - HOUR;
    await desk.raise({ raisedAt, severity: 'major', active: false, clearedAt: raisedAt + 90_000, isWithheld: true, isChattering: true }, [{ at: raisedAt + 10_000, change: 'acked', by: 'guard@edge-1' }, { at: raisedAt + 90_000, change: 'cleared' }]);
    const told = await desk.raise({ raisedAt });
    const kpi = await desk.reports.kpi(ADMIN, {});
    expect(kpi).toMatchObject({ raised: 1, chattering: 0, per10Min: { max: 1 }, toAcknowledge: { count: 0 }, toClear: { count: 0 }, worst: [{ ruleId: told.ruleId, count: 1 }] });
    expect(kpi.slots.reduce((sum, [, count]) => sum + count, 0)).toBe(1);
    expect(await desk.reports.handover(ADMIN, {})).toMatchObject({ raised: 1, acked: 0, cleared: 0, people: [] });
  });

  it('tell load and flood per operator: those given, else people on duty now, else one', async () => {
    for (let index = 0; index < 22; index += 1) await desk.raise({ raisedAt: NOW - 25 * MINUTE });
    const kpi = async (operators?: number) => {
      const answer = await desk.reports.kpi(ADMIN, { from: NOW - HOUR, operators });
      return [answer.operators, answer.per10Min.max, answer.floodShare];
    };
    expect(await kpi()).toEqual([1, 22, 1 / 6]);
    desk.putShift('day', { tier: 'community', area: 'east', start: '08:00', end: '20:00', users: ['li', 'wang'] });
    desk.putShift('sub', { tier: 'subdistrict', area: 'street', start: '08:00', end: '20:00', users: ['li'] });
    desk.putShift('night', { tier: 'community', area: 'west', start: '20:00', end: '08:00', users: ['sun'] });
    expect(await kpi()).toEqual([2, 11, 1 / 6]);
    expect(await kpi(3)).toEqual([3, 22 / 3, 0]);
    expect((await desk.reports.kpi(ADMIN, { area: 'west' })).operators).toBe(1);
    // A flood is more than ten; ten are none.
    expect((await kpi(22)).slice(1)).toEqual([1, 0]);
    await desk.raise({ raisedAt: NOW - 5 * MINUTE });
    for (let index = 0; index < 9; index += 1) await desk.raise({ raisedAt: NOW - 5 * MINUTE });
    expect(await kpi(1)).toEqual([1, 22, 1 / 6]);
    await desk.raise({ raisedAt: NOW - 5 * MINUTE });
    expect(await kpi(1)).toEqual([1, 22, 2 / 6]);
  });

  it('take the first acknowledgement, whatever took it off the alert later, and the time to clear', async () => {
    const raisedAt = NOW - HOUR;
    await desk.raise({ raisedAt, acked: true, ackedAt: raisedAt + 50_000 }, [{ at: raisedAt + 10_000, change: 'acked', by: 'li' }, { at: raisedAt + 20_000, change: 'regraded' }, { at: raisedAt + 50_000, change: 'acked', by: 'li' }]);
    await desk.raise({ raisedAt, active: false, clearedAt: raisedAt + 90_000 }, [{ at: raisedAt + 20_000, change: 'acked', by: 'li' }, { at: raisedAt + 90_000, change: 'cleared' }]);
    await desk.raise({ raisedAt });
    // The hub's clock was set back between the two.
    await desk.raise({ raisedAt }, [{ at: raisedAt - 5_000, change: 'acked', by: 'li' }]);
    const kpi = await desk.reports.kpi(ADMIN, {});
    expect(kpi.toAcknowledge).toEqual({ count: 3, p50: 10, p95: 19 });
    expect(kpi.toClear).toEqual({ count: 1, p50: 90, p95: 90 });
  });

  it('name what is stale now, whenever it was raised, and what chattered', async () => {
    await desk.raise({ raisedAt: NOW - 24 * HOUR });
    await desk.raise({ raisedAt: NOW - 24 * HOUR - 1 });
    await desk.raise({ raisedAt: NOW - 900 * HOUR, area: 'west' });
    await desk.raise({ raisedAt: NOW - 900 * HOUR, active: false, clearedAt: NOW });
    await desk.raise({ isChattering: true });
    expect(await desk.reports.kpi(ADMIN, {})).toMatchObject({ raised: 2, stale: 2, chattering: 1 });
    expect(await desk.reports.kpi(EAST, {})).toMatchObject({ stale: 1 });
  });

  it('name the ten rules and devices that made most of the load', async () => {
    for (let source = 1; source <= 12; source += 1) for (let time = 0; time < source; time += 1) await desk.raise({ active: false, clearedAt: NOW, ruleId: 'fill', deviceId: `bin-${String(source).padStart(2, '0')}` });
    const { worst } = await desk.reports.kpi(ADMIN, {});
    expect(worst).toEqual(Array.from({ length: 10 }, (_, index) => ({ ruleId: 'fill', deviceId: `bin-${String(12 - index).padStart(2, '0')}`, area: 'east', count: 12 - index })));
    const parent = await desk.raise({ ruleId: ':silence-group', area: 'west' });
    await desk.db.updateTable('alert').set({ device_id: null }).where('id', '=', parent.id).execute();
    expect((await desk.reports.kpi(ADMIN, { area: 'west' })).worst).toEqual([{ ruleId: ':silence-group', area: 'west', count: 1 }]);
  }, 30_000);

  it('are of the caller\'s area, or of one within it', async () => {
    await desk.raise({ area: 'east' });
    await desk.raise({ area: 'west' });
    await desk.raise({ area: 'gone' });
    const raised = async (principal: Principal, area?: string) => {
      const kpi = await desk.reports.kpi(principal, { area });
      return [kpi.area, kpi.raised];
    };
    expect(await raised(ADMIN)).toEqual([undefined, 3]);
    expect(await raised(ADMIN, 'street')).toEqual(['street', 2]);
    expect(await raised(EAST)).toEqual(['east', 1]);
    for (const area of ['west', 'street', 'nowhere']) await expect(desk.reports.kpi(EAST, { area })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(desk.reports.kpi({ name: 'c', role: 'city', area: undefined }, { area: 'nowhere' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('cover 92 days at most, end now at the latest, and need a range that is not empty', async () => {
    const ask = (from: number, to?: number) => desk.reports.kpi(ADMIN, { from, to });
    expect((await ask(NOW - 92 * 24 * HOUR)).slots).toHaveLength(92 * 144);
    expect(await ask(NOW - HOUR, NOW + HOUR)).toMatchObject({ to: NOW });
    for (const [from, to, keyword, limit] of [[NOW - 92 * 24 * HOUR - 1, NOW, 'minimum', NOW - 92 * 24 * HOUR], [NOW, NOW, 'maximum', NOW - 1], [NOW - 1, NOW - 2, 'maximum', NOW - 3], [NOW + 1, NOW + 2, 'maximum', NOW - 1]] as const) {
      await expect(ask(from, to)).rejects.toMatchObject({ code: 'VALIDATION_FAILED', status: 400, faults: [{ path: '/from', keyword, limit }] });
    }
  });

  it('are the same over many pages as of one, thousands raised in one millisecond included', async () => {
    const many = Array.from({ length: 3_300 }, (_, index) => ({
      id: `m${(index * 7919) % 3_300}`, rule_id: `r${index % 5}`, device_id: `d${index}`, area: 'east', kind: 'waste_bin', severity: SEVERITIES[index % 5]!, tier: 'community', active: 0, acked: 1,
      raised_at: index < 2_500 ? NOW - HOUR : NOW - HOUR + index, last_at: NOW, count: 1, message: '{}', seq: index, cleared_at: NOW - HOUR + index * 10 + 4_000,
    }));
    await desk.insert(many, many.map(({ id, raised_at: raisedAt }, index) => ({ alert_id: id, at: raisedAt + index * 1000, change: 'acked', by: 'li' })));
    const kpi = await desk.reports.kpi(ADMIN, { from: NOW - HOUR, to: NOW });
    expect(kpi).toMatchObject({ raised: 3_300, toAcknowledge: { count: 3_300, p50: 1649.5 }, toClear: { count: 3_300 } });
    expect(kpi.slots.map(([, count]) => count)).toEqual([3_300, 0, 0, 0, 0, 0]);
    expect(kpi.toAcknowledge.p95).toBeCloseTo(3299 * 0.95, 6);
  });

  it('are exact in their quantiles', () => {
    expect(quantile([], 0.5)).toBe(0);
    expect([quantile([7], 0.95), quantile([1, 2], 0.5), quantile([1, 2, 3], 0.5), quantile([0, 10], 0.95)]).toEqual([7, 1.5, 2, 9.5]);
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const sorted = values.sort((a, b) => a - b);
      const value = quantile(sorted, share);
      expect(sorted.filter((other) => other <= value + 1e-9).length).toBeGreaterThanOrEqual(Math.floor(share * (sorted.length - 1)) + 1);
      expect(sorted.filter((other) => other >= value - 1e-9).length).toBeGreaterThanOrEqual(sorted.length - Math.ceil(share * (sorted.length - 1)));
    }));
  });
});
