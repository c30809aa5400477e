import type { Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnDatabases } from '../support/databases.js';
import { ADMIN, common, createRig, type Rig } from './rig.js';

const FILL: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', clearAt: 70, bands: [{ limit: 80, severity: 'minor' }] };
const FORCED: Rule = { ...common('forced', ['access_gate'], '{device}'), type: 'event', event: 'forced_open', count: 1, withinS: 1, clearOn: [], severity: 'critical', manualClear: true };
const BINS = 600;
const bin = (index: number): string => `bin-${String(index).padStart(3, '0')}`;

describeOnDatabases('what ends a storm of alerts at once', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig([FILL, FORCED]);
    for (let index = 0; index < BINS; index += 1) rig.directory.put(bin(index), 'waste_bin');
    rig.directory.put('gate', 'access_gate', { area: 'west' });
    await rig.evaluator.start();
    await rig.feed(...Array.from({ length: BINS }, (_, index) => rig.sample(bin(index), { fill_level: 96 })));
    rig.published.length = 0;
    rig.clock.at += 1_000;
  });
  afterEach(async () => {
    expect(rig.errors).toEqual([]);
    await rig.close();
  });

  /** How many alerts of bins had ended when the gate's was told. */
  function endedBeforeGate(): number {
    const gate = rig.published.findIndex(({ ruleId }) => ruleId === 'forced');
    expect(gate).not.toBe(-1);
    return rig.published.slice(0, gate).filter(({ active }) => !active).length;
  }
  const expectAllEnded = async (): Promise<void> => {
    expect((await rig.active()).map(({ ruleId }) => ruleId)).toEqual(['forced']);
    expect(rig.published.filter(({ ruleId, active }) => ruleId === 'fill' && !active)).toHaveLength(BINS);
  };
  const takenBack = (): Promise<void> => rig.evaluator.changeRule({ id: 'fill', version: 2, rule: undefined });

  it('keeps nothing critical waiting while the alerts of a rule that was taken back end', async () => {
    await Promise.all([takenBack(), rig.feed(rig.event('gate', 'forced_open', 'e1'))]);
    expect(endedBeforeGate()).toBeLessThan(BINS / 2);
    await expectAllEnded();
  });

  it('keeps nothing critical waiting at the end of a backlog either', async () => {
    const backlog = Array.from({ length: 300 }, (_, index) => rig.sample(bin(index), { fill_level: 50 }));
    await Promise.all([takenBack(), rig.feed(...backlog, rig.event('gate', 'forced_open', 'e1'))]);
    expect(endedBeforeGate()).toBeLessThan(BINS / 2);
    await expectAllEnded();
  });

  it.each([BINS, BINS - 50])('has ended all of %i when it says so, also when a record that was read meanwhile brought the last of them to their end', async (bins) => {
    await rig.feed(...Array.from({ length: BINS - bins }, (_, index) => rig.sample(bin(index), { fill_level: 50 })));
    const reading = async (): Promise<void> => { for (let record = 0; record < 30; record += 1) await rig.feed(rig.sample(bin(BINS - 1), { fill_level: 50 })); };
    let left: unknown[] | undefined;
    await Promise.all([takenBack().then(async () => { left = await rig.active(); }), reading()]);
    expect(left).toEqual([]);
  });

  it('tells what is critical by time before the last of them has ended', async () => {
    const hot: Rule = { ...common('hot', ['access_gate'], '{device}'), type: 'threshold', metric: 'temperature', direction: 'above', clearAt: 40, onDelayS: 30, bands: [{ limit: 60, severity: 'critical' }] };
    await rig.evaluator.changeRule({ id: 'hot', version: 1, rule: hot });
    await rig.feed(rig.sample('gate', { temperature: 90 }));
    rig.clock.at += 31_000;
    await Promise.all([takenBack(), rig.evaluator.tick()]);
    const told = rig.published.findIndex(({ ruleId }) => ruleId === 'hot');
    expect(told).toBeGreaterThan(-1);
    expect(told).toBeLessThan(BINS / 2);
  });

  it('judges nothing of a device that is removed meanwhile', async () => {
    const last = bin(BINS - 1);
    let told = 0;
    rig.changes.onChange(() => {
      told += 1;
      if (told === 1) rig.directory.remove(bin(0));
      if (told === 51) rig.directory.remove(last);
    });
    await Promise.all([takenBack(), rig.feed(rig.sample(last, { fill_level: 97 }))]);
    await rig.pass(3);
    expect(await rig.active()).toEqual([]);
    expect(await rig.db.selectFrom('rule_state').select('device_id').where('device_id', 'in', [last, bin(0)]).execute()).toEqual([]);
  });

  it('judges what comes meanwhile by the rules that are in force, whose turn has come or not', async () => {
    const last = bin(BINS - 1);
    await Promise.all([takenBack(), rig.feed(rig.event('gate', 'forced_open', 'e1'), rig.sample(last, { fill_level: 50 }), rig.sample(last, { fill_level: 97 }, rig.clock.at + 1))]);
    await expectAllEnded();
    const [alert] = rig.published.filter(({ deviceId }) => deviceId === last);
    expect(await rig.timeline(alert?.id ?? '')).toEqual(['raised', 'cleared']);
    expect((await rig.notes(alert?.id ?? '')).at(-1)).toBe('rule no longer applies');
  });

  it('is done for every device when the change of the rule is', async () => {
    await takenBack();
    expect(rig.activeAlerts.size).toBe(0);
  });

  it('keeps nothing critical waiting while a maintenance window begins, and raises nothing there meanwhile', async () => {
    await rig.maintenance.create(ADMIN, { area: 'east', from: rig.clock.at, to: rig.clock.at + 60_000, reason: 'new bins' });
    const last = bin(BINS - 1);
    rig.directory.put('late', 'waste_bin');
    await Promise.all([rig.evaluator.tick(), rig.feed(rig.event('gate', 'forced_open', 'e1'), rig.sample('late', { fill_level: 99 }), rig.sample(last, { fill_level: 98 }))]);
    expect(endedBeforeGate()).toBeLessThan(BINS / 2);
    await expectAllEnded();
    expect(rig.published.filter(({ deviceId }) => deviceId === 'late')).toEqual([]);
  });

  it('goes on after a crash where it was cut off', async () => {
    const isCutOff = new Promise<void>((resolve) => { rig.changes.onChange((change) => { if (change.kind === 'alert' && !change.alert.active) resolve(); }); });
    const change = takenBack().catch(() => undefined);
    await rig.db.deleteFrom('rule').where('id', '=', 'fill').execute(); // as the service does before
    await isCutOff;
    await rig.crash();
    await change;
    expect((await rig.active()).length).toBe(0);
    const ended = await rig.db.selectFrom('alert_timeline').select('alert_id').where('change', '=', 'cleared').execute();
    expect(new Set(ended.map((row) => row.alert_id)).size).toBe(BINS);
    expect(ended).toHaveLength(BINS);
  });
});
