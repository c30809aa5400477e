import type { EpochMs, Maintenance, Rule, RuleCondition } from '@liandong/protocols';
import { expect, it } from 'vitest';
import { compileRule } from '../../src/rules/compile.js';
import { DeviceMemory } from '../../src/rules/device-memory.js';
import { Effects } from '../../src/rules/effects.js';
import { ruleSetOf } from '../../src/rules/rule-set.js';
import { begin, rig } from '../rules/one-of-each.js';
import { ADMIN, START, common } from '../rules/rig.js';
import { battery, fill, forced, held, hot } from '../rules/sample-rules.js';
import { describeOnDatabases } from '../support/databases.js';

const MINUTE_MS = 60_000;
const END = START + 60 * MINUTE_MS;
const many: Rule = { ...common('many'), type: 'count', metric: 'fill_level', direction: 'above', limit: 90, count: 3, withinS: 600, severity: 'major' };
const rise: Rule = { ...common('rise'), type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600, severity: 'critical' };
const air: Rule = { ...common('air', ['env_sensor']), type: 'aqi', bands: [{ limit: 151, severity: 'minor' }], clearAt: 140 };
const warm: RuleCondition = { type: 'compare', metric: 'temperature', direction: 'above', limit: 50 };
const open: RuleCondition = { type: 'state', metric: 'lid_open', equals: true };
const both = (...of: RuleCondition[]): Rule => ({ ...common('combined'), type: 'combined', when: { op: 'all', of }, severity: 'major' });

/** All devices of the east out of service until `END`. */
async function goOut(): Promise<Maintenance> {
  const window = await rig.maintenance.create(ADMIN, { area: 'east', from: rig.clock.at, to: END, reason: 'new lid' });
  await rig.pass(1);
  expect(await rig.active()).toEqual([]);
  return window;
}
async function comeTo(at: EpochMs): Promise<void> {
  rig.clock.at = at;
  await rig.evaluator.tick();
}
const raised = async (): Promise<string[]> => (await rig.active()).map(({ ruleId }) => ruleId).sort();

describeOnDatabases('the end of a maintenance window', () => {
  it('tells a fault that was reported in it and stands, with what was reported last, by then', async () => {
    await begin(fill, hot);
    await goOut();
    await rig.send('bin', 'temperature', 80);
    await rig.pass(30);
    await rig.send('bin', 'temperature', 82);
    await comeTo(END - 1);
    expect(await rig.alerts()).toEqual([]);
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ ruleId: 'hot', severity: 'critical', value: 82, raisedAt: END, count: 1 }]);
    expect(await rig.timeline((await rig.active())[0]!.id)).toEqual(['raised']); // one active alert
  });

  it('counts an on-delay from when the fault began', async () => {
    await begin(hot);
    await goOut();
    rig.clock.at = END - 10_000;
    await rig.send('bin', 'temperature', 80);
    await comeTo(END);
    await rig.pass(49);
    expect(await rig.alerts()).toEqual([]);
    await rig.pass(1);
    expect(await raised()).toEqual(['hot']);
  });

  it('tells what stood before it as an alert of its own, unless the last report says otherwise', async () => {
    await begin(fill, battery);
    await rig.feed(rig.sample('bin', { fill_level: 96, battery: 10 }));
    await goOut();
    await rig.send('bin', 'fill_level', 20);
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ ruleId: 'battery', raisedAt: END }]);
    expect((await rig.alerts()).filter(({ ruleId }) => ruleId === 'battery')).toMatchObject([{ active: true }, { active: false, clearedAt: START + 1_000 }]);
    await rig.send('bin', 'battery', 90);
    expect(await rig.active()).toEqual([]);
  });

  it('tells nothing that came and went in it, and grades what stands as bad as it is then', async () => {
    await begin(fill, hot);
    await goOut();
    for (const [second, fill_level, temperature] of [[1, 99, 80], [2, 85, 20]] as const) await rig.feed(rig.sample('bin', { fill_level, temperature }, rig.clock.at + second));
    await comeTo(END);
    await rig.pass(100);
    expect(await rig.alerts()).toMatchObject([{ ruleId: 'fill', severity: 'warning', value: 85 }]);
  });

  it('leaves to a person what they cleared before it and hasn\'t gone normal since', async () => {
    await begin({ ...fill, manualClear: true });
    await rig.send('bin', 'fill_level', 85);
    await rig.service.clear(ADMIN, (await rig.active())[0]!.id, 'seen to');
    await goOut();
    await comeTo(END);
    await rig.send('bin', 'fill_level', 86);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'fill_level', 97, END + 1);
    expect(await raised()).toEqual(['fill']);
  });

  it('is when it is ended by hand, for a device with status maintenance when that is taken back', async () => {
    await begin(fill);
    const { id } = await goOut();
    rig.directory.put('bin-2', 'waste_bin', { area: 'west', status: 'maintenance' });
    await rig.feed(rig.sample('bin', { fill_level: 85 }), rig.sample('bin-2', { fill_level: 85 }));
    await rig.pass(5);
    await rig.maintenance.end(ADMIN, id);
    await rig.pass(1);
    expect((await rig.active()).map(({ deviceId }) => deviceId)).toEqual(['bin']);
    rig.directory.put('bin-2', 'waste_bin', { area: 'west' });
    await rig.pass(1);
    expect((await rig.active()).map(({ deviceId }) => deviceId).sort()).toEqual(['bin', 'bin-2']);
  });

  it.each<[string, () => Promise<void>]>([['kill -9', () => rig.crash()], ['a restart', () => rig.restart()]])('knows what stands after %s within it, and after one that outlasts it', async (_what, again) => {
    await begin(fill, hot, battery);
    await rig.send('bin', 'battery', 10);
    await goOut();
    await rig.feed(rig.sample('bin', { fill_level: 85, temperature: 80 }));
    await rig.pass(11);
    await rig.send('bin', 'fill_level', 88);
    await rig.pass(20); // by then what may be written late is
    await again();
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'temperature', 20);
    rig.clock.at = END;
    await again();
    await rig.evaluator.tick();
    expect(await raised()).toEqual(['battery', 'fill']);
    expect((await rig.active()).find(({ ruleId }) => ruleId === 'fill')).toMatchObject({ value: 88 });
  });

  it('finds the parts of a combined rule as they were reported last', async () => {
    await begin(both(warm, open));
    await rig.send('bin', 'temperature', 60);
    await goOut();
    await rig.send('bin', 'temperature', 20);
    await rig.send('bin', 'lid_open', true);
    await comeTo(END - 1);
    await rig.send('bin', 'lid_open', true); // not judged by the temperature of before
    await comeTo(END);
    expect(await rig.alerts()).toEqual([]);
    await rig.maintenance.create(ADMIN, { devices: ['bin'], from: END, to: END + MINUTE_MS, reason: 'again' });
    await rig.pass(1);
    await rig.send('bin', 'temperature', 61);
    await comeTo(END + MINUTE_MS);
    expect(await raised()).toEqual(['combined']);
  });

  it('holds no change for one that was measured in it, alone or as part of a combined rule', async () => {
    await begin(rise, both({ type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600 }, open));
    await rig.send('bin', 'temperature', 20);
    await rig.send('bin', 'temperature', 31, START + 1);
    expect(await raised()).toEqual(['rise']);
    await goOut();
    await rig.send('bin', 'temperature', 45);
    await rig.send('bin', 'lid_open', true);
    await comeTo(END);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'temperature', 46, END + 1);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'temperature', 56, END + 2);
    expect(await raised()).toEqual(['combined', 'rise']);
  });

  it('holds no gas of a calibration for the air of the hour', async () => {
    await begin(air, battery);
    rig.directory.put('env', 'env_sensor', { reportingIntervalS: 600 });
    await goOut();
    for (let minute = 10; minute < 60; minute += 10) {
      rig.clock.at = START + minute * MINUTE_MS;
      await rig.feed(rig.sample('env', { pm2_5: 400 }), rig.sample('bin', { battery: 10 }));
    }
    await comeTo(END);
    await rig.send('env', 'pm2_5', 20);
    expect(await raised()).toEqual(['battery']);
  });

  it('counts reports that were made in it for as long as the rule says', async () => {
    await begin(many);
    rig.directory.put('bin-2', 'waste_bin');
    await goOut();
    for (let second = 1; second <= 3; second += 1) {
      rig.clock.at = END - 9 * MINUTE_MS - second;
      await rig.feed(rig.sample('bin', { fill_level: 95 }, rig.clock.at + 2 * second), rig.sample('bin-2', { fill_level: 95 }, rig.clock.at + 2 * second - 20 * MINUTE_MS));
    }
    rig.clock.at = END - 30_000;
    await rig.send('bin-2', 'fill_level', 95);
    await comeTo(END);
    expect((await rig.active()).map(({ deviceId }) => deviceId)).toEqual(['bin']);
    await rig.pass(60);
    expect(await rig.active()).toEqual([]);
  });

  it('tells no event of it, and of what one began before it only that for which no event of it was the end', async () => {
    await begin(forced, held);
    rig.directory.put('gate-2', 'access_gate');
    rig.directory.put('gate-3', 'access_gate');
    await rig.feed(rig.event('gate', 'forced_open', 'a'), rig.event('gate-2', 'forced_open', 'b'), rig.event('gate', 'held_open', 'c'));
    await goOut();
    await rig.feed(rig.event('gate-2', 'door_closed', 'd'), rig.event('gate-3', 'forced_open', 'e'), rig.event('gate-3', 'held_open', 'f'));
    await comeTo(END);
    await rig.pass(300);
    expect((await rig.active()).map(({ ruleId, deviceId }) => `${ruleId} ${deviceId ?? ''}`).sort()).toEqual(['forced gate', 'held gate']);
    await rig.feed(rig.event('gate-3', 'forced_open', 'e')); // the one that was told within, once more
    expect(await rig.active()).toHaveLength(2);
    await rig.feed(rig.event('gate', 'door_closed', 'g'));
    expect(await rig.active()).toEqual([]);
  });

  it('counts events of before it for a combined rule for as long as that says, and none of it', async () => {
    await begin({ ...both({ type: 'event', event: 'forced_open', count: 1, withinS: 7_200 }), kinds: ['access_gate'] });
    rig.directory.put('gate-2', 'access_gate');
    await rig.feed(rig.event('gate', 'forced_open', 'a'));
    await goOut();
    await rig.feed(rig.event('gate-2', 'forced_open', 'b'));
    await comeTo(END);
    expect((await rig.active()).map(({ deviceId }) => deviceId)).toEqual(['gate']);
    await comeTo(START + 120 * MINUTE_MS);
    expect(await rig.active()).toEqual([]);
  });

  it('is there where a device moves out of it, and with what was known of one that is gone goes all', async () => {
    await begin(fill);
    rig.directory.put('bin-2', 'waste_bin');
    await goOut();
    await rig.feed(rig.sample('bin', { fill_level: 85 }), rig.sample('bin-2', { fill_level: 85 }));
    rig.directory.put('bin', 'waste_bin', { area: 'west' });
    rig.directory.remove('bin-2');
    await rig.pass(1);
    expect(await rig.active()).toMatchObject([{ deviceId: 'bin', area: 'west', value: 85 }]);
    rig.directory.put('bin-2', 'waste_bin');
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ deviceId: 'bin' }]);
  });

  it('tells nothing of a device that was retired in it', async () => {
    await begin(fill);
    rig.directory.put('bin-2', 'waste_bin');
    await goOut();
    await rig.feed(rig.sample('bin', { fill_level: 85 }), rig.sample('bin-2', { fill_level: 85 }));
    rig.directory.put('bin', 'waste_bin', { status: 'retired' });
    await comeTo(END);
    rig.directory.put('bin', 'waste_bin');
    await rig.pass(1);
    expect(await rig.active()).toMatchObject([{ deviceId: 'bin-2' }]);
  });

  it('holds for steps of the hub\'s clock: told at once after one over the end, taken back after one into the window', async () => {
    await begin(hot);
    await goOut();
    await rig.send('bin', 'temperature', 80);
    await comeTo(START - 10 * MINUTE_MS); // before it began: what was reported in the future can't have lasted yet
    await rig.pass(59);
    expect(await rig.active()).toEqual([]);
    await rig.pass(1);
    expect(await raised()).toEqual(['hot']);
    await comeTo(END - MINUTE_MS);
    expect(await rig.active()).toEqual([]);
    await comeTo(END + 10 * MINUTE_MS);
    expect(await raised()).toEqual(['hot']);
    await comeTo(END - MINUTE_MS);
    expect(await rig.active()).toEqual([]);
    await rig.pass(60);
    expect(await raised()).toEqual(['hot']);
  });

  it('goes by what was received last where the device\'s clock was set back', async () => {
    await begin(fill);
    rig.directory.put('bin-2', 'waste_bin');
    await goOut();
    await rig.feed(rig.sample('bin', { fill_level: 20 }), rig.sample('bin-2', { fill_level: 90 }));
    await rig.pass(200); // nothing newer comes for longer than two reports: the older time is no late record
    await rig.feed(rig.sample('bin', { fill_level: 90 }, START - 30 * MINUTE_MS), rig.sample('bin-2', { fill_level: 20 }, START - 30 * MINUTE_MS));
    await comeTo(END);
    expect(await rig.active()).toMatchObject([{ deviceId: 'bin' }]);
  });

  it('in hours to which a rule does not apply tells nothing of it', async () => {
    const day = { hours: [6, 11] as [number, number] }; // the window ends with it, at 11:00
    await begin({ ...fill, schedule: day }, { ...battery, schedule: { hours: [6, 12] } });
    await goOut();
    await rig.feed(rig.sample('bin', { fill_level: 85, battery: 10 }));
    await comeTo(END);
    expect(await raised()).toEqual(['battery']);
  });

  it('is not waited for by each condition that is met: that of a whole city in maintenance would be looked at every second', async () => {
    await begin(hot);
    const effects = new Effects({} as ConstructorParameters<typeof Effects>[0]); // nothing is raised
    const device = new DeviceMemory(rig.directory.get('bin')!, ruleSetOf([compileRule(hot)]), effects, START);
    device.isWatched = false;
    device.sample({ type: 'telemetry', device: 'bin', ts: START, at: START, values: { temperature: 80 } });
    const condition = device.condition('hot')!;
    expect([condition.isMet, effects.waiting.size, condition.tick(END), condition.nextDue(END)]).toEqual([true, 0, false, Infinity]);
    device.isWatched = true;
    expect([condition.isWaiting, condition.nextDue(END)]).toEqual([true, START + MINUTE_MS]);
  });
});
