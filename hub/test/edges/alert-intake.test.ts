import type { Alert, EdgeAlertEntry, EdgeAlertRecord, JournalRecord } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JournalHandler } from '../../src/journal/types.js';
import { DatabaseAwayError } from '../../src/database/postgres/database-away.js';
import { ADMIN, START, createRig, type Rig } from '../rules/rig.js';
import { lossyDb } from '../support/lossy-db.js';
import { describeOnDatabases } from '../support/databases.js';
import { FIRE, createEdgeSide, fireAlert } from './edge-side.js';

let rig: Rig;
let intake: JournalHandler;
let seq: number;

beforeEach(async () => {
  rig = await createRig([FIRE]);
  rig.directory.put('bin-1', 'waste_bin');
  await rig.evaluator.start();
  seq = 0;
  follow();
});
afterEach(() => rig.close());

function follow(db = rig.db): void { ({ intake } = createEdgeSide(rig, db)); }

const alert = fireAlert(START - 60_000);
const raised: EdgeAlertEntry = { n: 1, at: alert.raisedAt, change: 'raised', severity: 'critical', value: 75 };
const acked: EdgeAlertEntry = { n: 2, at: START - 30_000, change: 'acked', by: 'admin', note: 'on my way' };
const cleared: EdgeAlertEntry = { n: 3, at: START - 10_000, change: 'cleared' };
const told = (more: Partial<Alert>, ...entries: EdgeAlertEntry[]): EdgeAlertRecord => ({ type: 'alert', device: 'bin-1', at: START, edge: 'edge-1', alert: { ...alert, ...more }, entries });
const ackedThere = told({ acked: true, ackedBy: 'admin', ackedAt: acked.at }, raised, acked);
const clearedThere = told({ acked: true, ackedBy: 'admin', ackedAt: acked.at, active: false, clearedAt: cleared.at }, raised, acked, cleared);

async function take(...records: JournalRecord[]): Promise<void> {
  await intake.handle({ first: seq + 1, last: seq += records.length, records });
}
const fromEdge = (temperature: number, ts: number): JournalRecord => ({ type: 'telemetry', device: 'bin-1', ts, at: ts, values: { temperature }, edge: 'edge-1' });

describeOnDatabases('alerts of an edge', () => {
  it('are the same alerts at the hub, with when they were raised and who acknowledged them there', async () => {
    await take(told({}, raised), ackedThere);
    expect(await rig.alerts()).toMatchObject([{ id: 'edge-alert-1', active: true, acked: true, ackedBy: 'admin@edge-1', ackedAt: acked.at, raisedAt: alert.raisedAt, count: 1 }]);
    expect(await rig.timeline('edge-alert-1')).toEqual(['raised', 'acked']);
  });

  it.each([['told of at once', [], true], ['known before', [told({}, raised)], true], ['back again', [], false]] as const)('keep what inhibited them there until they cleared, %s', async (_when, before, isOver) => {
    const over = { active: false, clearedAt: cleared.at, inhibitedBy: 'cause' };
    await take(...before, told(over, raised, { ...cleared, n: 2 }), ...(isOver ? [] : [told({ inhibitedBy: 'another', count: 2 }, { n: 3, at: START - 5_000, change: 'reraised', severity: 'critical' })]));
    const [known] = await rig.alerts();
    expect([known?.active, known?.inhibitedBy]).toEqual(isOver ? [false, 'cause'] : [true, undefined]); // of what is active the hub decides
  });

  it.each([['told of at once', [], [{ ...cleared, endedBy: 'rule-off', note: 'rule no longer applies' }]], ['known before', [told({}, raised)], [{ ...cleared, endedBy: 'rule-off', note: 'rule no longer applies' }]], ['of which only the end is told', [told({}, raised)], [{ ...cleared, change: 'commented', note: 'x' }]]] as const)('say how they ended there where they have not recovered, %s', async (_when, before, entries) => {
    await take(...before, told({ active: false, clearedAt: cleared.at, endedBy: 'rule-off' }, raised, ...entries));
    expect(await rig.alerts()).toMatchObject([{ active: false, endedBy: 'rule-off' }]);
    expect((await rig.service.get(ADMIN, 'edge-alert-1')).timeline.at(-1)).toMatchObject({ change: 'cleared', endedBy: 'rule-off' });
    await take(told({ count: 2 }, { n: 9, at: START, change: 'reraised', severity: 'critical' }));
    expect(await rig.active()).toEqual([expect.not.objectContaining({ endedBy: 'rule-off' })]);
  });

  it('stand for the hub\'s own of the same rule and device, which ends with that', async () => {
    await rig.send('bin-1', 'temperature', 75);
    await take(told({}, raised));
    expect(await rig.active()).toMatchObject([{ id: 'edge-alert-1' }]);
    expect((await rig.alerts()).find(({ active }) => !active)).toMatchObject({ endedBy: 'superseded' });
  });

  it('change nothing when they come again, or after what came later', async () => {
    await take(told({}, raised), clearedThere);
    const before = await rig.alerts();
    const { length } = rig.published;
    await take(told({}, raised), ackedThere, clearedThere);
    expect(await rig.alerts()).toEqual(before);
    expect(rig.published).toHaveLength(length);
    expect(await rig.timeline('edge-alert-1')).toEqual(['raised', 'acked', 'cleared']);
  });

  it('of a device that is gone stay in the edge\'s own community, wherever it says they are, and of an edge that is gone are none', async () => {
    rig.directory.put('edge-1', 'gateway');
    const gone = (id: string, area: string): EdgeAlertRecord => ({ ...told({ id, area, deviceId: id }, raised), device: id });
    await take(gone('gone-1', 'east-1'), gone('gone-2', 'west'), { ...gone('gone-3', 'east'), edge: 'gone-edge' });
    expect((await rig.alerts()).map(({ id, area }) => [id, area]).sort()).toEqual([['gone-1', 'east-1'], ['gone-2', 'east']]);
  });

  it('are in memory and on screens, too, when the connection was lost while their commit was answered', async () => {
    const lost = lossyDb(rig.db);
    follow(lost.db);
    lost.isLost = true;
    await expect(take(told({}, raised))).rejects.toThrow(DatabaseAwayError);
    expect(rig.activeAlerts.size).toBe(0);
    lost.isLost = false;
    await take(told({}, raised)); // the journal hands it over again
    expect(rig.activeAlerts.byId('edge-alert-1')).toBeDefined();
    expect(rig.published.map(({ id }) => id)).toEqual(['edge-alert-1']);
  });

  it('that were over before the hub heard of them are never active here', async () => {
    await take(clearedThere);
    expect(await rig.alerts()).toMatchObject([{ active: false, clearedAt: cleared.at }]);
    expect(rig.published.map(({ active }) => active)).toEqual([false]);
    expect(rig.activeAlerts.size).toBe(0);
  });

  it('that were acknowledged here first stay so, and may be cleared by the edge all the same', async () => {
    await take(told({}, raised));
    await rig.service.ack(ADMIN, 'edge-alert-1');
    await take(ackedThere);
    expect(await rig.active()).toMatchObject([{ ackedBy: 'admin', ackedAt: START }]);
    await take(clearedThere);
    expect(await rig.alerts()).toMatchObject([{ active: false, ackedBy: 'admin' }]);
    // What was written with the one that came second is kept.
    expect((await rig.service.get(ADMIN, 'edge-alert-1')).timeline).toMatchObject([{ change: 'raised' }, { change: 'acked', by: 'admin' }, { change: 'commented', by: 'admin@edge-1', note: 'on my way' }, { change: 'cleared' }]);
  });

  it('end with the hours of their rule, though nothing more is heard of the device', async () => {
    await rig.rules.replace(ADMIN, 'fire', { ...FIRE, schedule: { hours: [8, 20] } });
    rig.clock.at = Date.parse('2026-11-02T19:59:30+08:00');
    await rig.evaluator.tick();
    await take({ ...told({}, raised), at: rig.clock.at });
    await rig.pass(20);
    expect(await rig.active()).toHaveLength(1);
    await rig.pass(20);
    expect(await rig.active()).toEqual([]);
  });

  it('are one with the hub\'s rule: its own reading of the device raises no second one, and clears this one', async () => {
    await take(told({}, raised));
    await rig.send('bin-1', 'temperature', 80);
    expect(await rig.active()).toMatchObject([{ id: 'edge-alert-1' }]);
    await rig.send('bin-1', 'temperature', 20, START + 1);
    expect(await rig.active()).toEqual([]);
    await rig.pass(61);
    await rig.send('bin-1', 'temperature', 80);
    expect(await rig.active()).toHaveLength(1);
    expect((await rig.active())[0]?.id).not.toBe('edge-alert-1');
    expect(rig.errors).toEqual([]);
  });

  it('take the place of one that the hub raised of the same device', async () => {
    await rig.send('bin-1', 'temperature', 80);
    await take(told({}, raised));
    expect((await rig.active()).map(({ id }) => id)).toEqual(['edge-alert-1']);
    expect(await rig.alerts()).toHaveLength(2);
  });

  it('are known after a crash, and end then as well', async () => {
    await take(told({}, raised));
    await rig.crash();
    follow();
    await take(clearedThere);
    expect(await rig.active()).toEqual([]);
    await rig.evaluator.tick();
    expect(rig.errors).toEqual([]);
  });

  it('of another edge under the same id are not listened to', async () => {
    await take(told({}, raised), { ...clearedThere, edge: 'edge-2' });
    expect(await rig.active()).toMatchObject([{ id: 'edge-alert-1' }]);
  });

  it('are the edge\'s to raise: what it passes on of the device raises nothing here by a local rule', async () => {
    await rig.feed(fromEdge(80, START));
    expect(await rig.alerts()).toEqual([]);
  });
});
