import { ALERT_ENDS, HANDOVER_GROUPS, HANDOVER_NAMED, HANDOVER_ROWS, type AlertTimelineEntry } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Principal } from '../../src/identity/principal.js';
import { ADMIN } from '../rules/rig.js';
import { HOUR, MINUTE, NOW, openDesk, type Desk } from './desk.js';
import { describeOnDatabases } from '../support/databases.js';

const EAST: Principal = { name: 'li', role: 'operator', area: 'east' };
const NONE = { total: 0, groups: [] };

describeOnDatabases('what a shift hands to the next', () => {
  let desk: Desk;
  beforeEach(async () => { desk = await openDesk(); });
  afterEach(() => desk.close());

  it('is nothing after a quiet one', async () => {
    expect(await desk.reports.handover(ADMIN, {})).toEqual({
      from: NOW - 8 * HOUR, to: NOW, raised: 0, acked: 0, cleared: 0, ended: 0, escalated: 0, totals: { open: 0, unacked: 0, shelved: 0, returned: 0 },
      open: [], unacked: [], shelved: [], returned: [], groups: { unacked: NONE, returned: NONE, open: NONE, shelved: NONE }, people: [], escalations: [], notes: [],
    });
  });

  it('counts alerts to which it happened in the range, not how often, and no children', async () => {
    const raisedAt = NOW - 2 * HOUR;
    const twice = [1, 2, 3, 4].flatMap((minute) => [{ at: raisedAt + minute * MINUTE, change: 'acked' as const, by: 'li' }, { at: raisedAt + minute * MINUTE, change: 'escalated' as const, tier: 'subdistrict' as const }]);
    const alert = await desk.raise({ raisedAt }, [...twice, { at: NOW, change: 'cleared' }]);
    await desk.raise({ raisedAt: NOW - 9 * HOUR }, [{ at: NOW - HOUR, change: 'acked', by: 'wang' }, { at: NOW - HOUR, change: 'repeated' }, { at: NOW - HOUR, change: 'cleared' }]);
    await desk.raise({ raisedAt, groupId: alert.id }, [{ at: NOW - HOUR, change: 'acked', by: 'li' }, { at: NOW - HOUR, change: 'escalated', tier: 'city' }, { at: NOW - HOUR, change: 'cleared' }]);
    const handover = await desk.reports.handover(ADMIN, {});
    expect(handover).toMatchObject({ raised: 1, acked: 2, cleared: 1, escalated: 1 });
    expect(handover.escalations.map(({ alert: { id }, at, tier }) => [id, at, tier])).toEqual([1, 2, 3, 4].map((minute) => [alert.id, raisedAt + minute * MINUTE, 'subdistrict']));
  });

  it('names who acknowledged, how often, and how fast in the middle', async () => {
    for (const [index, by] of ['li', 'li', 'wang', 'li', 'li'].entries()) await desk.raise({ raisedAt: NOW - HOUR }, [{ at: NOW - HOUR + 10_000 * (index + 1), change: 'acked', by }]);
    expect((await desk.reports.handover(ADMIN, {})).people).toEqual([{ name: 'li', acked: 4, medianS: 30 }, { name: 'wang', acked: 1, medianS: 30 }]);
  });

  it('hands on what people wrote, on whatever step, in order, each with its alert, also when that has cleared', async () => {
    const child = await desk.raise({ groupId: 'parent', active: false, clearedAt: NOW - MINUTE }, [{ at: NOW - 30 * MINUTE, change: 'commented', by: 'li', note: 'lid is broken' }]);
    const alert = await desk.raise({}, [
      { at: NOW - 40 * MINUTE, change: 'acked', by: 'wang', note: 'on my way' }, { at: NOW - 20 * MINUTE, change: 'escalated', tier: 'city', note: '无人值班 nobody on duty' }, { at: NOW - 10 * MINUTE, change: 'assigned', by: 'li' },
      { at: NOW - 9 * HOUR, change: 'commented', by: 'li', note: 'an older shift\'s' },
    ]);
    expect((await desk.reports.handover(ADMIN, {})).notes).toEqual([{ alertId: alert.id, alert, at: NOW - 40 * MINUTE, by: 'wang', note: 'on my way' }, { alertId: child.id, alert: child, at: NOW - 30 * MINUTE, by: 'li', note: 'lid is broken' }]);
  });

  it('says once what was written on many alerts in one go, so that it pushes out nothing', async () => {
    const said = (at: number, by: string, note: string) => desk.raise({}, [{ at, change: 'acked', by, note }]);
    const lid = await said(NOW - 30 * MINUTE, 'wang', 'lid is broken');
    const [first] = [await said(NOW - 20 * MINUTE, 'li', 'all seen'), await said(NOW - 20 * MINUTE, 'li', 'all seen'), await said(NOW - 19 * MINUTE, 'li', 'all seen')];
    const own = await said(NOW - 19 * MINUTE + 1, 'wang', 'all seen');
    const later = await said(NOW - 10 * MINUTE, 'li', 'all seen');
    expect((await desk.reports.handover(ADMIN, {})).notes).toEqual([
      { alertId: lid.id, alert: lid, at: NOW - 30 * MINUTE, by: 'wang', note: 'lid is broken' }, { alertId: first.id, alert: first, at: NOW - 20 * MINUTE, by: 'li', note: 'all seen', more: 2 },
      { alertId: own.id, alert: own, at: NOW - 19 * MINUTE + 1, by: 'wang', note: 'all seen' }, { alertId: later.id, alert: later, at: NOW - 10 * MINUTE, by: 'li', note: 'all seen' },
    ]);
  });

  it('lists what is open, worst and then oldest first, and of it what nobody acknowledged and what is shelved', async () => {
    const minor = await desk.raise({ severity: 'minor', acked: true, ackedBy: 'li', ackedAt: NOW });
    const late = await desk.raise({ severity: 'major', raisedAt: NOW - MINUTE, shelvedUntil: NOW + HOUR, shelvedBy: 'li', shelveReason: 'works' });
    const old = await desk.raise({ severity: 'major', raisedAt: NOW - 99 * HOUR });
    await desk.raise({ groupId: old.id });
    await desk.raise({ active: false, clearedAt: NOW });
    expect(await desk.reports.handover(ADMIN, {})).toMatchObject({ totals: { open: 3, unacked: 2, shelved: 1 }, open: [old, late, minor], unacked: [old, late], shelved: [late] });
  });

  it('lists what came and cleared with nobody having acknowledged it: critical and major, of the range, not what was shelved, grouped or inhibited', async () => {
    const over = (facts: Parameters<Desk['raise']>[0]) => desk.raise({ active: false, clearedAt: NOW - HOUR, raisedAt: NOW - 2 * HOUR, ...facts });
    const major = await over({ severity: 'major' });
    const critical = await over({ severity: 'critical', raisedAt: NOW - HOUR - 1 });
    const west = await over({ severity: 'critical', area: 'west' });
    await over({ severity: 'minor' });
    await over({ severity: 'critical', acked: true, ackedBy: 'li', ackedAt: NOW });
    await over({ severity: 'critical', clearedAt: NOW - 9 * HOUR, raisedAt: NOW - 10 * HOUR });
    await over({ severity: 'critical', groupId: critical.id });
    await over({ severity: 'critical', inhibitedBy: critical.id });
    await over({ severity: 'critical', isWithheld: true });
    await over({ severity: 'critical', shelvedUntil: NOW + HOUR, shelvedBy: 'li', shelveReason: 'works' });
    expect(await desk.reports.handover(ADMIN, {})).toMatchObject({ totals: { open: 0, returned: 3 }, returned: [west, critical, major] });
    expect(await desk.reports.handover(EAST, {})).toMatchObject({ totals: { returned: 2 }, returned: [critical, major] });
  });

  it('does not take for recovered what ended with a maintenance window, its device, its rule or the hours of that: that is counted by itself', async () => {
    const raisedAt = NOW - 2 * HOUR;
    const over = (...clears: AlertTimelineEntry[]) => { const { at = NOW, endedBy } = clears.at(-1) ?? {}; return desk.raise({ severity: 'major', raisedAt, active: false, clearedAt: at, ...(endedBy === undefined ? {} : { endedBy }) }, clears); };
    const cleared = (at: number, more: Partial<AlertTimelineEntry> = {}): AlertTimelineEntry => ({ at, change: 'cleared', severity: 'major', ...more });
    for (const endedBy of ALERT_ENDS) await over(cleared(NOW - HOUR, { endedBy }));
    await over(cleared(NOW - HOUR), { at: NOW - 30 * MINUTE, change: 'reraised' }, cleared(NOW - MINUTE, { endedBy: 'out-of-service' }));
    const recovered = await over(cleared(NOW - HOUR));
    const anew = await over(cleared(NOW - HOUR, { endedBy: 'out-of-service' }), { at: NOW - 30 * MINUTE, change: 'reraised' }, cleared(NOW - MINUTE));
    const byHand = await over(cleared(NOW - HOUR, { by: 'li', note: 'door is shut' }));
    const handover = await desk.reports.handover(ADMIN, {});
    expect(handover.returned.map(({ id }) => id)).toEqual([recovered, anew, byHand].map(({ id }) => id));
    expect(handover.totals.returned).toBe(3);
    expect(handover.groups.returned.total).toBe(3);
    expect(handover).toMatchObject({ raised: 10, cleared: 4, ended: 8 });
    expect((await desk.reports.kpi(ADMIN, {})).toClear).toMatchObject({ count: 3 });
  });

  it('groups each list by rule and community, each alert once, the worst group first, and names the worst of each', async () => {
    const fill = { ruleId: 'fill', severity: 'minor' as const };
    const many = Array.from({ length: HANDOVER_NAMED + 5 }, (_, index) => ({ ...fill, area: 'east', raisedAt: NOW - HOUR - index }));
    for (const facts of many) await desk.raise(facts);
    const worst = await desk.raise({ ...fill, area: 'east', severity: 'major', raisedAt: NOW - MINUTE });
    const west = await desk.raise({ ...fill, area: 'west', raisedAt: NOW - 5 * HOUR });
    const forced = await desk.raise({ ruleId: 'forced', severity: 'critical', area: 'west' });
    const seen = await desk.raise({ ...fill, acked: true, ackedBy: 'li', ackedAt: NOW });
    const aside = await desk.raise({ ...fill, shelvedUntil: NOW + HOUR, shelvedBy: 'li', shelveReason: 'works' });
    const over = await desk.raise({ ...fill, severity: 'major', active: false, clearedAt: NOW - MINUTE });
    const { groups } = await desk.reports.handover(ADMIN, {});
    expect(groups.unacked.total).toBe(many.length + 3);
    expect(groups.unacked.groups.map(({ ruleId, area, severity, count, oldestAt }) => [ruleId, area, severity, count, oldestAt])).toEqual([
      ['forced', 'west', 'critical', 1, forced.raisedAt], ['fill', 'east', 'major', many.length + 1, NOW - HOUR - many.length + 1], ['fill', 'west', 'minor', 1, west.raisedAt],
    ]);
    expect(groups.unacked.groups[1]?.alerts.map(({ severity, raisedAt }) => [severity, raisedAt])).toEqual([['major', worst.raisedAt], ...many.slice(-HANDOVER_NAMED + 1).reverse().map(({ raisedAt }) => ['minor', raisedAt])]);
    for (const [list, alert] of [['open', seen], ['shelved', aside], ['returned', over]] as const) expect(groups[list]).toEqual({ total: 1, groups: [{ ruleId: 'fill', area: 'east', severity: alert.severity, count: 1, oldestAt: alert.raisedAt, alerts: [alert] }] });
  });

  it('gives so many groups at most, and counts what is in none of them', async () => {
    const row = (index: number, cleared: boolean) => ({
      id: `${cleared ? 'c' : 'o'}${index}`, rule_id: `r${index % 60}`, device_id: `d${index}`, area: 'east', kind: 'waste_bin', severity: 'major', tier: 'city', active: cleared ? 0 : 1, acked: 0,
      raised_at: NOW - HOUR - index, last_at: NOW, count: 1, message: '{"zh":"","en":""}', seq: index, ...(cleared ? { cleared_at: NOW - MINUTE - index % 3 } : {}),
    });
    await desk.insert(Array.from({ length: 1_300 }, (_, index) => index).flatMap((index) => [row(index, false), row(index, true)]), []);
    const { groups, totals, returned } = await desk.reports.handover(ADMIN, {});
    expect(totals).toMatchObject({ open: 1_300, returned: 1_300 });
    expect([returned.length, returned[0]?.id, returned.at(-1)?.id]).toEqual([HANDOVER_ROWS, 'c1299', `c${1_300 - HANDOVER_ROWS}`]);
    for (const list of [groups.unacked, groups.returned]) expect([list.total, list.groups.length, list.groups[0]?.ruleId, list.groups[0]?.count]).toEqual([1_300, HANDOVER_GROUPS, 'r39', 22]);
  });

  it('is of the caller\'s area, and of a range as the KPIs\'', async () => {
    await desk.raise({ area: 'west' }, [{ at: NOW - HOUR, change: 'commented', by: 'sun', note: 'x' }]);
    const east = await desk.raise({}, [{ at: NOW - HOUR, change: 'escalated', tier: 'city' }]);
    expect(await desk.reports.handover(EAST, {})).toMatchObject({ area: 'east', raised: 1, notes: [], open: [east], escalations: [{ alert: east, tier: 'city' }] });
    expect(await desk.reports.handover(ADMIN, { area: 'street' })).toMatchObject({ area: 'street', raised: 2 });
    await expect(desk.reports.handover(EAST, { area: 'west' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(desk.reports.handover(ADMIN, { from: NOW - 93 * 24 * HOUR })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(desk.reports.handover({ name: 'i', role: 'installer', area: 'east' }, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('reads every page, ties included, keeps the newest of what is listed, and counts all of it', async () => {
    const many = Array.from({ length: 2_600 }, (_, index) => ({
      id: `m${index}`, rule_id: 'r', device_id: `d${index}`, area: 'east', kind: 'waste_bin', severity: 'minor', tier: 'city', active: 1, acked: 0,
      raised_at: NOW - HOUR, last_at: NOW, count: 1, message: '{"zh":"","en":""}', seq: index,
    }));
    await desk.insert(many, many.flatMap(({ id }, index) => [
      { alert_id: id, at: NOW - HOUR, change: 'raised' }, { alert_id: id, at: NOW - HOUR + Math.max(0, index - 2_000), change: 'escalated', tier: 'city' }, { alert_id: id, at: NOW - HOUR, change: 'commented', by: 'li', note: `note ${index}` },
    ]));
    const handover = await desk.reports.handover(ADMIN, {});
    expect(handover).toMatchObject({ raised: 2_600, escalated: 2_600, totals: { open: 2_600, unacked: 2_600 } });
    expect([handover.open.length, handover.escalations.length, handover.notes.length]).toEqual([HANDOVER_ROWS, HANDOVER_ROWS, HANDOVER_ROWS]);
    expect(handover.escalations.at(-1)?.alert.id).toBe('m2599');
    expect(handover.notes.map(({ note }) => note)).toEqual(Array.from({ length: HANDOVER_ROWS }, (_, index) => `note ${2_600 - HANDOVER_ROWS + index}`));
  });
});
