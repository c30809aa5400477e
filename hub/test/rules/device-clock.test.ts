import { describe, expect, it } from 'vitest';
import { begin, rig } from './one-of-each.js';
import { START } from './rig.js';
import { fill, hot, battery, tilted, forced, denied, held } from './sample-rules.js';

const HOUR_MS = 3_600_000;

describe('a device whose clock is set back', () => {
  const gateEvent = (event: string, id: string, ts: number) => rig.feed(rig.event('gate', event, id, ts));

  it('is heard again after two reporting intervals, for all its metrics and delays', async () => {
    await begin(fill, hot, tilted);
    await rig.feed(rig.sample('bin', { temperature: 20, fill_level: 10, tilted: true }));
    for (let minute = 1; minute <= 2; minute += 1) {
      await rig.pass(60);
      await rig.send('bin', 'temperature', 90, rig.clock.at - HOUR_MS);
    }
    expect(await rig.active()).toEqual([]);
    await rig.pass(1);
    await rig.send('bin', 'temperature', 90, rig.clock.at - HOUR_MS);
    await rig.send('bin', 'fill_level', 96, rig.clock.at - HOUR_MS); // a message of its own
    await rig.pass(60);
    expect((await rig.active()).map(({ ruleId, severity }) => [ruleId, severity])).toEqual([['hot', 'critical'], ['fill', 'major']]);
    await rig.send('bin', 'tilted', false, rig.clock.at - HOUR_MS);
    await rig.pass(300);
    expect((await rig.alerts()).map(({ ruleId }) => ruleId)).not.toContain('tilted');
  });

  it('is heard again after a restart between, also of a hub that did not keep its clock', async () => {
    await begin(fill);
    await rig.send('bin', 'fill_level', 10);
    await rig.restart();
    await rig.pass(121);
    await rig.send('bin', 'fill_level', 96, rig.clock.at - HOUR_MS);
    expect(await rig.active()).toHaveLength(1);
    await rig.send('bin', 'fill_level', 10, rig.clock.at - HOUR_MS + 1);
    await rig.evaluator.stop();
    await rig.db.updateTable('rule_state').set({ state: JSON.stringify({ lastTs: { fill_level: rig.clock.at }, events: [] }) }).where('device_id', '=', 'bin').where('rule_id', '=', ':sightings').execute();
    await rig.restart();
    await rig.send('bin', 'fill_level', 96, rig.clock.at - HOUR_MS + 2);
    await rig.pass(121);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'fill_level', 97, rig.clock.at - HOUR_MS);
    expect(await rig.active()).toHaveLength(1);
  });

  it('is believed at once when it was ahead and is right now', async () => {
    await begin(fill, denied);
    await rig.send('bin', 'fill_level', 10, START + 240_000);
    await rig.send('bin', 'fill_level', 99, START - 90_000); // late, and not of now
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'fill_level', 96, START + 500);
    expect(await rig.active()).toMatchObject([{ value: 96 }]);
    await gateEvent('denied', 'ahead', START + 240_000);
    for (let index = 0; index < 5; index += 1) await gateEvent('denied', `right-${index}`, START + index);
    expect((await rig.active()).map(({ ruleId }) => ruleId)).toContain('denied');
  });

  it('is not assumed for a delivery that is repeated after a pause', async () => {
    await begin(fill);
    await rig.send('bin', 'fill_level', 90, START);
    await rig.send('bin', 'fill_level', 10, START + 1000);
    await rig.pass(600);
    await rig.restart();
    await rig.send('bin', 'fill_level', 90, START);
    await rig.send('bin', 'fill_level', 10, START + 1000);
    expect(await rig.alerts()).toMatchObject([{ active: false, count: 1 }]);
  });

  it('is not assumed while newer samples come, whichever of them are late', async () => {
    await begin(fill, battery);
    await rig.send('bin', 'battery', 50);
    for (let minute = 0; minute < 5; minute += 1) {
      await rig.pass(60);
      await rig.send('bin', 'fill_level', 10);
      await rig.send('bin', 'battery', 5, START - 1000);
      await rig.send('bin', 'fill_level', 99, rig.clock.at - 5000);
    }
    expect(await rig.alerts()).toEqual([]);
  });

  it('does not have its alerts dropped: a late event that is an alert by itself counts, once', async () => {
    await begin(forced, held);
    await gateEvent('held_open', 'h', START + 240_000);
    await gateEvent('forced_open', 'a', START);
    await gateEvent('forced_open', 'b', START - HOUR_MS);
    await gateEvent('forced_open', 'b', START - HOUR_MS);
    expect(await rig.active()).toMatchObject([{ ruleId: 'forced', count: 2 }]);
  });

  it('still has its doors closed: an end newer than a late event makes it past, an older one does not', async () => {
    await begin(forced);
    await gateEvent('forced_open', 'a', START - 1000);
    await gateEvent('door_closed', 'b', START - 2000); // late
    expect(await rig.active()).toHaveLength(1);
    await gateEvent('door_closed', 'c', START);
    await rig.restart();
    await gateEvent('forced_open', 'd', START - 500);
    expect(await rig.active()).toEqual([]);
    await gateEvent('forced_open', 'e', START);
    expect(await rig.active()).toHaveLength(1);
  });
});
