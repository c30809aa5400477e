import type { JournalRecord } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { common, createRig, START, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const HOUR_MS = 3_600_000;
const FILL = { ...common('fill'), type: 'threshold' as const, metric: 'fill_level' as const, direction: 'above' as const, bands: [{ limit: 80, severity: 'major' as const }], clearAt: 70 };
const HELD = { ...common('held', ['access_gate']), type: 'event' as const, event: 'held_open', count: 1, withinS: 1, clearOn: ['door_closed'], severity: 'minor' as const };
const SILENT = { ...common('silent', ['waste_bin']), type: 'silence' as const, intervals: 3, severity: 'warning' as const };

let rig: Rig;
beforeEach(async () => {
  rig = await createRig([FILL, HELD, SILENT]);
  rig.directory.put('bin-1', 'waste_bin');
  rig.directory.put('gate-1', 'access_gate');
  await rig.evaluator.start();
});
afterEach(() => rig.close());

/** Received by the edge at `at`, and here now. */
const level = (fill_level: number, at: number): JournalRecord => ({ type: 'telemetry', device: 'bin-1', ts: at, at, values: { fill_level }, edge: 'edge-1' });
const happened = (event: string, at: number): JournalRecord => ({ type: 'event', device: 'gate-1', id: `${event} ${at}`, ts: at, at, event, data: {}, edge: 'edge-1' });
const raisedBy = async (rule: string) => (await rig.alerts()).filter(({ ruleId }) => ruleId === rule);

describeOnDatabases('what an edge brings after it was cut off', () => {
  it('raises nothing for what was so and is over, in whichever order it comes', async () => {
    await rig.feed(level(30, START)); // how things stand comes first
    await rig.feed(level(90, START - 5 * HOUR_MS), level(95, START - 4 * HOUR_MS), level(20, START - 3 * HOUR_MS));
    await rig.feed(level(96, START - 60_000));
    expect(await raisedBy('fill')).toEqual([]);
  });

  it('raises nothing that is long past, even if nothing newer is known', async () => {
    await rig.feed(level(96, START - 2 * HOUR_MS), happened('held_open', START - HOUR_MS));
    expect(await raisedBy('fill')).toEqual([]);
    expect(await raisedBy('held')).toEqual([]);
  });

  it('raises what holds now', async () => {
    await rig.feed(level(96, START - 5 * 60_000), happened('held_open', START - 60_000));
    expect(await raisedBy('fill')).toMatchObject([{ active: true }]);
    expect(await raisedBy('held')).toMatchObject([{ active: true }]);
  });

  it('of a device that reports every six hours holds for longer', async () => {
    rig.directory.put('bin-1', 'waste_bin', { reportingIntervalS: 6 * 3600 });
    await rig.feed(level(96, START - 7 * HOUR_MS));
    expect(await raisedBy('fill')).toMatchObject([{ active: true }]);
  });

  it('may end what stands', async () => {
    await rig.feed(happened('held_open', START - 2 * 60_000));
    await rig.pass(3600);
    await rig.feed(happened('door_closed', START + 60_000));
    expect(await raisedBy('held')).toMatchObject([{ active: false }]);
  });

  it('is no sign of life of now, and no reason to hold that the device fell silent', async () => {
    await rig.feed(level(30, START));
    await rig.pass(240);
    expect(await raisedBy('silent')).toMatchObject([{ active: true }]);
    await rig.feed(level(30, START - HOUR_MS));
    expect(await raisedBy('silent')).toMatchObject([{ active: true }]);
    await rig.feed(level(30, rig.clock.at));
    expect(await raisedBy('silent')).toMatchObject([{ active: false }]);
  });

  it('does not keep the hub from finding out who else is silent', async () => {
    rig.directory.put('bin-2', 'waste_bin');
    await rig.send('bin-1', 'fill_level', 1);
    await rig.feed({ ...rig.sample('bin-2', { fill_level: 1 }) });
    for (let second = 0; second < 240; second += 20) {
      await rig.feed(level(30, START - 5 * HOUR_MS + second));
      await rig.pass(20);
    }
    expect((await raisedBy('silent')).some(({ deviceId }) => deviceId === 'bin-2')).toBe(true);
  });
});
