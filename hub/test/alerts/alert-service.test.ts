import { severityRank, type Alert, type Rule, type Severity } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addTimelineEntries, saveAlert } from '../../src/alerts/alert-rows.js';
import { noClocks } from '../../src/alerts/alert-clocks.js';
import { createAlertService } from '../../src/alerts/alert-service.js';
import { createAlertWriter } from '../../src/alerts/alert-writer.js';
import { DatabaseAwayError } from '../../src/database/postgres/database-away.js';
import type { Principal } from '../../src/identity/principal.js';
import { ADMIN, START, common, createRig, type Rig } from '../rules/rig.js';
import { lossyDb } from '../support/lossy-db.js';
import { describeOnDatabases } from '../support/databases.js';

const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'major' }], clearAt: 70 };
const WEST: Principal = { name: 'wang', role: 'operator', area: 'west' };
const EAST: Principal = { name: 'li', role: 'operator', area: 'east' };
const WANG: Principal = { name: 'wang', role: 'operator', area: undefined };

describeOnDatabases('the alert service', () => {
  let rig: Rig;
  let id: string;
  beforeEach(async () => {
    rig = await createRig([fill]);
    rig.directory.put('bin', 'waste_bin');
    rig.directory.put('bin-w', 'waste_bin', { area: 'west' });
    await rig.evaluator.start();
    await rig.send('bin', 'fill_level', 85);
    id = (await rig.alerts())[0]!.id;
  });
  afterEach(() => rig.close());

  it('acknowledges once: the first wins, all others see who, and screens are told once', async () => {
    const people = ['an', 'bo', 'chen', 'ding'].map((name): Principal => ({ name, role: 'operator', area: undefined }));
    const answers = await Promise.all(people.map((person) => rig.service.ack(person, id, person.name === 'an' ? 'on my way' : ' ')));
    expect(new Set(answers.map((alert) => alert.ackedBy))).toEqual(new Set(['an']));
    expect(new Set(answers.map((alert) => alert.seq)).size).toBe(1);
    expect(rig.published.filter((alert) => alert.acked)).toHaveLength(1);
    const { timeline } = await rig.service.get(ADMIN, id);
    expect(timeline.slice(1)).toEqual([{ at: START, change: 'acked', by: 'an', note: 'on my way' }]);
  });

  it('keeps what a later one writes as a comment of theirs, and tells screens of it', async () => {
    await rig.service.ack(EAST, id, 'on my way');
    const answer = await rig.service.ack(WANG, id, 'the lid is broken too');
    expect(answer).toMatchObject({ acked: true, ackedBy: 'li', ackedAt: START });
    expect(rig.published.at(-1)).toEqual(answer);
    await rig.service.ack(EAST, id, 'it is');
    await rig.send('bin', 'fill_level', 5, START + 1);
    await rig.service.ack(WANG, id, 'emptied');
    expect((await rig.service.get(ADMIN, id)).timeline).toMatchObject([
      { change: 'raised' }, { change: 'acked', by: 'li', note: 'on my way' }, { change: 'commented', by: 'wang', note: 'the lid is broken too' }, { change: 'commented', by: 'li', note: 'it is' },
      { change: 'cleared' }, { change: 'commented', by: 'wang', note: 'emptied' },
    ]);
  });

  it('adds nothing when the same person sends the same again, and keeps the same words of another', async () => {
    const [mine, theirs] = ['on my way\0', 'seen'];
    await Promise.all([rig.service.ack(EAST, id, mine), rig.service.ack(EAST, id, mine), rig.service.ack(WANG, id, theirs), rig.service.ack(WANG, id, theirs)]);
    const { length } = rig.published;
    const answers = await Promise.all([rig.service.ack(EAST, id, mine), rig.service.ack(WANG, id, theirs), rig.service.ackAll(WANG, [id, id], theirs)]);
    expect(answers.flat()).toEqual([rig.published.at(-1), rig.published.at(-1), { id, alert: rig.published.at(-1) }, { id, alert: rig.published.at(-1) }]);
    expect(rig.published).toHaveLength(length);
    await rig.service.ack(WANG, id, mine);
    expect((await rig.service.get(ADMIN, id)).timeline.slice(1).map(({ change, by, note }) => [change, by, note?.slice(0, 9)])).toEqual([
      ['acked', 'li', 'on my way'], ['commented', 'wang', 'seen'], ['commented', 'wang', 'on my way'],
    ]);
  });

  it('keeps the same words of the same person when they are news: said after somebody else had to acknowledge it anew', async () => {
    await rig.service.ack(EAST, id, 'on my way');
    await rig.service.unack(EAST, id);
    await rig.service.ack(WANG, id);
    for (let time = 0; time < 2; time += 1) await rig.service.ack(EAST, id, 'on my way');
    expect((await rig.service.get(ADMIN, id)).timeline.slice(1)).toMatchObject([{ change: 'acked', by: 'li' }, { change: 'unacked', by: 'li' }, { change: 'acked', by: 'wang' }, { change: 'commented', by: 'li', note: 'on my way' }]);
  });

  it('keeps the words of an acknowledgement of many on each of those that were acknowledged before', async () => {
    await rig.send('bin-w', 'fill_level', 96);
    const west = (await rig.service.active(WEST, {}))[0]!.id;
    await rig.service.ack(EAST, id, 'mine');
    for (let time = 0; time < 2; time += 1) expect(await rig.service.ackAll(WANG, [west, id], 'all seen')).toMatchObject([{ id: west, alert: { ackedBy: 'wang' } }, { id, alert: { ackedBy: 'li' } }]);
    expect([await rig.notes(west), await rig.notes(id)]).toEqual([['all seen'], ['mine', 'all seen']]);
    expect([await rig.timeline(west), await rig.timeline(id)]).toEqual([['raised', 'acked'], ['raised', 'acked', 'commented']]);
  });

  it('goes by what stands when the connection was lost while an acknowledgement was committed: it is not undone, and screens are told', async () => {
    const { clock, areas, changes, activeAlerts } = rig;
    const lost = lossyDb(rig.db);
    const service = createAlertService({ db: lost.db, clock, areas, writer: createAlertWriter({ db: lost.db, clock, changes, activeAlerts, clocks: noClocks }) });
    lost.isLost = true;
    await expect(service.ack(EAST, id)).rejects.toThrow(DatabaseAwayError);
    expect(activeAlerts.byId(id)?.alert.acked).toBe(false);
    await rig.send('bin', 'fill_level', 97, START + 1);
    expect(await rig.active()).toMatchObject([{ id, severity: 'major' }]);
    expect(activeAlerts.byId(id)?.alert.seq).toBe((await rig.active())[0]?.seq);
    expect(rig.published.filter(({ ackedBy }) => ackedBy === 'li').length).toBeGreaterThan(0);
    expect((await rig.service.get(ADMIN, id)).timeline.map(({ change }) => change)).toContain('acked');
  });

  it('shares acknowledgements with the evaluator, whose later writes keep them', async () => {
    await Promise.all([rig.service.ack(EAST, id), rig.send('bin', 'fill_level', 75, START + 1)]);
    await rig.send('bin', 'fill_level', 82, START + 2);
    expect(await rig.active()).toMatchObject([{ id, acked: true, ackedBy: 'li', count: 2 }]);
    await rig.restart();
    await rig.send('bin', 'fill_level', 5, START + 3);
    expect(await rig.alerts()).toMatchObject([{ id, acked: true, active: false }]);
  });

  it('takes an acknowledgement back, and says why when it cannot', async () => {
    await expect(rig.service.unack(EAST, id)).rejects.toMatchObject({ code: 'ALERT_STATE', detail: expect.stringContaining('not acknowledged') as string, detailZh: expect.stringContaining('未确认') as string });
    await rig.service.ack(EAST, id);
    const alert = await rig.service.unack(EAST, id, 'not me');
    expect(alert).toMatchObject({ acked: false });
    expect(alert).not.toHaveProperty('ackedAt');
    await rig.send('bin', 'fill_level', 5, START + 1);
    expect(await rig.service.ack(EAST, id)).toMatchObject({ acked: true, active: false });
    await expect(rig.service.unack(EAST, id)).rejects.toMatchObject({ code: 'ALERT_NOT_ACTIVE' });
    expect(await rig.timeline(id)).toEqual(['raised', 'acked', 'unacked', 'cleared', 'acked']);
  });

  it('keeps no note that shows nothing', async () => {
    await rig.service.ack(EAST, id, '\0\u200b');
    expect((await rig.service.get(EAST, id)).timeline.at(-1)).toEqual({ at: START, change: 'acked', by: 'li' });
  });

  it('comments at any time', async () => {
    await rig.send('bin', 'fill_level', 5, START + 1);
    await rig.service.comment(EAST, id, 'emptied');
    expect((await rig.service.get(EAST, id)).timeline.at(-1)).toEqual({ at: START, change: 'commented', by: 'li', note: 'emptied' });
  });

  it.each([[198, 1], [199, 1], [200, 2], [450, 252]])('answers how it began and the newest of a timeline with %d more entries', async (more, oldest) => {
    await rig.db.transaction().execute(async (trx) => {
      await addTimelineEntries(trx, Array.from({ length: more }, (_, index) => ({ alertId: id, entry: { at: START + index + 1, change: 'repeated' } })));
    });
    const { timeline } = await rig.service.get(ADMIN, id);
    expect(timeline.map(({ at }) => at - START)).toEqual([0, ...Array.from({ length: more - oldest + 1 }, (_, index) => oldest + index)]);
    expect([timeline[0]?.change, timeline.length]).toEqual(['raised', Math.min(more + 1, 200)]);
  });

  it('gives all that are active page by page, and the thread up in between', async () => {
    const alert = (await rig.service.get(ADMIN, id));
    await rig.db.transaction().execute(async (trx) => {
      for (let index = 0; index < 1_200; index += 1) await saveAlert(trx, { ...alert, id: `z${String(index).padStart(4, '0')}`, deviceId: `other-${index}`, area: index % 3 === 0 ? 'west' : 'east' });
    });
    let turns = 0;
    const count = (): void => { turns += 1; };
    const found = rig.service.active(ADMIN, {});
    const isOver = found.then(() => true);
    for (let over = false; !over; over = await Promise.race([isOver, new Promise<false>((resolve) => { setImmediate(() => { resolve(false); }); })])) count();
    const ids = (await found).map((one) => one.id);
    expect([ids.length, ids, turns >= 3]).toEqual([1_201, [...ids].sort(), true]);
    expect(await rig.service.active(WEST, {})).toHaveLength(400);
  });

  it('hides alerts of foreign areas as if they did not exist', async () => {
    await rig.send('bin-w', 'fill_level', 96);
    for (const attempt of [() => rig.service.get(WEST, id), () => rig.service.ack(WEST, id), () => rig.service.unack(WEST, id), () => rig.service.comment(WEST, id, 'x'), () => rig.service.get(ADMIN, 'none')]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'ALERT_NOT_FOUND' });
    }
    expect((await rig.service.list(WEST, { limit: 10 })).data).toMatchObject([{ deviceId: 'bin-w' }]);
    expect(await rig.service.active(WEST, {})).toMatchObject([{ deviceId: 'bin-w' }]);
    expect(await rig.service.active(WEST, { areas: ['east'], devices: ['bin'] })).toEqual([]);
    expect(await rig.service.active(ADMIN, { areas: ['east'] })).toMatchObject([{ deviceId: 'bin' }]);
    expect(await rig.service.active(ADMIN, { areas: ['east'], devices: ['bin-w'] })).toHaveLength(2);
    expect(await rig.service.active(ADMIN, { devices: [] })).toEqual([]);
    await expect(rig.service.list(WEST, { limit: 10, area: 'east' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
  });

  it('goes with its device into another area: seen there, gone here, and one alert still', async () => {
    await rig.service.ack(EAST, id);
    rig.directory.put('bin', 'waste_bin', { area: 'west' });
    await rig.pass(1);
    expect(rig.published.slice(-2)).toMatchObject([{ id, area: 'east', active: false, acked: true }, { id, area: 'west', active: true, acked: true }]);
    expect(await rig.service.active(EAST, {})).toEqual([]);
    await expect(rig.service.get(EAST, id)).rejects.toMatchObject({ code: 'ALERT_NOT_FOUND' });
    expect(await rig.service.active(WEST, {})).toEqual([rig.published.at(-1)]);
    await rig.pass(1);
    await rig.send('bin', 'fill_level', 5, START + 1);
    expect(rig.published.at(-1)).toMatchObject({ id, area: 'west', active: false });
    expect(await rig.timeline(id)).toEqual(['raised', 'acked', 'cleared']);
    expect(rig.published).toHaveLength(5);
  });

  it('goes with it too when that happened while the hub was down', async () => {
    await rig.evaluator.stop();
    rig.directory.put('bin', 'waste_bin', { area: 'west' });
    await rig.restart();
    expect(await rig.service.active(WEST, {})).toMatchObject([{ id, area: 'west' }]);
    expect((await rig.db.selectFrom('change').select(['area', 'moved_to']).orderBy('seq').execute()).slice(-2)).toEqual([{ area: 'east', moved_to: 'west' }, { area: 'west', moved_to: null }]);
  });

  it('asks for the permission first', async () => {
    const property: Principal = { name: 'p', role: 'property', area: 'east' };
    const city: Principal = { name: 'c', role: 'city', area: undefined };
    await expect(rig.service.ack(property, id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(rig.service.comment(property, 'none', 'x')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(rig.service.list(city, { limit: 1, area: 'none' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await rig.service.get(property, id)).toMatchObject({ id });
  });
});

describeOnDatabases('the list of alerts', () => {
  let rig: Rig;
  const severities: Severity[] = ['info', 'critical', 'warning', 'major', 'minor'];
  const made = Array.from({ length: 60 }, (_, index): Alert => ({
    id: `alert-${String(index).padStart(2, '0')}`, ruleId: `r${index}`, deviceId: index % 2 === 0 ? 'bin' : 'bin-w', area: index % 2 === 0 ? 'east' : 'west', kind: 'waste_bin',
    severity: severities[index % 5]!, tier: index % 3 === 0 ? 'city' : 'community', active: index % 4 !== 0, acked: index % 7 === 0, raisedAt: START + (index % 6) * 10, lastAt: START,
    count: 1, message: { zh: '', en: '' }, seq: index, ...(index % 10 === 0 ? { groupId: 'parent' } : {}),
  }));
  beforeEach(async () => {
    rig = await createRig();
    await rig.db.transaction().execute(async (trx) => { for (const alert of made) await saveAlert(trx, alert); });
  });
  afterEach(() => rig.close());

  const expected = [...made].sort((a, b) => Number(b.active) - Number(a.active) || severityRank(a.severity) - severityRank(b.severity) || b.raisedAt - a.raisedAt || (a.id < b.id ? 1 : -1));

  it.each([1, 7, 60, 100])('comes active first, worst first, then newest, each once, in pages of %d', async (limit) => {
    const seen: Alert[] = [];
    let cursor: string | undefined;
    do {
      const page = await rig.service.list(ADMIN, { limit, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.data.length).toBeLessThanOrEqual(limit);
      seen.push(...page.data);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(expected);
  });

  it.each<[object, (alert: Alert) => boolean]>([
    [{ severity: 'minor' }, ({ severity }) => severity === 'minor'], [{ active: false }, ({ active }) => !active], [{ active: true, severity: 'minor' }, ({ active, severity }) => active && severity === 'minor'],
    [{ area: 'west' }, ({ area }) => area === 'west'], [{ acked: false, tier: 'community' }, ({ acked, tier }) => !acked && tier === 'community'], [{ active: true, clearedFrom: START }, () => false],
  ])('comes in the same order and each once with the filter %o, in pages of any size', async (filter, isWanted) => {
    for (const limit of [1, 3, 100]) {
      const seen: Alert[] = [];
      let cursor: string | undefined;
      do {
        const page = await rig.service.list(ADMIN, { limit, ...filter, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.data);
        cursor = page.next;
      } while (cursor !== undefined);
      expect(seen).toEqual(expected.filter(isWanted));
    }
  });

  it('keeps its place when an alert of an earlier page clears and a new one comes', async () => {
    const first = await rig.service.list(ADMIN, { limit: 10 });
    await rig.db.transaction().execute(async (trx) => {
      await saveAlert(trx, { ...expected[3]!, active: false });
      await saveAlert(trx, { ...expected[0]!, id: 'zz', ruleId: 'new', raisedAt: START + 999 });
    });
    const second = await rig.service.list(ADMIN, { limit: 10, cursor: first.next! });
    expect(second.data).toEqual(expected.slice(10, 20));
  });

  it('filters by everything the contract names', async () => {
    const ids = async (query: object): Promise<string[]> => (await rig.service.list(ADMIN, { limit: 100, ...query })).data.map((alert) => alert.id).sort();
    const where = (test: (alert: Alert) => boolean): string[] => made.filter(test).map((alert) => alert.id);
    expect(await ids({ area: 'west' })).toEqual(where((alert) => alert.area === 'west'));
    expect(await ids({ area: 'street', active: false })).toEqual(where((alert) => !alert.active));
    expect(await ids({ acked: true, severity: 'major' })).toEqual(where((alert) => alert.acked && alert.severity === 'major'));
    expect(await ids({ tier: 'city', device: 'bin' })).toEqual(where((alert) => alert.tier === 'city' && alert.deviceId === 'bin'));
    expect(await ids({ top: true })).toEqual(where((alert) => alert.groupId === undefined));
    expect(await ids({ from: START + 10, to: START + 30 })).toEqual(where((alert) => alert.raisedAt >= START + 10 && alert.raisedAt < START + 30));
  });

  it.each(['x', 'bnVsbA', Buffer.from('[1,2]').toString('base64url'), Buffer.from('[1,2,"3","x"]').toString('base64url'), Buffer.from('[1,9,3,"x"]').toString('base64url')])('refuses the cursor %s', async (cursor) => {
    await expect(rig.service.list(ADMIN, { limit: 1, cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});
