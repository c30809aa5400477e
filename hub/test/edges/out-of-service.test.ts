import type { Alert, AlertTimelineEntry, EdgeAlertEntry, EdgeAlertRecord, Maintenance } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dropAlertsBefore } from '../../src/alerts/alert-retention.js';
import type { BackInService } from '../../src/edges/back-in-service.js';
import { DatabaseAwayError } from '../../src/database/postgres/database-away.js';
import { createEscalationClocks } from '../../src/escalation/escalation-clocks.js';
import { EscalationPolicies } from '../../src/escalation/policies.js';
import type { JournalHandler } from '../../src/journal/types.js';
import { ADMIN, START, createRig, type Rig } from '../rules/rig.js';
import { describeOnDatabases, refuseInserts } from '../support/databases.js';
import { lossyDb } from '../support/lossy-db.js';
import { FIRE, createEdgeSide, fireAlert } from './edge-side.js';

const MINUTE_MS = 60_000;
const END = START + 60 * MINUTE_MS;

let rig: Rig;
let intake: JournalHandler;
let back: BackInService;
let seq: number;

beforeEach(async () => {
  rig = await createRig([FIRE], {
    async clocksOf(db, areas) {
      const policies = new EscalationPolicies(areas);
      await policies.load(db);
      return createEscalationClocks({ policies });
    },
  });
  for (const edge of ['edge-1', 'edge-2']) rig.directory.put(edge, 'gateway');
  rig.directory.put('bin-1', 'waste_bin');
  await rig.evaluator.start();
  seq = 0;
  follow();
});
afterEach(() => rig.close());

function follow(db = rig.db): void { ({ intake, back } = createEdgeSide(rig, db)); }

const alert = fireAlert(START);
const told = (more: Partial<Alert>, ...entries: EdgeAlertEntry[]): EdgeAlertRecord => ({ type: 'alert', device: 'bin-1', at: rig.clock.at, edge: 'edge-1', alert: { ...alert, ...more }, entries });
const entry = (n: number, change: EdgeAlertEntry['change'], minute: number, more: Partial<EdgeAlertEntry> = {}): EdgeAlertEntry => ({ n, at: START + minute * MINUTE_MS, change, ...more });
const raised = entry(1, 'raised', 0, { severity: 'critical', value: 75 });

async function take(...records: EdgeAlertRecord[]): Promise<void> {
  await intake.handle({ first: seq + 1, last: seq += records.length, records });
}
/** All devices of the east, until `END`. */
const goOut = async (): Promise<Maintenance> => {
  const window = await rig.maintenance.create(ADMIN, { area: 'east', from: rig.clock.at, to: END, reason: 'new lid' });
  await comeTo(rig.clock.at + 1_000);
  return window;
};
async function comeTo(at: number): Promise<void> {
  rig.clock.at = at;
  await rig.evaluator.tick();
  await back.tick();
}
const known = async (): Promise<Alert> => (await rig.alerts())[0]!; // the test is about one
const history = async (id = alert.id): Promise<AlertTimelineEntry[]> => (await rig.service.get(ADMIN, id)).timeline;
const steps = async (): Promise<(string | undefined)[][]> => (await history()).map(({ change, note, by }) => [change, ...note === undefined ? [] : [note], ...by === undefined ? [] : [by]]);

describeOnDatabases('an alert of an edge, while its device is out of service', () => {
  it('clears when it stood before, and is active again when that is over, as the edge has not cleared it', async () => {
    await take(told({}, raised));
    await goOut();
    expect(await known()).toMatchObject({ active: false, endedBy: 'out-of-service' });
    await comeTo(END - 1);
    expect(await rig.active()).toEqual([]);
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ id: alert.id, raisedAt: START, count: 1, acked: false, clock: { kind: 'acknowledge', dueAt: END + 2 * MINUTE_MS } }]);
    expect(await rig.active()).toEqual([expect.not.objectContaining({ clearedAt: expect.anything() as unknown })]);
    expect(await rig.active()).toEqual([expect.not.objectContaining({ endedBy: expect.anything() as unknown })]);
    expect(await steps()).toEqual([['raised'], ['cleared', 'maintenance: new lid'], ['reraised', 'in service again']]);
    expect(rig.published.map(({ active }) => active)).toEqual([true, false, true]);
    await take(told({ active: false, clearedAt: END + 1 }, raised, entry(2, 'cleared', 61)));
    expect(await rig.active()).toEqual([]);
    expect(rig.errors).toEqual([]);
  });

  it('clears with what the edge tells of it, too, where the rules have not got to it yet, and once', async () => {
    await take(told({}, raised));
    await rig.maintenance.create(ADMIN, { area: 'east', from: START, to: END, reason: 'new lid' });
    await take(told({}, raised, entry(2, 'commented', 0, { note: 'smoke' })));
    expect(await rig.active()).toEqual([]);
    await comeTo(START + 1_000);
    expect(await steps()).toEqual([['raised'], ['commented', 'smoke'], ['cleared', 'maintenance: new lid']]);
    expect((await history()).at(-1)).toMatchObject({ endedBy: 'out-of-service' });
    expect(await known()).not.toHaveProperty('isWithheld'); // it was on screens
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ id: alert.id }]);
  });

  it('comes to nothing when the edge clears it before that is over', async () => {
    await take(told({}, raised));
    await goOut();
    await take(told({ active: false, clearedAt: START + 20 * MINUTE_MS }, raised, entry(2, 'cleared', 20)));
    await comeTo(END);
    // It was over for people with the window: what has recovered since asks nobody to look at it.
    expect(await known()).toMatchObject({ active: false, clearedAt: START + 20 * MINUTE_MS, endedBy: 'out-of-service' });
    expect(await steps()).toEqual([['raised'], ['cleared', 'maintenance: new lid'], ['cleared']]);
  });

  it('is told to nobody when it is raised then, and as what it has become by when that is over', async () => {
    await goOut();
    await take(told({}, raised));
    await take(told({ severity: 'major', value: 90, count: 4, lastAt: START + 30 * MINUTE_MS }, raised, entry(2, 'regraded', 30, { severity: 'major', value: 90 })));
    expect(await rig.active()).toEqual([]);
    expect([rig.activeAlerts.size, rig.published.some(({ active, clock, isWithheld }) => active || clock !== undefined || isWithheld !== true)]).toEqual([0, false]);
    expect((await rig.service.list(ADMIN, { limit: 10, top: true })).data).toEqual([]);
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ id: alert.id, raisedAt: START, severity: 'major', value: 90, count: 4, clock: { kind: 'acknowledge' } }]);
    expect(await rig.active()).toEqual([expect.not.objectContaining({ isWithheld: true })]);
    expect((await rig.service.list(ADMIN, { limit: 10, top: true })).data).toHaveLength(1);
    expect(await steps()).toEqual([['raised'], ['cleared', 'maintenance: new lid'], ['regraded'], ['reraised', 'in service again']]);
    expect((await history()).at(-1)).toMatchObject({ at: END, severity: 'major', value: 90 });
    await rig.evaluator.tick();
    expect([await rig.active(), rig.errors]).toEqual([[expect.anything()], []]);
  });

  it('was never active here when it came and went then, and no screen lists it', async () => {
    await goOut();
    await take(told({}, raised), told({ active: false, clearedAt: START + 20 * MINUTE_MS }, raised, entry(2, 'cleared', 20)));
    await comeTo(END);
    expect(await known()).toMatchObject({ active: false, isWithheld: true, clearedAt: START + 20 * MINUTE_MS });
    expect(rig.published.filter(({ active }) => active)).toEqual([]);
    expect((await rig.service.list(ADMIN, { limit: 10, top: true, active: false, acked: false })).data).toEqual([]);
    expect(await steps()).toEqual([['raised'], ['cleared', 'maintenance: new lid'], ['cleared']]);
  });

  it('that the edge clears and raises again then is told as well, and by another alert of the edge no second time', async () => {
    await take(told({}, raised));
    await goOut();
    const again = [entry(2, 'cleared', 20), entry(3, 'reraised', 21, { severity: 'critical', value: 80 })];
    await take(told({ count: 2, lastAt: START + 21 * MINUTE_MS }, raised, ...again));
    expect(await rig.active()).toEqual([]);
    expect((await steps()).slice(2)).toEqual([['cleared'], ['reraised'], ['cleared', 'maintenance: new lid']]);
    await take(told({ active: false, clearedAt: START + 30 * MINUTE_MS, count: 2 }, raised, ...again, entry(4, 'cleared', 30)), told({ id: 'edge-alert-2', raisedAt: START + 40 * MINUTE_MS, lastAt: START + 40 * MINUTE_MS }, entry(5, 'raised', 40)));
    await comeTo(END);
    expect((await rig.active()).map(({ id }) => id)).toEqual(['edge-alert-2']);
  });

  it('keeps what people did about it at the edge', async () => {
    await goOut();
    const said = [entry(2, 'acked', 10, { by: 'guard', note: 'on my way' }), entry(3, 'commented', 12, { by: 'guard', note: 'welding' })];
    await take(told({}, raised), told({ acked: true, ackedBy: 'guard', ackedAt: START + 10 * MINUTE_MS }, raised, ...said));
    expect((await steps()).slice(2)).toEqual([['acked', 'on my way', 'guard@edge-1'], ['commented', 'welding', 'guard@edge-1']]);
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ acked: true, ackedBy: 'guard@edge-1', ackedAt: START + 10 * MINUTE_MS, clock: { kind: 'resolve' } }]);
  });

  it('is told when the window is ended by hand', async () => {
    const { id } = await goOut();
    await take(told({}, raised));
    rig.clock.at += MINUTE_MS;
    await rig.maintenance.end(ADMIN, id);
    await comeTo(rig.clock.at);
    expect(await rig.active()).toMatchObject([{ id: alert.id }]);
  });

  it('is told when status maintenance is taken back', async () => {
    await take(told({}, raised));
    rig.directory.put('bin-1', 'waste_bin', { status: 'maintenance' });
    await comeTo(START + 1_000);
    rig.directory.put('bin-2', 'waste_bin', { status: 'maintenance' });
    await take({ ...told({ id: 'edge-alert-2', deviceId: 'bin-2' }, raised), device: 'bin-2' });
    expect(await rig.active()).toEqual([]);
    for (const id of ['bin-1', 'bin-2']) rig.directory.put(id, 'waste_bin');
    await comeTo(START + 2 * MINUTE_MS);
    expect((await rig.active()).map(({ id }) => id).sort()).toEqual([alert.id, 'edge-alert-2']);
  });

  it.each<[string, () => Promise<void>]>([['kill -9', () => rig.crash()], ['a restart', () => rig.restart()]])('is known after %s, also after one that outlasts the window', async (_what, again) => {
    rig.directory.put('bin-2', 'waste_bin');
    await take(told({}, raised));
    await goOut();
    const other = { ...told({ id: 'edge-alert-2', deviceId: 'bin-2' }, raised), device: 'bin-2' };
    await take(other);
    await again();
    follow();
    await take(told({}, raised), other); // the journal's position is behind
    await comeTo(START + MINUTE_MS);
    expect(await rig.active()).toEqual([]);
    rig.clock.at = END;
    await again();
    follow();
    await comeTo(END);
    expect((await rig.active()).map(({ id }) => id).sort()).toEqual([alert.id, 'edge-alert-2']);
    await take({ ...other, alert: { ...other.alert, active: false, clearedAt: END } , entries: [raised, entry(2, 'cleared', 60)] });
    await comeTo(END + 1_000);
    expect((await rig.active()).map(({ id }) => id)).toEqual([alert.id]);
  });

  it('that went out of service while the hub was away is withheld from the start', async () => {
    await take(told({}, raised));
    await rig.maintenance.create(ADMIN, { area: 'east', from: START, to: END, reason: 'new lid' });
    await rig.crash();
    follow();
    expect(await rig.active()).toEqual([]);
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ id: alert.id }]);
  });

  it('is not told of a device that is gone, or another one, or an edge\'s no longer by then', async () => {
    const others = ['bin-2', 'bin-3', 'bin-4'];
    for (const id of others) rig.directory.put(id, 'waste_bin');
    await rig.evaluator.tick();
    for (const id of others) {
      await take({ ...told({ id: `of-${id}`, deviceId: id }, raised), device: id, edge: id === 'bin-4' ? 'edge-2' : 'edge-1' });
    }
    await take(told({}, raised));
    await goOut();
    rig.directory.remove('bin-1');
    rig.directory.put('bin-2', 'waste_bin', { area: 'west' });
    rig.directory.remove('bin-3');
    rig.directory.put('bin-3', 'env_sensor');
    rig.directory.remove('edge-2');
    await comeTo(END);
    rig.directory.put('bin-1', 'waste_bin');
    await comeTo(END + 1_000);
    expect([await rig.active(), rig.errors]).toEqual([[], []]);
  });

  it('is where its device is by then, and no sooner when that is out of service as well', async () => {
    await goOut();
    await take(told({}, raised));
    rig.directory.put('bin-1', 'waste_bin', { area: 'east-1' });
    await rig.maintenance.create(ADMIN, { devices: ['bin-1'], from: START, to: END + MINUTE_MS, reason: 'paint' });
    await comeTo(END);
    expect(await rig.active()).toEqual([]);
    await comeTo(END + MINUTE_MS);
    expect(await rig.active()).toMatchObject([{ area: 'east-1' }]);
  });

  it('changes nothing when it is told twice, or too late', async () => {
    await goOut();
    const over = told({ active: false, clearedAt: START + 20 * MINUTE_MS }, raised, entry(2, 'cleared', 20));
    for (const record of [told({}, raised), over]) {
      await take(record);
      const [alerts, entries, { length }] = [await rig.alerts(), await history(), rig.published];
      await take(record, told({}, raised));
      expect([await rig.alerts(), await history(), rig.published.length]).toEqual([alerts, entries, length]);
    }
    await comeTo(END);
    expect(await rig.active()).toEqual([]);
  });

  it('stays cleared when the hub\'s own reading cleared it before', async () => {
    await take(told({}, raised));
    await rig.send('bin-1', 'temperature', 80);
    await rig.send('bin-1', 'temperature', 20, START + 1);
    expect(await rig.active()).toEqual([]);
    await goOut();
    await comeTo(END);
    expect(await rig.active()).toEqual([]);
  });

  it('is one with what the hub reads of the device itself', async () => {
    await take(told({}, raised));
    await goOut();
    rig.clock.at = START + 30_000;
    const { id } = (await rig.maintenance.list(ADMIN, { limit: 1 })).data[0]!; // there is one
    await rig.send('bin-1', 'temperature', 80);
    await rig.maintenance.end(ADMIN, id);
    await comeTo(START + 31_000);
    expect((await rig.active()).map(({ id: found }) => found)).toEqual([alert.id]);
    await rig.send('bin-1', 'temperature', 20);
    await comeTo(START + 90 * MINUTE_MS);
    expect([await rig.active(), rig.errors]).toEqual([[], []]);
  });

  it('is neither dropped with old alerts, nor escalated, while it is withheld', async () => {
    await take(told({}, raised));
    await goOut();
    await dropAlertsBefore(rig.db, END);
    await expect(rig.service.escalate(ADMIN, alert.id, undefined)).rejects.toMatchObject({ code: 'ALERT_NOT_ACTIVE' });
    await comeTo(END);
    expect(await rig.active()).toHaveLength(1);
  });

  it('is told once, when the connection was lost while the commit of that was answered', async () => {
    await goOut();
    await take(told({}, raised));
    const lost = lossyDb(rig.db);
    follow(lost.db);
    lost.isLost = true;
    await comeTo(END);
    expect(rig.errors).toHaveLength(1);
    lost.isLost = false;
    await comeTo(END + 1_000);
    expect(rig.activeAlerts.byId(alert.id)).toBeDefined();
    expect(rig.published.filter(({ active }) => active)).toHaveLength(1);
    expect((await steps()).filter(([change]) => change === 'reraised')).toHaveLength(1);
  });

  /** As many more like the one that is withheld. */
  async function multiply(count: number): Promise<void> {
    const [row, mark] = [await rig.db.selectFrom('alert').selectAll().executeTakeFirstOrThrow(), await rig.db.selectFrom('edge_alert').selectAll().executeTakeFirstOrThrow()];
    const ids = Array.from({ length: count }, (_, index) => `${row.id}-${1000 + index}`);
    await rig.db.insertInto('alert').values(ids.map((id) => ({ ...row, id }))).execute();
    await rig.db.insertInto('edge_alert').values(ids.map((id) => ({ ...mark, alert_id: id }))).execute();
  }
  const onBin2 = (severity: Alert['severity']): EdgeAlertRecord => ({ ...told({ id: 'on-bin-2', deviceId: 'bin-2', severity }, raised), device: 'bin-2' });

  it('is reported once a round while the database fails, however many are to be told, and each is told when that is over', async () => {
    const devices = ['bin-1', 'bin-2', 'bin-3'];
    for (const id of devices) rig.directory.put(id, 'waste_bin');
    await goOut();
    for (const id of devices) await take({ ...told({ id: `of-${id}`, deviceId: id }, raised), device: id });
    const lost = lossyDb(rig.db);
    follow(lost.db);
    lost.isLost = true;
    await comeTo(END);
    await comeTo(END + 1_000);
    expect(rig.errors).toEqual([expect.any(DatabaseAwayError), expect.any(DatabaseAwayError)]);
    lost.isLost = false;
    await comeTo(END + 2_000);
    expect((await rig.active()).map(({ deviceId }) => deviceId).sort()).toEqual(devices);
  });

  it('that can\'t be written is reported, and the others are told', async () => {
    rig.directory.put('bin-2', 'waste_bin');
    await goOut();
    await take(told({}, raised), onBin2('minor'));
    await refuseInserts(rig.db, 'alert_timeline', 'no room', { column: 'alert_id', value: alert.id });
    await comeTo(END);
    expect([(await rig.active()).map(({ id }) => id), rig.errors]).toEqual([['on-bin-2'], [expect.objectContaining({ message: expect.stringContaining('no room') as string })]]);
  });

  it.each<[Alert['severity'], Alert['severity'], number]>([['critical', 'minor', 1], ['minor', 'critical', 3]])('that is %s is told beside very many %s ones that stay withheld, within %i round(s) that read no more than two pages', async (severity, others, rounds) => {
    rig.directory.put('bin-2', 'waste_bin');
    await rig.maintenance.create(ADMIN, { devices: ['bin-1'], from: START, to: END + 60 * MINUTE_MS, reason: 'paint' });
    await goOut();
    await take(told({ severity: others }, raised));
    await multiply(600);
    await take(onBin2(severity));
    let rows = 0;
    follow(rig.db.withPlugin({ transformQuery: ({ node }) => node, transformResult: async ({ result }) => { rows += result.rows.length; return result; } }));
    await comeTo(END - 2_000);
    for (let round = 0; round < rounds; round += 1) {
      rows = 0;
      await comeTo(END + round * 1_000);
      expect(rows).toBeLessThan(520);
    }
    expect((await rig.active()).map(({ id }) => id)).toEqual(['on-bin-2']);
    expect(rig.errors).toEqual([]);
  });
});
