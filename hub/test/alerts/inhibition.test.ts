import type { Alert, AlertChange, Rule } from '@liandong/protocols';
import { afterEach, expect, it } from 'vitest';
import type { AlertClocks } from '../../src/alerts/alert-clocks.js';
import { ADMIN, START, common, createRig, type Rig } from '../rules/rig.js';
import { describeOnDatabases } from '../support/databases.js';

type Options = { inhibitedBy?: string[]; family?: string; manualClear?: boolean };
const threshold = (id: string, metric: 'fill_level' | 'temperature' | 'battery', kinds: Rule['kinds'], options: Options = {}): Rule & Options =>
  ({ ...common(id, [...kinds]), type: 'threshold', metric, direction: 'above', bands: [{ limit: 80, severity: 'minor' }], clearAt: 70, ...options });
const silent: Rule & Options = { ...common('silent', ['waste_bin']), type: 'silence', intervals: 3, severity: 'warning', inhibitedBy: ['power'] };

let rig: Rig;
const steps: [string, AlertChange][] = [];
const clocks: AlertClocks = { after(_before, alert, change) { steps.push([alert.ruleId, change]); return alert; }, first({ ruleId }) { steps.push([ruleId, 'raised']); return undefined; } };
async function begin(...rules: Rule[]): Promise<void> {
  rig = await createRig(rules, { clocksOf: async () => clocks });
  rig.directory.put('gw', 'gateway');
  rig.directory.put('bin', 'waste_bin', { gateway: 'gw' });
  rig.directory.put('alone', 'waste_bin');
  await rig.evaluator.start();
  steps.length = 0;
}
afterEach(async () => {
  expect(rig.errors).toEqual([]);
  await rig.close();
});

let ts = START;
const say = (device: string, metric: 'fill_level' | 'temperature' | 'battery', value: number) => rig.send(device, metric, value, ts = Math.max(ts + 1, rig.clock.at));
const of = async (ruleId: string, device = 'bin'): Promise<Alert> => (await rig.alerts()).find((alert) => alert.ruleId === ruleId && alert.deviceId === device)!; // raised by the test
const top = async (): Promise<string[]> => (await rig.service.list(ADMIN, { limit: 100, active: true, top: true })).data.map(({ ruleId, deviceId }) => `${ruleId} ${deviceId}`).sort();

describeOnDatabases('an alert whose rule names another', () => {
  it('is born inhibited while that one is active on its gateway, and stands for itself when that one clears', async () => {
    await begin(threshold('power', 'battery', ['gateway']), threshold('fill', 'fill_level', ['waste_bin'], { inhibitedBy: ['power'] }));
    await say('gw', 'battery', 90);
    await say('bin', 'fill_level', 90);
    await say('alone', 'fill_level', 90);
    const cause = await of('power', 'gw');
    expect(await of('fill')).toMatchObject({ active: true, inhibitedBy: cause.id });
    expect(rig.published.filter(({ ruleId, deviceId }) => ruleId === 'fill' && deviceId === 'bin')).toMatchObject([{ inhibitedBy: cause.id }]); // never seen without
    expect(await top()).toEqual(['fill alone', 'power gw']);
    await say('gw', 'battery', 10);
    expect(await top()).toEqual(['fill alone', 'fill bin']);
    const { timeline, ...alert } = await rig.service.get(ADMIN, (await of('fill')).id);
    expect(alert).not.toHaveProperty('inhibitedBy');
    expect(timeline.map(({ change, alertId }) => [change, alertId])).toEqual([['raised', undefined], ['inhibited', cause.id], ['released', undefined]]);
    expect(steps.filter(([rule]) => rule === 'fill').map(([, change]) => change)).toEqual(['raised', 'inhibited', 'raised', 'released']); // what moves its clock
  });

  it('is inhibited when the cause comes later, by a rule of the same device or a family of rules', async () => {
    await begin(threshold('fire', 'temperature', ['waste_bin'], { family: 'burning' }), threshold('fill', 'fill_level', ['waste_bin'], { inhibitedBy: ['burning'] }));
    await say('bin', 'fill_level', 90);
    await say('bin', 'temperature', 90);
    expect(await top()).toEqual(['fire bin']);
    await say('bin', 'fill_level', 10);
    expect(await of('fill')).toMatchObject({ active: false, inhibitedBy: (await of('fire')).id });
    await say('bin', 'fill_level', 90);
    expect(await of('fill')).toMatchObject({ active: true, count: 2, inhibitedBy: (await of('fire')).id });
    await say('bin', 'fill_level', 10);
    await say('bin', 'temperature', 10);
    await say('bin', 'fill_level', 90); // what inhibited it is over
    expect(await of('fill')).toMatchObject({ active: true, count: 3 });
    expect(await of('fill')).not.toHaveProperty('inhibitedBy');
  });

  it.each(['restart', 'crash'] as const)('is known over a %s, which says nothing anew, and is released when the cause was gone meanwhile', async (end) => {
    await begin(threshold('power', 'battery', ['gateway'], { manualClear: true }), threshold('fill', 'fill_level', ['waste_bin'], { inhibitedBy: ['power'] }));
    await say('gw', 'battery', 90);
    await say('bin', 'fill_level', 90);
    rig.published.length = 0;
    await rig[end]();
    await rig.pass(2);
    expect(rig.published).toEqual([]);
    expect(await top()).toEqual(['power gw']);
    await rig.service.clear(ADMIN, (await of('power', 'gw')).id, 'by hand');
    await rig[end]();
    await rig.pass(1);
    expect(await top()).toEqual(['fill bin']);
  });

  it('passes over to another cause when there is one', async () => {
    await begin(threshold('power', 'battery', ['gateway']), threshold('fire', 'temperature', ['waste_bin']), threshold('fill', 'fill_level', ['waste_bin'], { inhibitedBy: ['power', 'fire'] }));
    await say('bin', 'fill_level', 90);
    await say('bin', 'temperature', 90);
    await say('gw', 'battery', 90);
    expect(await of('fill')).toMatchObject({ inhibitedBy: (await of('fire')).id });
    await say('bin', 'temperature', 10);
    expect(await of('fill')).toMatchObject({ inhibitedBy: (await of('power', 'gw')).id });
    expect(await rig.timeline((await of('fill')).id)).toEqual(['raised', 'inhibited', 'released', 'inhibited']);
  });

  it('never hides with it: of two that name each other one is left to act on', async () => {
    await begin(threshold('fire', 'temperature', ['waste_bin'], { inhibitedBy: ['fill'] }), threshold('fill', 'fill_level', ['waste_bin'], { inhibitedBy: ['fire'] }));
    await say('bin', 'fill_level', 90);
    await say('bin', 'temperature', 90);
    await rig.pass(2);
    expect(await top()).toEqual(['fill bin']);
    await rig.restart();
    await rig.pass(2);
    expect(await top()).toEqual(['fill bin']);
  });

  it.each([
    ['no longer names any', {}], ['names another one', { inhibitedBy: ['fire'] }],
  ] as const)('stands for itself as soon as its rule %s', async (_what, now) => {
    await begin(threshold('power', 'battery', ['gateway']), threshold('fire', 'temperature', ['waste_bin']), threshold('fill', 'fill_level', ['waste_bin'], { inhibitedBy: ['power'] }));
    await say('gw', 'battery', 90);
    await say('bin', 'fill_level', 90);
    expect(await top()).toEqual(['power gw']);
    await rig.rules.replace(ADMIN, 'fill', threshold('fill', 'fill_level', ['waste_bin'], 'inhibitedBy' in now ? { inhibitedBy: [...now.inhibitedBy] } : {}));
    expect(await top()).toEqual(['fill bin', 'power gw']);
    expect(await rig.timeline((await of('fill')).id)).toEqual(['raised', 'inhibited', 'released']);
  });

  it('stands for itself when what hid it went while the hub was down, though its rule names nothing any more', async () => {
    await begin(threshold('power', 'battery', ['gateway']), threshold('fill', 'fill_level', ['waste_bin'], { inhibitedBy: ['power'] }));
    await say('gw', 'battery', 90);
    await say('bin', 'fill_level', 90);
    await rig.db.updateTable('rule').set({ body: JSON.stringify(threshold('fill', 'fill_level', ['waste_bin'])), version: 2 }).where('id', '=', 'fill').execute();
    await rig.restart();
    expect(await top()).toEqual(['fill bin', 'power gw']);
  });

  it('may be about silence', async () => {
    await begin(threshold('power', 'battery', ['gateway']), silent);
    await say('bin', 'battery', 10);
    await say('gw', 'battery', 90);
    await rig.pass(200);
    expect(await top()).toEqual(['power gw']);
  });
});

describeOnDatabases('children of a parent', () => {
  const bins = Array.from({ length: 6 }, (_, index) => `bin-${index}`);
  const hear = (...ids: string[]) => rig.feed(...ids.map((device) => ({ type: 'status' as const, device, at: rig.clock.at, online: true })));

  async function outage(): Promise<Alert> {
    await begin({ ...common('silent'), type: 'silence', intervals: 3, severity: 'warning' }, { ...common('silent-gateway', ['gateway']), type: 'silence', intervals: 3, severity: 'major' });
    for (const id of bins) rig.directory.put(id, 'waste_bin', { gateway: 'gw' });
    await hear('gw', ...bins);
    await rig.pass(181);
    expect(await top()).toEqual([':silence-group gw']);
    return (await rig.active()).find(({ ruleId }) => ruleId === ':silence-group')!;
  }

  it('have their clocks told when they are grouped and when they are not any more', async () => {
    const parent = await outage();
    // Most are back; the two others have a window to be heard in.
    for (let minute = 0; minute < 4; minute += 1) {
      await hear('gw', ...bins.slice(0, 4));
      await rig.pass(46);
    }
    expect(await top()).toEqual(['silent bin-4', 'silent bin-5']);
    const { timeline } = await rig.service.get(ADMIN, (await of('silent', 'bin-5')).id);
    expect(timeline.map(({ change, alertId }) => [change, alertId])).toEqual([['raised', undefined], ['grouped', parent.id], ['ungrouped', undefined]]);
    expect(steps.filter(([rule]) => rule === 'silent').map(([, change]) => change).filter((change) => change === 'grouped' || change === 'ungrouped').sort())
      .toEqual([...Array<string>(6).fill('grouped'), 'ungrouped', 'ungrouped']);
  });

  it('are the same alerts under the same parent when they are out again within a minute', async () => {
    const parent = await outage();
    await hear('gw', ...bins);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
    rig.directory.put('gw', 'gateway', { reportingIntervalS: 10 });
    for (const id of bins) rig.directory.put(id, 'waste_bin', { gateway: 'gw', reportingIntervalS: 10 });
    await rig.pass(31);
    expect(await top()).toEqual([':silence-group gw']);
    expect((await rig.alerts()).filter(({ ruleId }) => ruleId === ':silence-group')).toMatchObject([{ id: parent.id, count: 2, active: true }]);
    for (const id of bins) expect(await of('silent', id)).toMatchObject({ active: true, count: 2, groupId: parent.id });
    expect((await rig.alerts()).filter(({ ruleId }) => ruleId === 'silent')).toHaveLength(6);
  });
});
