import { CHATTER, type Alert, type Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMIN, START, common, createRig, type Rig } from '../rules/rig.js';
import { describeOnDatabases } from '../support/databases.js';

const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'major' }], clearAt: 70 };
const forced: Rule = { ...common('forced', ['access_gate']), type: 'event', event: 'forced_open', count: 1, withinS: 1, clearOn: ['door_closed'], severity: 'critical' };
const MINUTE_S = CHATTER.withinMs / 1000;

let rig: Rig;
beforeEach(async () => {
  rig = await createRig([fill, forced]);
  ts = START;
  rig.directory.put('bin', 'waste_bin');
  rig.directory.put('gate', 'access_gate');
  await rig.evaluator.start();
});
afterEach(async () => {
  expect(rig.errors).toEqual([]);
  await rig.close();
});

let ts = START;
/** Never twice at the same device time. */
const say = (value: number) => rig.send('bin', 'fill_level', value, ts = Math.max(ts + 1, rig.clock.at));
const full = (value = 85) => say(value);
const empty = () => say(10);
const only = async (): Promise<Alert> => {
  const alerts = await rig.alerts();
  expect(alerts).toHaveLength(1);
  return alerts[0]!;
};
async function flap(times: number, everyS: number): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) {
    await full();
    await rig.pass(everyS);
    await empty();
    await rig.pass(everyS);
  }
}

describeOnDatabases('an alert that comes back', () => {
  it('within a minute of its clear is the same alert, asks anew to be acknowledged, and counts', async () => {
    await full();
    const { id } = await only();
    await rig.service.ack(ADMIN, id);
    await empty();
    await rig.pass(MINUTE_S);
    await full(97);
    const alert = await only();
    expect(alert).toMatchObject({ id, active: true, acked: false, count: 2, severity: 'major', value: 97, threshold: 95, raisedAt: START, lastAt: START + CHATTER.withinMs });
    expect(alert).not.toHaveProperty('clearedAt');
    expect(alert).not.toHaveProperty('isChattering');
    expect(await rig.timeline(id)).toEqual(['raised', 'acked', 'cleared', 'reraised']);
  });

  it('more than a minute after its clear is another alert', async () => {
    await full();
    await empty();
    await rig.pass(MINUTE_S + 1);
    await full();
    expect((await rig.alerts()).map(({ active, count }) => [active, count])).toEqual([[true, 1], [false, 1]]);
  });

  it.each(['restart', 'crash'] as const)('is the same alert over a %s too, with what a person did to it while it was cleared', async (end) => {
    await full();
    const { id } = await only();
    await empty();
    await rig.service.ack(ADMIN, id);
    await rig[end]();
    await rig.service.comment(ADMIN, id, 'seen');
    await full();
    expect(await only()).toMatchObject({ id, count: 2, acked: false });
    expect(await rig.timeline(id)).toEqual(['raised', 'cleared', 'acked', 'commented', 'reraised']);
  });

  it('is where its device is by then', async () => {
    await full();
    await empty();
    rig.directory.put('bin', 'waste_bin', { area: 'west' });
    await full();
    expect(await only()).toMatchObject({ area: 'west', count: 2 });
  });
});

describeOnDatabases('a flapping sensor', () => {
  it('chatters from the third occurrence in a minute on, and its clear is held until the condition has been gone for a minute', async () => {
    await flap(2, 5);
    expect(await only()).not.toHaveProperty('isChattering');
    await full();
    expect(await only()).toMatchObject({ isChattering: true, count: 3 });
    await rig.pass(5);
    await empty();
    await rig.pass(MINUTE_S - 1);
    expect(await only()).toMatchObject({ active: true, isChattering: true });
    await rig.pass(1);
    expect(await only()).toMatchObject({ active: false, count: 3 });
  });

  it('is one alert with a count and a timeline that can be read, over eight hours', async () => {
    await full();
    await rig.service.ack(ADMIN, (await only()).id);
    const before = rig.published.length;
    for (let turn = 0; turn < 2_880; turn += 1) {
      rig.clock.at += 5_000;
      await empty();
      rig.clock.at += 5_000;
      await full();
    }
    const alert = await only();
    expect(alert).toMatchObject({ active: true, isChattering: true, count: 2_881 });
    const timeline = await rig.timeline(alert.id);
    expect(timeline.slice(0, 6)).toEqual(['raised', 'acked', 'cleared', 'reraised', 'cleared', 'reraised']);
    expect(timeline.length).toBeLessThan(30);
    expect(rig.published.length - before).toBeLessThanOrEqual(2_881 + 4); // every 10 s at most
  }, 120_000);

  it.each([[3, 30], [5, 25], [12, 20]])('with %d occurrences every %d s is never more than one alert', async (times, everyS) => {
    await flap(times, everyS);
    expect(await only()).toMatchObject({ count: times });
  });

  it('chatters too when it comes back slowly, again and again', async () => {
    await flap(4, 40);
    expect(await only()).toMatchObject({ count: 4, isChattering: true });
    await flap(6, 40);
    expect((await rig.timeline((await only()).id)).length).toBeLessThan(16);
  });

  it.each(['restart', 'crash'] as const)('is known over a %s: between occurrences, and while its clear is held', async (end) => {
    await full();
    await empty();
    await rig[end]();
    await full();
    await empty();
    await rig[end]();
    await full();
    expect(await only()).toMatchObject({ isChattering: true, count: 3 });
    await empty();
    await rig[end]();
    await rig.pass(MINUTE_S - 1);
    expect(await only()).toMatchObject({ active: true });
    await rig.pass(1);
    expect(await only()).toMatchObject({ active: false });
  });

  it('leaves nothing to remember once it is quiet', async () => {
    await flap(4, 5);
    await rig.pass(3 * MINUTE_S);
    expect(await rig.db.selectFrom('rule_state').selectAll().where('rule_id', '=', 'fill').execute()).toEqual([]);
  });

  it('may be a gate: an event that comes while the clear is held keeps the alert', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await rig.feed(rig.event('gate', 'forced_open', `open-${turn}`));
      await rig.pass(1);
      await rig.feed(rig.event('gate', 'door_closed', `close-${turn}`));
      await rig.pass(1);
    }
    await rig.pass(50);
    await rig.feed(rig.event('gate', 'forced_open', 'again'));
    await rig.pass(3 * MINUTE_S);
    expect(await only()).toMatchObject({ active: true, isChattering: true, count: 4 });
    await rig.feed(rig.event('gate', 'door_closed', 'closed'));
    await rig.pass(MINUTE_S);
    expect(await only()).toMatchObject({ active: false });
  });
});
