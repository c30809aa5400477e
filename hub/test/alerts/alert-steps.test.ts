import type { Alert, AlertChange, Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertClocks } from '../../src/alerts/alert-clocks.js';
import type { Principal } from '../../src/identity/principal.js';
import { ADMIN, START, common, createRig, type Rig } from '../rules/rig.js';
import { describeOnDatabases } from '../support/databases.js';

const fill: Rule = {
  ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'major' }], clearAt: 70, manualClear: true,
};
const hot: Rule = { ...common('hot'), type: 'threshold', metric: 'temperature', direction: 'above', bands: [{ limit: 60, severity: 'critical' }], clearAt: 50 };
const tamper: Rule = { ...common('tamper', ['access_gate']), type: 'event', event: 'tamper', count: 1, withinS: 1, clearOn: [], clearAfterS: 1800, severity: 'major', manualClear: true };
const EAST: Principal = { name: 'li', role: 'operator', area: 'east' };
const WEST: Principal = { name: 'wang', role: 'operator', area: 'west' };
const DAY_MS = 86_400_000;

/** Steps, in the order in which the clocks were asked. */
const steps: AlertChange[] = [];
const clocks: AlertClocks = { after(_before, alert, change) { steps.push(change); return alert; }, first() { steps.push('raised'); return undefined; } };

let rig: Rig;
let id: string;
beforeEach(async () => {
  rig = await createRig([fill, hot, tamper], { clocksOf: async () => clocks });
  rig.directory.put('bin', 'waste_bin');
  rig.directory.put('gate', 'access_gate');
  await rig.evaluator.start();
  steps.length = 0;
  await rig.send('bin', 'fill_level', 85);
  id = (await rig.alerts())[0]!.id;
});
afterEach(async () => {
  expect(rig.errors).toEqual([]);
  await rig.close();
});

const alertOf = async (): Promise<Alert> => (await rig.alerts()).find((alert) => alert.id === id)!; // raised above
const audit = async () => rig.db.selectFrom('audit').select(['by', 'action', 'target', 'detail']).orderBy('id').execute();
async function addUser(username: string, name: string, role: string, area: string | null): Promise<void> {
  if (area !== null) await rig.db.insertInto('area').values({ id: area, level: 'community', name: area, parent: null, name_en: null, profile: null, centre: null, boundary: null }).onConflict((conflict) => conflict.doNothing()).execute();
  await rig.db.insertInto('user').values({ username, name, role, area, password_hash: '', created_at: START }).execute();
}

describeOnDatabases('an acknowledgement', () => {
  it('of twenty people at once is one, and all see whose', async () => {
    const people = Array.from({ length: 20 }, (_, index): Principal => ({ name: `p${index}`, role: 'operator', area: undefined }));
    const single = people.slice(0, 10).map((person) => rig.service.ack(person, id));
    const bulk = people.slice(10).map(async (person) => (await rig.service.ackAll(person, [id]))[0]!.alert!);
    const answers = await Promise.all([...bulk, ...single]);
    const [winner] = answers;
    expect(new Set(answers.map(({ ackedBy, seq }) => `${ackedBy} ${seq}`)).size).toBe(1);
    const { timeline } = await rig.service.get(ADMIN, id);
    expect(timeline.map(({ change, by }) => [change, by])).toEqual([['raised', undefined], ['acked', winner!.ackedBy]]);
    expect(rig.published.filter(({ acked }) => acked)).toHaveLength(1);
  });

  it('of many answers each by itself, in the order asked, in one transaction', async () => {
    for (let index = 0; index < 120; index += 1) rig.directory.put(`bin-${index}`, 'waste_bin', index % 2 === 0 ? {} : { area: 'west' });
    await rig.feed(...Array.from({ length: 120 }, (_, index) => rig.sample(`bin-${index}`, { fill_level: 85 })));
    const alerts = (await rig.alerts()).filter((alert) => alert.id !== id);
    await rig.service.ack(ADMIN, alerts[0]!.id);
    const ids = [...alerts.map((alert) => alert.id), 'none', alerts[1]!.id];
    const before = rig.published.length;
    const answers = await rig.service.ackAll(EAST, ids, 'all of them');
    expect(answers.map((answer) => answer.id)).toEqual(ids);
    for (const [index, { alert, code }] of answers.entries()) {
      const asked = alerts.find((one) => one.id === ids[index]);
      if (asked === undefined || asked.area === 'west') expect([alert, code]).toEqual([undefined, 'ALERT_NOT_FOUND']);
      else expect([alert?.ackedBy, code]).toEqual([asked === alerts[0] ? 'admin' : 'li', undefined]);
    }
    const acked = alerts.filter(({ area }) => area === 'east').length - (alerts[0]!.area === 'east' ? 1 : 0);
    expect(rig.published.length - before).toBe(acked);
    expect(await rig.service.ackAll(EAST, [id])).toMatchObject([{ id, alert: { acked: true, ackedBy: 'li' } }]);
  });
});

describeOnDatabases('shelving', () => {
  it('takes a reason and one end, at most a week away, and stands in the timeline and the audit log', async () => {
    for (const [request, faults] of [
      [{}, [{ path: '/until', keyword: 'required' }, { path: '/durationS', keyword: 'required' }]], [{ durationS: 60, until: START + DAY_MS }, [{ path: '/until' }, { path: '/durationS' }]],
      [{ until: START }, [{ path: '/until', keyword: 'minimum', limit: START + 1 }]], [{ until: START + 7 * DAY_MS + 1 }, [{ path: '/until', keyword: 'maximum', limit: START + 7 * DAY_MS }]],
    ] as const) {
      await expect(rig.service.shelve(EAST, id, { reason: 'x', ...request })).rejects.toMatchObject({ code: 'VALIDATION_FAILED', faults, detailZh: expect.any(String) as string });
    }
    expect(await rig.service.shelve(EAST, id, { durationS: 600, reason: 'roadworks' })).toMatchObject({ shelvedUntil: START + 600_000, shelvedBy: 'li', shelveReason: 'roadworks', acked: false });
    expect(await rig.service.shelve(ADMIN, id, { until: START + 7 * DAY_MS, reason: 'longer' })).toMatchObject({ shelvedUntil: START + 7 * DAY_MS, shelvedBy: 'admin', shelveReason: 'longer' });
    expect((await rig.service.get(EAST, id)).timeline.slice(1)).toEqual([
      { at: START, change: 'shelved', by: 'li', until: START + 600_000, note: 'roadworks' }, { at: START, change: 'shelved', by: 'admin', until: START + 7 * DAY_MS, note: 'longer' },
    ]);
    expect(await audit()).toMatchObject([{ by: 'li', action: 'alert.shelved', target: id }, { by: 'admin', action: 'alert.shelved', target: id, detail: 'until 2026-11-09T02:00:00.000Z: longer' }]);
  });

  it('ends by itself when its time is over, also when that was while the hub was down', async () => {
    await rig.service.shelve(EAST, id, { durationS: 60, reason: 'x' });
    rig.clock.at += 59_999;
    await rig.shelfTimer.tick();
    expect(await alertOf()).toHaveProperty('shelvedUntil');
    await rig.crash();
    rig.clock.at += DAY_MS;
    await rig.shelfTimer.start();
    await rig.shelfTimer.start();
    await rig.shelfTimer.stop();
    const alert = await alertOf();
    expect(alert.shelvedUntil ?? alert.shelvedBy ?? alert.shelveReason).toBeUndefined();
    expect((await rig.service.get(EAST, id)).timeline.at(-1)).toEqual({ at: rig.clock.at, change: 'unshelved', by: 'hub' });
    expect(rig.published.at(-1)).toEqual(alert);
    expect(steps).toEqual(['raised', 'shelved', 'unshelved']);
  });

  it('ends at its very time, and not when somebody has prolonged it since the timer looked', async () => {
    await rig.service.shelve(EAST, id, { durationS: 60, reason: 'x' });
    rig.clock.at += 60_000;
    const [longer] = await Promise.all([rig.service.shelve(EAST, id, { durationS: 60, reason: 'longer' }), rig.shelfTimer.tick()]);
    expect(await alertOf()).toEqual(longer);
    rig.clock.at += 60_000;
    await rig.shelfTimer.tick();
    expect(await alertOf()).not.toHaveProperty('shelvedUntil');
  });

  it('ends though another one can not be read, and that one\'s once it can', async () => {
    rig.directory.put('bin-2', 'waste_bin');
    await rig.send('bin-2', 'fill_level', 85);
    const other = (await rig.alerts()).find(({ deviceId }) => deviceId === 'bin-2')!; // just raised
    for (const shelved of [id, other.id]) await rig.service.shelve(ADMIN, shelved, { durationS: 60, reason: 'x' });
    const { message } = await rig.db.selectFrom('alert').select('message').where('id', '=', other.id).executeTakeFirstOrThrow();
    await rig.db.updateTable('alert').set({ message: '{' }).where('id', '=', other.id).execute();
    rig.clock.at += 60_000;
    await rig.shelfTimer.tick();
    expect(rig.errors.splice(0)).toEqual([expect.any(SyntaxError)]);
    const shelvedNow = async () => (await rig.db.selectFrom('alert').select('id').where('shelved_until', 'is not', null).execute()).map((row) => row.id);
    expect(await shelvedNow()).toEqual([other.id]);
    await rig.db.updateTable('alert').set({ message }).where('id', '=', other.id).execute();
    await rig.shelfTimer.tick();
    expect(await shelvedNow()).toEqual([]);
  });

  it('ends by hand, once', async () => {
    await rig.service.shelve(EAST, id, { durationS: 60, reason: 'x' });
    expect(await rig.service.unshelve(ADMIN, id, 'done')).not.toHaveProperty('shelvedUntil');
    await expect(rig.service.unshelve(ADMIN, id)).rejects.toMatchObject({ code: 'ALERT_STATE' });
  });

  it.each(['restart', 'crash', 'go on'] as const)('is of the alarm: a new occurrence within its time is born shelved (%s)', async (between) => {
    await rig.service.shelve(EAST, id, { durationS: 3600, reason: 'roadworks' });
    await rig.send('bin', 'fill_level', 10, rig.clock.at + 1);
    await rig.pass(61);
    if (between !== 'go on') await rig[between]();
    steps.length = 0;
    const before = rig.published.length;
    await rig.send('bin', 'fill_level', 85);
    const [second, first] = await rig.alerts();
    expect(first).toMatchObject({ id, active: false });
    expect(second).toMatchObject({ active: true, shelvedUntil: START + 3_600_000, shelvedBy: 'li', shelveReason: 'roadworks' });
    expect(rig.published.slice(before)).toEqual([second]); // nobody ever saw it unshelved
    expect(steps).toEqual(['raised', 'shelved']);
    expect((await rig.service.get(EAST, second!.id)).timeline).toMatchObject([{ change: 'raised' }, { change: 'shelved', by: 'li', until: START + 3_600_000, note: 'roadworks' }]);
    // Taken back on the new one, it is taken back for the alarm.
    await rig.service.unshelve(EAST, second!.id);
    if (between !== 'go on') await rig[between]();
    await rig.send('bin', 'fill_level', 10, rig.clock.at + 1);
    await rig.pass(61);
    await rig.send('bin', 'fill_level', 85);
    expect((await rig.active())[0]).not.toHaveProperty('shelvedUntil');
    expect(await rig.alerts()).toHaveLength(3);
  });

  it('can be taken back after the alert has cleared, and past its time it is past', async () => {
    await rig.service.shelve(EAST, id, { durationS: 3600, reason: 'x' });
    await rig.send('bin', 'fill_level', 10, rig.clock.at + 1);
    await rig.service.unshelve(EAST, id);
    await rig.pass(61);
    await rig.send('bin', 'fill_level', 85);
    const [again] = await rig.active();
    expect(again).not.toHaveProperty('shelvedUntil');
    await rig.service.shelve(EAST, again!.id, { durationS: 60, reason: 'x' });
    await rig.send('bin', 'fill_level', 10, rig.clock.at + 1);
    rig.clock.at += 61_000;
    await rig.send('bin', 'fill_level', 85); // before the timer has looked
    expect((await rig.active())[0]).not.toHaveProperty('shelvedUntil');
    await expect(rig.service.shelve(EAST, id, { durationS: 60, reason: 'x' })).rejects.toMatchObject({ code: 'ALERT_NOT_ACTIVE' });
  });

  it('that was taken back after the alert cleared is not there when the alert comes back within the minute', async () => {
    await rig.service.shelve(EAST, id, { durationS: 3600, reason: 'x' });
    await rig.send('bin', 'fill_level', 10, rig.clock.at + 1);
    await rig.service.unshelve(EAST, id);
    await rig.pass(5);
    await rig.send('bin', 'fill_level', 85);
    const [back] = await rig.active();
    expect(back).toMatchObject({ id, count: 2 });
    expect(back).not.toHaveProperty('shelvedUntil');
  });

  it('is not brought back by a word about an alert of before', async () => {
    await rig.service.shelve(EAST, id, { durationS: 3600, reason: 'roadworks' });
    await rig.send('bin', 'fill_level', 10, rig.clock.at + 1);
    await rig.pass(61);
    await rig.send('bin', 'fill_level', 85);
    const [second] = await rig.active();
    await rig.service.unshelve(EAST, second!.id);
    await rig.service.comment(EAST, id, 'the roadworks are over');
    await rig.service.ack(EAST, id);
    await rig.send('bin', 'fill_level', 10, rig.clock.at + 1);
    await rig.pass(61);
    await rig.send('bin', 'fill_level', 85);
    expect((await rig.active())[0]).not.toHaveProperty('shelvedUntil');
  });

  it('says nothing about other rules or devices', async () => {
    await rig.service.shelve(EAST, id, { durationS: 3600, reason: 'x' });
    rig.directory.put('bin-2', 'waste_bin');
    await rig.feed(rig.sample('bin-2', { fill_level: 85 }), rig.sample('bin', { temperature: 70 }));
    expect((await rig.active()).filter(({ shelvedUntil }) => shelvedUntil !== undefined).map((alert) => alert.id)).toEqual([id]);
  });
});

describeOnDatabases('an assignment', () => {
  it('goes to a user who may see the alert, by name, and back to nobody', async () => {
    await addUser('chen', '陈晨', 'grid_worker', 'east');
    await addUser('far', 'Far', 'operator', 'west');
    await addUser('inst', 'Inst', 'installer', null);
    await addUser('li', '李娜', 'operator', 'east');
    for (const assignee of ['nobody', 'far', 'inst']) await expect(rig.service.assign(EAST, id, { assignee })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    expect(await rig.service.assign(EAST, id, { assignee: 'chen', note: 'please' })).toMatchObject({ assignee: 'chen' });
    expect(await rig.service.assign(EAST, id, { assignee: null })).not.toHaveProperty('assignee');
    expect((await rig.service.get(EAST, id)).timeline.slice(1)).toEqual([
      { at: START, change: 'assigned', by: 'li', byName: '李娜', assignee: 'chen', assigneeName: '陈晨', note: 'please' }, { at: START, change: 'assigned', by: 'li', byName: '李娜' },
    ]);
    expect(await audit()).toEqual([{ by: 'li', action: 'alert.assigned', target: id, detail: 'chen' }, { by: 'li', action: 'alert.assigned', target: id, detail: 'nobody' }]);
  });
});

describeOnDatabases('escalating by hand', () => {
  it('goes tier by tier, asks anew for an acknowledgement, and ends at the city', async () => {
    await rig.service.ack(EAST, id);
    expect(await rig.service.escalate(EAST, id, 'too big for us')).toMatchObject({ tier: 'subdistrict', acked: false });
    expect(await rig.service.escalate(EAST, id)).toMatchObject({ tier: 'city' });
    await expect(rig.service.escalate(EAST, id)).rejects.toMatchObject({ code: 'ALERT_STATE' });
    expect((await rig.service.get(EAST, id)).timeline.slice(2)).toEqual([
      { at: START, change: 'escalated', by: 'li', tier: 'subdistrict', note: 'too big for us' }, { at: START, change: 'escalated', by: 'li', tier: 'city' },
    ]);
  });
});

describeOnDatabases('clearing by hand', () => {
  it('is refused where the rule does not allow it, and takes the version of the rule where it does', async () => {
    await rig.send('bin', 'temperature', 70);
    const refused = (await rig.active()).find(({ ruleId }) => ruleId === 'hot')!;
    await expect(rig.service.clear(EAST, refused.id, 'x')).rejects.toMatchObject({ code: 'ALERT_CLEAR_REFUSED' });
    expect(refused).not.toHaveProperty('manualClear');
    expect(await rig.service.clear(EAST, id, 'emptied by hand')).toMatchObject({ active: false, manualClear: true, ruleVersion: 1 });
    await expect(rig.service.clear(EAST, id, 'x')).rejects.toMatchObject({ code: 'ALERT_NOT_ACTIVE' });
    expect(await audit()).toEqual([{ by: 'li', action: 'alert.cleared', target: id, detail: 'emptied by hand' }]);
    expect((await rig.service.get(EAST, id)).timeline.at(-1)).toEqual({ at: START, change: 'cleared', by: 'li', note: 'emptied by hand' });
  });

  it.each(['restart', 'crash', 'go on'] as const)('lasts while the condition stands, until it has gone normal once (%s)', async (between) => {
    await rig.service.clear(EAST, id, 'x');
    if (between !== 'go on') await rig[between]();
    for (const value of [86, 84, 75, 88]) {
      await rig.pass(70);
      await rig.send('bin', 'fill_level', value);
    }
    if (between !== 'go on') await rig[between]();
    await rig.send('bin', 'fill_level', 90, rig.clock.at + 1);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'fill_level', 60, rig.clock.at + 2);
    await rig.send('bin', 'fill_level', 85, rig.clock.at + 3);
    expect(await rig.active()).toMatchObject([{ ruleId: 'fill', count: 1 }]);
    expect(await rig.alerts()).toHaveLength(2);
  });

  it('does not hide that it gets worse', async () => {
    await rig.service.clear(EAST, id, 'x');
    await rig.pass(120);
    await rig.send('bin', 'fill_level', 97);
    expect(await rig.active()).toMatchObject([{ severity: 'major', count: 1 }]);
  });

  it.each(['restart', 'go on'] as const)('lasts too when another version of the rule has not graded the alert yet (%s)', async (between) => {
    await rig.rules.replace(ADMIN, 'fill', { ...fill, clearAt: 60 });
    await rig.service.clear(EAST, id, 'x');
    if (between !== 'go on') await rig[between]();
    await rig.pass(70);
    await rig.send('bin', 'fill_level', 86);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'fill_level', 97, rig.clock.at + 1);
    expect(await rig.active()).toMatchObject([{ severity: 'major' }]);
  });

  it('of what an event raised leaves the next event to raise anew', async () => {
    await rig.feed(rig.event('gate', 'tamper', 'a'));
    const first = (await rig.active()).find(({ ruleId }) => ruleId === 'tamper')!;
    await rig.service.clear(EAST, first.id, 'checked');
    await rig.pass(120);
    await rig.feed(rig.event('gate', 'tamper', 'b'));
    expect((await rig.active()).filter(({ ruleId }) => ruleId === 'tamper')).toMatchObject([{ count: 1 }]);
  });

  it('takes its turn with the evaluator: it never clears or counts what is cleared already', async () => {
    await Promise.all([rig.service.clear(EAST, id, 'x'), rig.send('bin', 'fill_level', 75, START + 1), rig.send('bin', 'fill_level', 90, START + 2), rig.send('bin', 'fill_level', 10, START + 3)]);
    expect(await rig.timeline(id)).toEqual(['raised', 'cleared']);
    expect(await alertOf()).toMatchObject({ active: false, count: 1 });
  });
});

describeOnDatabases('every step of a person', () => {
  it('asks for the permission first and hides foreign alerts', async () => {
    const property: Principal = { name: 'p', role: 'property', area: 'east' };
    const attempts: ((who: Principal) => Promise<unknown>)[] = [
      (who) => rig.service.shelve(who, id, { durationS: 60, reason: 'x' }), (who) => rig.service.unshelve(who, id), (who) => rig.service.assign(who, id, { assignee: null }),
      (who) => rig.service.escalate(who, id), (who) => rig.service.clear(who, id, 'x'),
    ];
    for (const attempt of attempts) {
      await expect(attempt(property)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(attempt(WEST)).rejects.toMatchObject({ code: 'ALERT_NOT_FOUND' });
    }
    await expect(rig.service.ackAll(property, [id])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await rig.timeline(id)).toEqual(['raised']);
    expect(await audit()).toEqual([]);
  });
});

describeOnDatabases('alerts that ended without having recovered', () => {
  it('are listed by themselves, or left out', async () => {
    await rig.send('bin', 'temperature', 70);
    rig.clock.at += 1;
    await rig.send('bin', 'fill_level', 10);
    await rig.maintenance.create(ADMIN, { devices: ['bin'], from: rig.clock.at, to: rig.clock.at + DAY_MS, reason: 'new lid' });
    await rig.pass(1);
    const over = async (ended?: boolean) => (await rig.service.list(EAST, { limit: 10, active: false, ...(ended === undefined ? {} : { ended }) })).data.map(({ ruleId, endedBy }) => [ruleId, endedBy]);
    expect([await over(true), await over(false), await over()]).toEqual([[['hot', 'out-of-service']], [['fill', undefined]], [['hot', 'out-of-service'], ['fill', undefined]]]);
  });
});

describeOnDatabases('stale alerts', () => {
  it('are those active for a day', async () => {
    rig.clock.at = START + DAY_MS - 1;
    await rig.send('bin', 'temperature', 70);
    const stale = async (is: boolean) => (await rig.service.list(EAST, { limit: 10, stale: is })).data.map(({ ruleId }) => ruleId);
    expect([await stale(true), await stale(false)]).toEqual([[], ['hot', 'fill']]);
    rig.clock.at += 1;
    expect([await stale(true), await stale(false)]).toEqual([['fill'], ['hot']]);
    await rig.send('bin', 'fill_level', 10);
    expect([await stale(true), await stale(false)]).toEqual([[], ['hot', 'fill']]);
  });
});

describeOnDatabases('what cleared with nobody looking', () => {
  it('is found by when it cleared, whenever it was raised, until somebody acknowledges it', async () => {
    rig.clock.at = START + DAY_MS;
    await rig.send('bin', 'fill_level', 10);
    const since = async (clearedFrom: number) => (await rig.service.list(EAST, { limit: 10, acked: false, clearedFrom })).data.map((alert) => alert.id);
    expect([await since(START + DAY_MS), await since(START + DAY_MS + 1)]).toEqual([[id], []]);
    await rig.service.ack(EAST, id);
    expect(await since(START)).toEqual([]);
  });
});

describeOnDatabases('a restart', () => {
  it.each(['restart', 'crash'] as const)('with fifty active alerts announces none of them anew (%s)', async (end) => {
    for (let index = 0; index < 49; index += 1) rig.directory.put(`bin-${index}`, 'waste_bin');
    await rig.feed(...Array.from({ length: 49 }, (_, index) => rig.sample(`bin-${index}`, { fill_level: 96 })));
    const before = await rig.alerts();
    expect(before).toHaveLength(50);
    rig.published.length = 0;
    await rig[end]();
    await rig.pass(5);
    await rig.feed(...Array.from({ length: 49 }, (_, index) => rig.sample(`bin-${index}`, { fill_level: 97 })));
    await rig.pass(5);
    expect(rig.published).toEqual([]);
    expect((await rig.alerts()).map((alert) => alert.id)).toEqual(before.map((alert) => alert.id));
  });
});
