import { SILENCE_GROUP, type Alert, type Rule } from '@liandong/protocols';
import { afterEach, expect, it, vi } from 'vitest';
import { ADMIN, START, common, createRig, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const RULES: Rule[] = [
  { ...common('silent', ['waste_bin']), type: 'silence', intervals: 3, severity: 'warning' },
  { ...common('silent-gateway', ['gateway']), type: 'silence', intervals: 3, severity: 'major' },
];
/** What one turn of the evaluator writes. */
const TURN = 100;
const bins = (count: number): string[] => Array.from({ length: count }, (_, n) => `bin-${String(n).padStart(2, '0')}`);

let rig: Rig;
afterEach(() => rig.close());

async function begin(): Promise<void> {
  rig = await createRig(RULES);
  await rig.evaluator.start();
}
const hear = (...ids: string[]) => rig.feed(...ids.map((id) => ({ type: 'status' as const, device: id, at: rig.clock.at, online: true })));
const top = async (): Promise<Alert[]> => (await rig.service.list(ADMIN, { limit: 1000, active: true, top: true })).data;

/** Forty bins whose reports are spread over their interval, and the gateway that is heard with each. */
async function fortyBins(): Promise<string[]> {
  await begin();
  rig.directory.put('gw', 'gateway');
  const ids = bins(40);
  for (const id of ids) rig.directory.put(id, 'waste_bin', { gateway: 'gw' });
  for (const id of ids) {
    await hear(id, 'gw');
    await rig.pass(1);
  }
  return ids;
}

describeOnDatabases('a gateway with forty devices that goes silent', () => {
  it('raises exactly one top alert, at no time another, and clears it when most are back and the others had time to be', async () => {
    const ids = await fortyBins();
    const seen = new Set<string>();
    for (let step = 0; step < 60; step += 1) {
      await rig.pass(5);
      for (const alert of await top()) seen.add(alert.id);
    }
    const [parent, ...others] = await top();
    expect(others).toEqual([]);
    expect(seen).toEqual(new Set([parent?.id]));
    expect(parent).toMatchObject({ ruleId: SILENCE_GROUP, deviceId: 'gw', area: 'east', kind: 'gateway', severity: 'major', value: 41 });
    const children = (await rig.active()).filter((alert) => alert.groupId === parent?.id);
    expect(children.map((alert) => alert.deviceId).sort()).toEqual([...ids, 'gw'].sort());
    // Nobody was told of one that stood for itself.
    expect(rig.published.filter((alert) => alert.active && alert.groupId === undefined && alert.id !== parent?.id)).toEqual([]);

    await hear('gw', ...ids.slice(0, 19));
    await rig.pass(1);
    expect(await top()).toMatchObject([{ id: parent?.id }]);
    expect((await rig.active()).filter((alert) => alert.groupId === parent?.id)).toHaveLength(21);
    await hear(ids[19]!);
    await rig.pass(1);
    // Twenty of forty-one: those that report later are on their way, and nobody is shown them one by one.
    expect(await top()).toMatchObject([{ id: parent?.id }]);
    for (const id of ids.slice(20, 30)) {
      await hear(id);
      await rig.pass(10);
    }
    expect(await top()).toMatchObject([{ id: parent?.id }]);
    await hear('gw', ...ids.slice(0, 30));
    await rig.pass(85);
    // A window later the parent is past, and who is still silent stands for itself.
    expect((await rig.alerts()).find((alert) => alert.id === parent?.id)).toMatchObject({ active: false });
    expect((await top()).map((alert) => alert.deviceId).sort()).toEqual(ids.slice(30));
  }, 60_000);

  it('clears with the last of them when all come back', async () => {
    const ids = await fortyBins();
    await rig.pass(200);
    const [parent] = await top();
    for (const id of ids) {
      await hear('gw', id);
      await rig.pass(1);
    }
    expect(await rig.active()).toEqual([]);
    expect(rig.published.filter((alert) => alert.active && alert.groupId === undefined && alert.id !== parent?.id)).toEqual([]);
  }, 60_000);

  it.each([['out of service', 'out-of-service', ['maintenance: new gateway']], ['back', undefined, []]] as const)('ends as the last of them do: %s', async (_how, endedBy, notes) => {
    const ids = await fortyBins();
    await rig.pass(200);
    const [parent] = await top();
    const goOut = (where: { area: string } | { devices: string[] }) => rig.maintenance.create(ADMIN, { ...where, from: rig.clock.at, to: rig.clock.at + 3_600_000, reason: 'new gateway' });
    await goOut({ devices: ids.slice(0, 10) });
    await rig.pass(1);
    await hear(...ids.slice(10, 15));
    if (endedBy === undefined) await hear('gw', ...ids.slice(10));
    else await goOut({ area: 'east' });
    await rig.pass(2);
    const known = (await rig.alerts()).find(({ id }) => id === parent?.id);
    expect([known?.active, known?.endedBy, await rig.notes(parent?.id ?? '')]).toEqual([false, endedBy, notes]);
  }, 60_000);

  it('is one alert over a restart too', async () => {
    const ids = await fortyBins();
    await rig.pass(200);
    const [parent] = await top();
    await rig.restart();
    await rig.pass(2);
    expect(await top()).toMatchObject([{ id: parent?.id }]);
    await hear('gw', ...ids);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
  }, 60_000);
});

describeOnDatabases('devices that fall silent together', () => {
  it('are grouped on the gateway when it is still there and 60 % of them are gone', async () => {
    await begin();
    rig.directory.put('gw', 'gateway');
    for (const id of bins(5)) rig.directory.put(id, 'waste_bin', { gateway: 'gw' });
    await hear('gw', ...bins(5));
    for (let minute = 0; minute < 4; minute += 1) {
      await rig.pass(60);
      await hear('gw', 'bin-00', 'bin-01');
    }
    expect(await top()).toMatchObject([{ ruleId: SILENCE_GROUP, deviceId: 'gw', value: 3 }]);
  });

  it('are grouped when their rule has an on-delay, from its end on', async () => {
    rig = await createRig([{ ...common('silent', ['waste_bin']), onDelayS: 30, type: 'silence', intervals: 3, severity: 'warning' }]);
    await rig.evaluator.start();
    for (const id of bins(6)) rig.directory.put(id, 'waste_bin');
    await hear(...bins(6));
    await rig.pass(210);
    expect(rig.published).toEqual([]);
    await rig.pass(30);
    expect(await top()).toMatchObject([{ ruleId: SILENCE_GROUP, area: 'east' }]);
    expect((await rig.active()).filter(({ groupId }) => groupId !== undefined)).toHaveLength(6);
    expect(rig.published.filter(({ ruleId, active }) => ruleId === SILENCE_GROUP && !active)).toEqual([]);
  });

  it('raise nothing outside the hours of their rule, and one alert when they begin', async () => {
    rig = await createRig([{ ...common('silent', ['waste_bin']), schedule: { hours: [11, 22] }, type: 'silence', intervals: 3, severity: 'warning' }]);
    rig.clock.at = START + 55 * 60_000; // 10:55
    await rig.evaluator.start();
    for (const id of bins(6)) rig.directory.put(id, 'waste_bin');
    await hear(...bins(6));
    await rig.pass(299);
    expect(rig.published).toEqual([]);
    await rig.pass(1);
    expect(await top()).toMatchObject([{ ruleId: SILENCE_GROUP, area: 'east', value: 6, count: 1 }]);
  });

  it('are no company outside the hours of their rule for one whose rule holds', async () => {
    rig = await createRig([
      { ...common('silent', ['waste_bin']), schedule: { hours: [11, 22] }, type: 'silence', intervals: 3, severity: 'warning' },
      { ...common('silent-sensor', ['env_sensor']), type: 'silence', intervals: 3, severity: 'minor' },
    ]);
    await rig.evaluator.start();
    for (const id of bins(6)) rig.directory.put(id, 'waste_bin');
    rig.directory.put('sensor', 'env_sensor');
    await hear('sensor', ...bins(6));
    await rig.pass(181);
    expect(await top()).toMatchObject([{ ruleId: 'silent-sensor', deviceId: 'sensor' }]);
  });

  it('stay apart when they are fewer, or fell silent at other times', async () => {
    await begin();
    rig.directory.put('gw', 'gateway');
    for (const id of bins(3)) rig.directory.put(id, 'waste_bin', { gateway: 'gw' });
    await hear('gw', ...bins(3));
    for (let minute = 0; minute < 20; minute += 1) {
      await rig.pass(60);
      await hear('gw', ...bins(minute < 8 ? 2 : 1));
    }
    expect((await top()).map(({ deviceId }) => deviceId).sort()).toEqual(['bin-01', 'bin-02']);
  });

  it('are one alert of the community when most of it is gone, and single ones elsewhere', async () => {
    await begin();
    for (const id of bins(6)) rig.directory.put(id, 'waste_bin');
    rig.directory.put('far', 'waste_bin', { area: 'west' });
    await hear(...bins(6), 'far');
    await rig.pass(181);
    const alerts = await top();
    expect(alerts.map(({ ruleId, deviceId, area }) => [ruleId, deviceId, area]).sort()).toEqual([[SILENCE_GROUP, undefined, 'east'], ['silent', 'far', 'west']]);
    await hear(...bins(6));
    await rig.pass(1);
    expect((await top()).map(({ deviceId }) => deviceId)).toEqual(['far']);
  });

  it('take up a device that was raised a moment before', async () => {
    await begin();
    rig.directory.put('gw', 'gateway', { reportingIntervalS: 600 });
    for (const id of bins(2)) rig.directory.put(id, 'waste_bin', { gateway: 'gw' });
    rig.directory.put('slow', 'waste_bin', { gateway: 'gw', reportingIntervalS: 600 });
    await hear('gw', 'slow', ...bins(2));
    await rig.pass(190);
    expect(await top()).toMatchObject([{ ruleId: SILENCE_GROUP, deviceId: 'gw', value: 2 }]);
    await rig.pass(1700);
    expect(await top()).toHaveLength(1);
    expect((await rig.active()).filter((alert) => alert.groupId !== undefined)).toHaveLength(4);
  }, 60_000);

  it('leaves a device alone whose gateway is silent for long already', async () => {
    await begin();
    rig.directory.put('gw', 'gateway');
    rig.directory.put('hourly', 'waste_bin', { gateway: 'gw', reportingIntervalS: 3600 });
    await hear('gw', 'hourly');
    await rig.pass(181);
    expect((await top()).map(({ ruleId }) => ruleId)).toEqual(['silent-gateway']);
    rig.clock.at += 10_000; // the longest step that is no standstill
    await rig.pass(1);
    expect(await top()).toHaveLength(1);
  });
});

describeOnDatabases('many gateways that go silent at once', () => {
  it('are each one parent, and how often all alerts are gone through does not grow with their number', async () => {
    await begin();
    const gateways = Array.from({ length: 20 }, (_, n) => `gw-${n}`);
    const behind = gateways.flatMap((gateway) => [1, 2, 3].map((n) => ({ id: `${gateway}-bin-${n}`, gateway })));
    for (const id of gateways) rig.directory.put(id, 'gateway');
    for (const { id, gateway } of behind) rig.directory.put(id, 'waste_bin', { gateway });
    await hear(...gateways, ...behind.map(({ id }) => id));
    await rig.pass(180);
    const passes = vi.spyOn(rig.activeAlerts, 'values');
    await rig.pass(1);
    expect((await top()).map(({ deviceId, value }) => `${deviceId} ${value}`).sort()).toEqual(gateways.map((id) => `${id} 4`).sort());
    expect(passes.mock.calls.length).toBeLessThan(10);
  });
});

describeOnDatabases('a whole city that goes dark', () => {
  const MOST = 1_000;
  afterEach(() => { vi.useRealTimers(); });

  it('is found silent a thousand devices at a time, every one of them in the end, and under one parent where they share a community', async () => {
    // The evaluator's own timer would add a tick on a slow machine.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await begin();
    const ids = Array.from({ length: 2_300 }, (_, n) => `lamp-${String(n).padStart(4, '0')}`);
    for (const id of ids) rig.directory.put(id, 'waste_bin');
    await hear(...ids);
    await rig.pass(180);
    expect(rig.activeAlerts.size).toBe(0);
    const sizes: number[] = [];
    for (let second = 0; second < 4; second += 1) {
      await rig.pass(1);
      sizes.push([...rig.activeAlerts.values()].filter(({ alert }) => alert.groupId !== undefined).length);
    }
    expect(sizes).toEqual([MOST, 2 * MOST, ids.length, ids.length]);
    const parents = [...rig.activeAlerts.values()].filter(({ alert }) => alert.groupId === undefined);
    expect(parents.map(({ alert: { ruleId, area } }) => [ruleId, area])).toEqual([[SILENCE_GROUP, 'east']]);
  });

  /** So many fall silent with the next tick; what is in it comes one by one. */
  async function aboutToGo(count: number, more: Rule[] = []): Promise<string[]> {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    rig = await createRig([...RULES, ...more]);
    await rig.evaluator.start();
    const ids = Array.from({ length: count }, (_, n) => `lamp-${String(n).padStart(4, '0')}`);
    for (const id of ids) rig.directory.put(id, 'waste_bin');
    await hear(...ids);
    await rig.pass(180);
    return ids;
  }
  const firstTold = (): Promise<Alert> => new Promise((resolve) => { rig.changes.onChange((change) => { if (change.kind === 'alert') resolve(change.alert); }); });
  const children = (): number => [...rig.activeAlerts.values()].filter(({ alert }) => alert.groupId !== undefined).length;

  it('lets a person who acknowledges, and what is critical, have a turn between', async () => {
    await aboutToGo(1_000, [{ ...common('forced', ['access_gate']), type: 'event', event: 'forced_open', count: 1, withinS: 1, clearOn: [], severity: 'critical' }]);
    rig.directory.put('gate', 'access_gate', { area: 'west' });
    const first = firstTold();
    const passing = rig.pass(1);
    const { id } = await first;
    const told = rig.published.length;
    expect(told).toBeLessThanOrEqual(TURN + 1);
    await Promise.all([rig.service.ack(ADMIN, id), rig.feed(rig.event('gate', 'forced_open', 'e1'))]);
    expect(rig.published.length).toBeLessThanOrEqual(told + 2 * TURN + 4);
    expect(rig.published.filter(({ acked }) => acked)).toHaveLength(1);
    expect(rig.published.filter(({ severity }) => severity === 'critical')).toHaveLength(1);
    await passing;
    expect(children()).toBe(MOST);
  });

  it('raises nothing of one that is heard, or taken out, in a turn between', async () => {
    const ids = await aboutToGo(400);
    const first = firstTold();
    const passing = rig.pass(1);
    await first;
    rig.directory.remove(ids[399]!);
    await hear(ids[398]!);
    await passing;
    await rig.pass(2);
    expect(children()).toBe(398);
    expect((await rig.alerts()).filter(({ deviceId }) => deviceId === ids[398] || deviceId === ids[399])).toEqual([]);
  });

  /** Two gateways and all behind them, so many each, are silent with the next tick, and it has begun with those of gateway a. Who is heard then is heard in a turn between. */
  async function twoGateways(each: number) {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await begin();
    const [a, b] = [1, 2].map((n) => Array.from({ length: each }, (_, index) => `bin-${n}-${index}`)) as [string[], string[]]; // as many
    for (const [gateway, ids] of [['gw-a', a], ['gw-b', b]] as const) {
      rig.directory.put(gateway, 'gateway');
      for (const id of ids) rig.directory.put(id, 'waste_bin', { gateway });
    }
    await hear('gw-a', ...a, 'gw-b', ...b);
    await rig.pass(180);
    const first = firstTold();
    const passing = rig.pass(1);
    expect((await first).deviceId).toBe('gw-a');
    return { b, passing };
  }

  it('raises no parent of devices that were all heard in a turn between', async () => {
    const { b, passing } = await twoGateways(150);
    await hear('gw-b', ...b);
    await passing;
    await rig.pass(1);
    expect(rig.published.filter(({ deviceId }) => deviceId === 'gw-b' || b.includes(deviceId ?? ''))).toEqual([]);
  });

  it('raises a parent that stands for those alone who were not heard in a turn between', async () => {
    const { b, passing } = await twoGateways(150);
    await hear(...b.slice(3));
    await passing;
    const parent = [...rig.activeAlerts.values()].find(({ alert }) => alert.ruleId === SILENCE_GROUP && alert.deviceId === 'gw-b')?.alert;
    expect(parent?.value).toBe(4);
    expect((await rig.active()).filter(({ groupId }) => groupId === parent?.id).map(({ deviceId }) => deviceId).sort()).toEqual([...b.slice(0, 3), 'gw-b'].sort());
  });

  it('raises no parent of a gateway that was heard in a turn between with most of those behind it: the others stand for themselves', async () => {
    const { b, passing } = await twoGateways(150);
    await hear('gw-b', ...b.slice(3));
    await passing;
    await rig.pass(1);
    expect(rig.published.filter(({ ruleId, deviceId }) => ruleId === SILENCE_GROUP && deviceId === 'gw-b')).toEqual([]);
    expect((await top()).flatMap(({ deviceId }) => deviceId?.startsWith('bin-2') === true ? deviceId : []).sort()).toEqual(b.slice(0, 3));
  });

  it('goes on with the next look where its parent ended in a turn between, as when an edge says so', async () => {
    await aboutToGo(400);
    const first = firstTold();
    const passing = rig.pass(1);
    const parent = await first;
    expect(parent.ruleId).toBe(SILENCE_GROUP);
    await rig.activeAlerts.exclusive(async () => { rig.activeAlerts.put({ ...parent, active: false, clearedAt: rig.clock.at }, rig.clock.at); });
    await passing;
    expect(rig.activeAlerts.size).toBeLessThan(400);
    await rig.pass(2);
    const parents = [...rig.activeAlerts.values()].filter(({ alert }) => alert.ruleId === SILENCE_GROUP);
    expect(parents).toHaveLength(1);
    expect([...rig.activeAlerts.values()].filter(({ alert }) => alert.ruleId !== SILENCE_GROUP)).toHaveLength(400);
    expect([...rig.activeAlerts.values()].every(({ alert }) => alert.groupId === undefined || alert.groupId === parents[0]?.alert.id)).toBe(true);
  });

  it('gives those that are still gone back in turns when most are back', async () => {
    const ids = await aboutToGo(1_000);
    await rig.pass(1);
    const still = ids.slice(0, 450);
    for (let minute = 0; minute < 3; minute += 1) {
      await hear(...ids.slice(450));
      await rig.pass(60);
    }
    await hear(...ids.slice(450));
    await rig.pass(1);
    const ungrouped = new Promise<void>((resolve) => { rig.changes.onChange((change) => { if (change.kind === 'alert' && change.alert.active && change.alert.groupId === undefined) resolve(); }); });
    const passing = rig.pass(1);
    await ungrouped;
    await hear(still[449]!); // a turn between
    expect(children()).toBeGreaterThan(0);
    await passing;
    expect((await top()).map(({ deviceId }) => deviceId).sort()).toEqual(still.slice(0, 449));
  });
});

describeOnDatabases('delays that end at once', () => {
  it('let a person who acknowledges have a turn between', async () => {
    rig = await createRig([{ ...common('full'), onDelayS: 30, type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70 }]);
    await rig.evaluator.start();
    const ids = bins(1_000);
    for (const id of ids) rig.directory.put(id, 'waste_bin');
    await rig.feed(...ids.map((id) => rig.sample(id, { fill_level: 85 })));
    const first = new Promise<Alert>((resolve) => { rig.changes.onChange((change) => { if (change.kind === 'alert') resolve(change.alert); }); });
    rig.clock.at += 31_000;
    const passing = rig.pass(1);
    const { id } = await first;
    const told = rig.published.length;
    expect(told).toBeLessThanOrEqual(TURN + 1);
    await rig.service.ack(ADMIN, id);
    expect(rig.published.length).toBeLessThanOrEqual(told + 2 * TURN + 1);
    await passing;
    expect(rig.activeAlerts.size).toBe(1_000);
  });
});
