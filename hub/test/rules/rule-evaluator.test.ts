import type { Rule } from '@liandong/protocols';
import { expect, it } from 'vitest';
import { turnsDuring } from '../support/turns.js';
import { begin, rig } from './one-of-each.js';
import { START, common } from './rig.js';
import { fill, hot, battery, tilted, forced, denied, held } from './sample-rules.js';
import { describeOnDatabases } from '../support/databases.js';

const HOUR_MS = 3_600_000;
const rise: Rule = { ...common('rise'), type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600, severity: 'critical' };
const silence: Rule = { ...common('silence'), type: 'silence', intervals: 3, severity: 'warning' };
const night: Rule = { ...common('night', ['env_sensor']), type: 'threshold', metric: 'noise', direction: 'above', bands: [{ limit: 50, severity: 'warning' }], clearAt: 48, schedule: { hours: [22, 6] } };

describeOnDatabases('a threshold rule', () => {
  it('counts its limit as reached, clears strictly past the deadband, and says both in the message', async () => {
    await begin(fill);
    await rig.send('bin', 'fill_level', 79.9, START + 1);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'fill_level', 80, START + 2);
    expect(await rig.active()).toMatchObject([{ severity: 'warning', message: { en: 'name of bin 80 % 80 %' } }]);
    await rig.send('bin', 'fill_level', 70, START + 3);
    expect(await rig.active()).toHaveLength(1);
    await rig.send('bin', 'fill_level', 69.9, START + 4);
    expect(await rig.active()).toEqual([]);
  });

  it('that looks below is met only under its limit', async () => {
    await begin(battery);
    await rig.send('bin', 'battery', 20, START + 1);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'battery', 19, START + 2);
    await rig.send('bin', 'battery', 25, START + 3);
    expect(await rig.active()).toHaveLength(1);
    await rig.send('bin', 'battery', 26, START + 4);
    expect(await rig.active()).toEqual([]);
  });

  it('has cleared when its off-delay ends with the very sample that meets it again, and stands through one that comes before', async () => {
    await begin({ ...fill, offDelayS: 30 });
    await rig.send('bin', 'fill_level', 85, START);
    const [alert] = await rig.active();
    await rig.send('bin', 'fill_level', 60, START + 10_000);
    await rig.send('bin', 'fill_level', 85, START + 39_999);
    expect(await rig.timeline(alert!.id)).not.toContain('cleared');
    await rig.send('bin', 'fill_level', 60, START + 50_000);
    await rig.send('bin', 'fill_level', 85, START + 80_000);
    expect((await rig.timeline(alert!.id)).filter((change) => change !== 'repeated')).toEqual(['raised', 'cleared', 'reraised']);
  });

  it('re-grades the same alert for a worse band, takes the acknowledgement back, and stays worse until it clears', async () => {
    await begin(fill);
    await rig.send('bin', 'fill_level', 85, START + 1);
    const [alert] = await rig.active();
    await rig.service.ack({ name: 'li', role: 'operator', area: 'street' }, alert!.id);
    await rig.send('bin', 'fill_level', 86, START + 2);
    expect(await rig.active()).toMatchObject([{ acked: true, ackedBy: 'li' }]);
    await rig.send('bin', 'fill_level', 97, START + 3);
    const [worse] = await rig.active();
    expect(worse).toMatchObject({ id: alert!.id, severity: 'major', acked: false, threshold: 95, value: 97, count: 1 });
    expect(worse).not.toHaveProperty('ackedBy');
    await rig.send('bin', 'fill_level', 82, START + 4);
    expect(await rig.active()).toMatchObject([{ severity: 'major' }]);
    await rig.send('bin', 'fill_level', 5, START + 5);
    expect(await rig.timeline(alert!.id)).toEqual(['raised', 'acked', 'regraded', 'cleared']);
  });

  it('counts a value that chatters within the deadband as one alert, and tells screens at most every 10 s', async () => {
    await begin(fill);
    for (let turn = 0; turn < 20; turn += 1) {
      await rig.send('bin', 'fill_level', 81);
      await rig.pass(1);
      await rig.send('bin', 'fill_level', 75);
      await rig.pass(1);
    }
    expect(await rig.alerts()).toMatchObject([{ count: 20, active: true }]);
    expect(rig.published.length).toBeLessThanOrEqual(6);
    await rig.pass(10);
    expect(rig.published.at(-1)).toMatchObject({ count: 20 });
  });

  it('does not write or publish a persisting condition per sample', async () => {
    await begin(fill);
    await rig.send('bin', 'fill_level', 90);
    for (let sample = 0; sample < 30; sample += 1) {
      await rig.pass(1);
      await rig.send('bin', 'fill_level', 90);
    }
    expect(rig.published).toHaveLength(1);
    const [alert] = await rig.active();
    expect(alert!.lastAt).toBeGreaterThan(START + 15_000);
    expect(alert).toMatchObject({ count: 1 });
    await rig.send('bin', 'fill_level', 5, rig.clock.at + 1);
    expect(await rig.alerts()).toMatchObject([{ active: false, lastAt: START + 30_000 }]);
  });

  it('waits for its on-delay per band and for its off-delay, with or without further samples', async () => {
    await begin(hot);
    await rig.send('bin', 'temperature', 45);
    await rig.pass(30);
    await rig.send('bin', 'temperature', 65);
    await rig.pass(29);
    expect(await rig.active()).toEqual([]);
    await rig.pass(1);
    expect(await rig.active()).toMatchObject([{ severity: 'minor' }]);
    await rig.pass(30);
    expect(await rig.active()).toMatchObject([{ severity: 'critical', threshold: 60 }]);
    await rig.send('bin', 'temperature', 20);
    await rig.pass(29);
    expect(await rig.active()).toHaveLength(1);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
  });

  it('starts its on-delay anew after a dip, and its off-delay anew after a return into the deadband', async () => {
    await begin(hot);
    await rig.send('bin', 'temperature', 45);
    await rig.pass(50);
    await rig.send('bin', 'temperature', 39);
    await rig.pass(5);
    await rig.send('bin', 'temperature', 45);
    await rig.pass(59);
    expect(await rig.active()).toEqual([]);
    await rig.pass(1);
    await rig.send('bin', 'temperature', 20);
    await rig.pass(20);
    await rig.send('bin', 'temperature', 37);
    await rig.pass(60);
    expect(await rig.active()).toHaveLength(1);
  });

  it('judges late-arriving history by device time: what lasted long enough is an alert that has cleared', async () => {
    await begin(hot);
    const past = START - HOUR_MS;
    await rig.feed(rig.sample('bin', { temperature: 45 }, past), rig.sample('bin', { temperature: 45 }, past + 61_000), rig.sample('bin', { temperature: 20 }, past + 70_000), rig.sample('bin', { temperature: 20 }, past + 101_000));
    expect(await rig.alerts()).toMatchObject([{ active: false, severity: 'minor' }]);
  });

  it('ignores samples that are late or repeated', async () => {
    await begin(fill);
    await rig.send('bin', 'fill_level', 50, START + 1000);
    await rig.send('bin', 'fill_level', 99, START + 500);
    await rig.send('bin', 'fill_level', 99, START + 1000);
    expect(await rig.alerts()).toEqual([]);
    await rig.send('bin', 'fill_level', 81, START + 2000);
    await rig.send('bin', 'fill_level', 10, START + 1500);
    await rig.send('bin', 'fill_level', 81, START + 2000);
    expect(await rig.alerts()).toMatchObject([{ active: true, count: 1 }]);
  });

  it('limited to hours that cross midnight holds in them, and ends with them even without a sample', async () => {
    await begin(night);
    await rig.send('env', 'noise', 70); // 10:00
    expect(await rig.active()).toEqual([]);
    rig.clock.at = START + 12 * HOUR_MS; // 22:00
    await rig.send('env', 'noise', 70);
    rig.clock.at = START + 16 * HOUR_MS; // 02:00
    await rig.send('env', 'noise', 71);
    expect(await rig.active()).toMatchObject([{ count: 1 }]);
    rig.clock.at = START + 20 * HOUR_MS - 1; // 05:59:59.999
    await rig.evaluator.tick();
    expect(await rig.active()).toHaveLength(1);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
  });
});

describeOnDatabases('rules that can not be met by a device', () => {
  it('leave other values alone: a boolean for a figure, a word no rule knows, a device nobody knows', async () => {
    await begin(fill, tilted, forced);
    await rig.feed(
      { ...rig.sample('bin', {}), values: { tilted: 1, fill_level: true } } as never, // what validation keeps out
      rig.sample('stranger', { fill_level: 99 }), rig.event('gate', 'constructor', 'x'), rig.sample('gate', { fill_level: 99 }),
      { type: 'reply', device: 'bin', at: START, id: 'r', ok: true },
    );
    expect(await rig.alerts()).toEqual([]);
  });
});

describeOnDatabases('a state rule', () => {
  it('fires by time alone when no further sample comes, and clears when the state ends', async () => {
    await begin(tilted);
    await rig.send('bin', 'tilted', true);
    await rig.pass(299);
    expect(await rig.active()).toEqual([]);
    await rig.pass(1);
    expect(await rig.active()).toHaveLength(1);
    await rig.send('bin', 'tilted', false);
    expect(await rig.active()).toEqual([]);
  });

  it('forgets a state that ended in time', async () => {
    await begin(tilted);
    await rig.send('bin', 'tilted', true);
    await rig.pass(200);
    await rig.send('bin', 'tilted', false);
    await rig.pass(200);
    expect(await rig.alerts()).toEqual([]);
    expect(await rig.db.selectFrom('rule_state').selectAll().where('rule_id', '=', 'tilted').execute()).toEqual([]);
  });
});

describeOnDatabases('a rise rule', () => {
  it('compares with the lowest value of its window only', async () => {
    await begin(rise);
    await rig.send('bin', 'temperature', 20, START);
    await rig.send('bin', 'temperature', 25, START + 400_000);
    await rig.send('bin', 'temperature', 31, START + 700_000); // 20 has left the window
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'temperature', 35, START + 800_000);
    expect(await rig.active()).toMatchObject([{ value: 10, threshold: 10, message: { en: 'name of bin 10.0 °C 10 °C' } }]);
    await rig.send('bin', 'temperature', 35, START + 1_500_000);
    expect(await rig.active()).toEqual([]);
  });

  it('keeps its window over a restart', async () => {
    await begin(rise);
    await rig.send('bin', 'temperature', 20);
    await rig.restart();
    await rig.send('bin', 'temperature', 31, START + 60_000);
    expect(await rig.active()).toHaveLength(1);
  });
});

describeOnDatabases('an event rule', () => {
  it('raises once per event id, also after a restart, and clears on the event that ends it', async () => {
    await begin(forced);
    await rig.feed(rig.event('gate', 'forced_open', 'a'), rig.event('gate', 'forced_open', 'a'));
    expect(await rig.alerts()).toMatchObject([{ count: 1, severity: 'critical' }]);
    await rig.feed(rig.event('gate', 'door_closed', 'b'));
    expect(await rig.active()).toEqual([]);
    await rig.restart();
    await rig.feed(rig.event('gate', 'forced_open', 'a'));
    await rig.crash();
    await rig.feed(rig.event('gate', 'forced_open', 'a'));
    expect(await rig.alerts()).toHaveLength(1);
  });

  it('counts further events on the active alert', async () => {
    await begin(forced);
    await rig.feed(rig.event('gate', 'forced_open', 'a'), rig.event('gate', 'forced_open', 'b'), rig.event('gate', 'forced_open', 'c'));
    expect(await rig.alerts()).toMatchObject([{ count: 3 }]);
  });

  it('ignores an event older than what it has seen', async () => {
    await begin(forced);
    await rig.feed(rig.event('gate', 'door_closed', 'b', START + 10), rig.event('gate', 'forced_open', 'a', START + 5));
    expect(await rig.alerts()).toEqual([]);
  });

  it('needs its count within its window, and clears by itself some time after the last', async () => {
    await begin(denied);
    for (let index = 0; index < 8; index += 1) await rig.feed(rig.event('gate', 'denied', `slow-${index}`, START + index * 20_000));
    expect(await rig.alerts()).toEqual([]);
    for (let index = 0; index < 5; index += 1) await rig.feed(rig.event('gate', 'denied', `fast-${index}`, START + 500_000 + index * 1_000));
    expect(await rig.active()).toMatchObject([{ value: 5, threshold: 5, count: 1 }]);
    await rig.pass(299);
    expect(await rig.active()).toHaveLength(1);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
  });

  it('counts by device time in whatever order they come, each once, over a restart too', async () => {
    await begin({ ...denied, count: 3, clearOn: ['granted'] });
    const come = (id: string, seconds: number, event = 'denied') => rig.feed(rig.event('gate', event, id, START + seconds * 1000));
    await come('a', 100);
    await come('b', 130);
    await come('yesterday', -86_400);
    await come('too-early', 70);
    await come('repeated-under-another-id', 100);
    expect(await rig.active()).toEqual([]);
    await rig.restart();
    await come('c', 110);
    expect(await rig.active()).toMatchObject([{ value: 3, count: 1 }]);
    await come('end', 140, 'granted');
    for (const [id, seconds] of [['d', 105], ['e', 120], ['f', 139]] as const) await come(id, seconds);
    expect(await rig.active()).toEqual([]); // all of it was before the end
    for (const [id, seconds] of [['g', 145], ['h', 143], ['i', 141]] as const) await come(id, seconds);
    expect(await rig.active()).toHaveLength(1);
  });

  it('with an on-delay is cancelled by the event that ends it, and fires after a restart when it is not', async () => {
    await begin(held);
    await rig.feed(rig.event('gate', 'held_open', 'a'));
    await rig.pass(200);
    await rig.feed(rig.event('gate', 'door_closed', 'b'));
    await rig.pass(100);
    expect(await rig.alerts()).toEqual([]);
    await rig.feed(rig.event('gate', 'held_open', 'c'));
    await rig.pass(100);
    await rig.crash();
    await rig.pass(139);
    expect(await rig.alerts()).toEqual([]);
    await rig.pass(1);
    expect(await rig.active()).toHaveLength(1);
  });
});

describeOnDatabases('many alerts at once', () => {
  it('leave the thread to others in between, also when all that changed is when they were last seen', async () => {
    const bins = Array.from({ length: 400 }, (_, index) => `bin-${index}`);
    await begin(fill);
    for (const id of bins) rig.directory.put(id, 'waste_bin');
    await rig.feed(...bins.map((id) => rig.sample(id, { fill_level: 90 })));
    rig.clock.at += 10_000;
    await rig.feed(...bins.map((id) => rig.sample(id, { fill_level: 91 })));
    expect(await turnsDuring(() => rig.evaluator.tick())).toBeGreaterThanOrEqual(2);
    expect((await rig.active()).every(({ lastAt }) => lastAt === rig.clock.at)).toBe(true);
  });
});

describeOnDatabases('a silence rule', () => {
  it('raises after 3 reporting intervals, clears on any sign of life but not on the will', async () => {
    await begin(silence);
    await rig.send('bin', 'rssi', -70);
    await rig.pass(180);
    expect(await rig.active()).toEqual([]);
    await rig.pass(1);
    expect(await rig.active()).toMatchObject([{ ruleId: 'silence', deviceId: 'bin', threshold: 180, message: { en: 'name of bin  180' } }]);
    await rig.feed({ type: 'status', device: 'bin', at: rig.clock.at, online: false });
    expect(await rig.active()).toHaveLength(1);
    await rig.feed({ type: 'status', device: 'bin', at: rig.clock.at, online: true });
    expect(await rig.active()).toEqual([]);
  });

  it('never concerns a device that was never heard', async () => {
    await begin(silence);
    await rig.pass(400);
    expect(await rig.alerts()).toEqual([]);
  });

  it('gives every device a full window after the start of the hub', async () => {
    await begin(silence);
    rig.directory.put('old', 'waste_bin', { lastSeenAt: START - HOUR_MS });
    await rig.restart();
    await rig.pass(180);
    expect(await rig.alerts()).toEqual([]);
    await rig.pass(1);
    expect(await rig.active()).toMatchObject([{ deviceId: 'old' }]);
  });

  it('does not blame devices for time in which the hub stood still or its clock jumped', async () => {
    await begin(silence);
    await rig.send('bin', 'rssi', -70);
    rig.clock.at += HOUR_MS;
    await rig.pass(100);
    expect(await rig.alerts()).toEqual([]);
    await rig.pass(82);
    expect(await rig.active()).toHaveLength(1);
  });

  it('judges nobody while the reader is catching up on records received earlier', async () => {
    await begin(silence);
    await rig.send('bin', 'rssi', -70);
    await rig.pass(178);
    for (let second = 0; second < 30; second += 1) {
      await rig.feed({ ...rig.sample('env', { rssi: -70 }), at: rig.clock.at - 170_000 });
      await rig.pass(1);
    }
    await rig.send('bin', 'rssi', -71);
    await rig.pass(100);
    expect(await rig.alerts()).toEqual([]);
    await rig.pass(81);
    expect(await rig.active()).toHaveLength(1);
  });

  it('is not cleared by a record that was received too long ago', async () => {
    await begin(silence);
    await rig.send('bin', 'rssi', -70);
    await rig.pass(300);
    await rig.feed({ ...rig.sample('bin', { rssi: -70 }), at: rig.clock.at - 181_000 });
    expect(await rig.active()).toHaveLength(1);
  });
});

describeOnDatabases('a clock that is set back by an hour', () => {
  it('neither makes fresh samples late, nor keeps delays waiting, nor silences anyone', async () => {
    await begin(fill, tilted, forced, silence);
    await rig.feed(rig.sample('bin', { fill_level: 50, tilted: true }), rig.event('gate', 'door_closed', 'a'));
    await rig.pass(100);
    rig.clock.at -= HOUR_MS;
    await rig.send('bin', 'fill_level', 96);
    await rig.feed(rig.event('gate', 'forced_open', 'b'));
    expect((await rig.active()).map((alert) => alert.ruleId)).toEqual(['forced', 'fill']);
    await rig.pass(299);
    await rig.send('bin', 'rssi', -70);
    expect((await rig.active()).map((alert) => alert.ruleId)).not.toContain('tilted');
    await rig.pass(1);
    expect((await rig.active()).map((alert) => alert.ruleId)).toContain('tilted');
  });
});

describeOnDatabases('a device in maintenance', () => {
  it('raises nothing, its alerts clear when it goes there, and afterwards what stands is told, and silence after a whole window', async () => {
    await begin(fill, silence);
    await rig.send('bin', 'fill_level', 96);
    rig.directory.put('bin', 'waste_bin', { status: 'maintenance' });
    await rig.pass(1);
    expect(await rig.alerts()).toMatchObject([{ active: false }]);
    await rig.send('bin', 'fill_level', 97);
    await rig.pass(300);
    expect(await rig.alerts()).toHaveLength(1);
    rig.directory.put('bin', 'waste_bin', { status: 'online' });
    await rig.pass(100);
    expect(await rig.active()).toMatchObject([{ ruleId: 'fill', value: 97 }]);
    await rig.pass(100);
    expect((await rig.active()).map(({ ruleId }) => ruleId)).toEqual(['fill', 'silence']);
  });

  it('clears its alerts too when it was set there, or removed, while the hub was down', async () => {
    await begin(fill);
    rig.directory.put('bin-2', 'waste_bin');
    await rig.feed(rig.sample('bin', { fill_level: 96 }), rig.sample('bin-2', { fill_level: 96 }));
    rig.directory.put('bin', 'waste_bin', { status: 'retired' });
    rig.directory.remove('bin-2');
    await rig.restart();
    expect(await rig.active()).toEqual([]);
    const ends = async (): Promise<unknown[]> => Promise.all((await rig.alerts()).map(async ({ id, deviceId, endedBy }) => [deviceId, endedBy, ...await rig.notes(id)]));
    expect((await ends()).sort()).toEqual([['bin', 'out-of-service', 'retired'], ['bin-2', 'device-removed', 'device removed']]);
    expect(await rig.db.selectFrom('rule_state').selectAll().where('device_id', '=', 'bin-2').execute()).toEqual([]);
  });

  it('clears alerts that have lost their rule while the hub was down, and says so', async () => {
    await begin(fill);
    await rig.send('bin', 'fill_level', 96);
    await rig.db.updateTable('rule').set({ enabled: 0 }).execute();
    await rig.restart();
    const [alert] = await rig.alerts();
    expect([alert?.active, alert?.endedBy, await rig.notes(alert?.id ?? '')]).toEqual([false, 'rule-off', ['rule no longer applies']]);
  });
});
