import type { Alert, JournalRecord, Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Gathered } from '../../src/rules/gathered.js';
import type { Transition } from '../../src/rules/transitions.js';
import { START, common, createRig, type Rig } from './rig.js';
import { acceptInserts, describeOnDatabases, refuseInserts } from '../support/databases.js';

const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'critical' }], clearAt: 70 };
const forced: Rule = { ...common('forced', ['access_gate']), type: 'event', event: 'forced_open', count: 1, withinS: 1, clearOn: [], severity: 'critical' };
const denied: Rule = { ...common('denied', ['access_gate']), type: 'event', event: 'denied', count: 3, withinS: 600, clearOn: [], severity: 'minor' };
const BINS = Array.from({ length: 30 }, (_, index) => `bin-${index}`);

let rig: Rig;
beforeEach(async () => {
  rig = await createRig([fill, forced, denied]);
  for (const id of [...BINS, 'burning']) rig.directory.put(id, 'waste_bin');
  rig.directory.put('gate', 'access_gate');
  await rig.evaluator.start();
});
afterEach(() => rig.close());

/** Thirty warnings; among them a bin that gets worse and better, and a gate that is forced twice after it was denied twice. */
const records = (): JournalRecord[] => [
  rig.event('gate', 'denied', 'e1'), ...BINS.slice(0, 15).map((id) => rig.sample(id, { fill_level: 85 }, START)), rig.sample('burning', { fill_level: 85 }, START), rig.event('gate', 'forced_open', 'e2'),
  rig.sample('burning', { fill_level: 97 }, START + 1), rig.event('gate', 'denied', 'e3'), ...BINS.slice(15).map((id) => rig.sample(id, { fill_level: 85 }, START)), rig.event('gate', 'forced_open', 'e4'),
  rig.sample('burning', { fill_level: 75 }, START + 2), rig.sample('burning', { fill_level: 98 }, START + 3),
];
const batch = () => ({ first: 1, last: records().length, records: records() });
const shown = (alerts: readonly Alert[]) => alerts.map(({ ruleId, deviceId, severity, count, active }) => ({ ruleId, deviceId, severity, count, active })).sort((a, b) => `${a.deviceId ?? ''}`.localeCompare(`${b.deviceId ?? ''}`));
/** Stands for a kill between the two transactions of a batch: what concerns the warnings can't be written. */
const breakWarnings = () => refuseInserts(rig.db, 'alert', 'gone', { column: 'severity', value: 'warning' });
const mend = () => acceptInserts(rig.db, 'alert');

describeOnDatabases('critical alerts of a batch with many others', () => {
  it('are on disk and told before the others', async () => {
    await breakWarnings();
    await expect(rig.evaluator.handle(batch())).rejects.toThrow('gone');
    expect(new Set(rig.published.map(({ deviceId }) => deviceId))).toEqual(new Set(['gate', 'burning']));
    expect(shown(await rig.alerts())).toEqual([
      { ruleId: 'fill', deviceId: 'burning', severity: 'critical', count: 2, active: true },
      { ruleId: 'forced', deviceId: 'gate', severity: 'critical', count: 2, active: true },
    ]);
    expect(await rig.evaluator.position()).toBe(0);
  });

  it.each([['the same process', false], ['another one after a crash', true]])('are neither lost nor doubled when the batch comes again to %s', async (_who, crashes) => {
    await breakWarnings();
    await expect(rig.evaluator.handle(batch())).rejects.toThrow('gone');
    await mend();
    const timelines = await Promise.all((await rig.alerts()).map(({ id }) => rig.timeline(id)));
    rig.clock.at += 1; // ids of the rig are made of the time alone
    if (crashes) await rig.crash();
    await rig.evaluator.handle(batch());
    const whole = await createWhole();
    expect(shown(await rig.alerts())).toEqual(whole);
    expect(whole).toHaveLength(32);
    const criticals = (await rig.alerts()).filter(({ severity }) => severity === 'critical');
    expect((await Promise.all(criticals.map(({ id }) => rig.timeline(id)))).sort()).toEqual(timelines.sort());
    expect(await rig.evaluator.position()).toBe(batch().last);
    // What the rules remember of the gate is that of two denials, as if they had come once.
    await rig.feedAt(batch().last + 1, rig.event('gate', 'denied', 'e5'));
    expect((await rig.active()).filter(({ ruleId }) => ruleId === 'denied')).toHaveLength(1);
  });

  it('stay dealt with when something else of their devices is written before the batch comes again', async () => {
    await breakWarnings();
    await expect(rig.evaluator.handle(batch())).rejects.toThrow('gone');
    await mend();
    await rig.evaluator.tick();
    rig.clock.at -= 20_000; // a step back, after which every device is written, and its samples would count as fresh
    await rig.evaluator.tick();
    const criticals = async () => (await rig.alerts()).filter(({ severity }) => severity === 'critical');
    const before = await Promise.all((await criticals()).map(({ id }) => rig.timeline(id)));
    await rig.crash();
    await rig.evaluator.handle(batch());
    expect((await criticals()).map(({ count }) => count)).toEqual([2, 2]);
    expect(await Promise.all((await criticals()).map(({ id }) => rig.timeline(id)))).toEqual(before);
  });

  it('are taken out of as many as a hub can have, as when a rule is deleted in a storm', () => {
    const gathered = new Gathered();
    gathered.transitions = Array.from({ length: 300_000 }, (_, index) => {
      const alert = { id: `a${index}`, deviceId: `d${index}`, severity: index === 7 ? 'critical' : 'warning' } as Alert; // all that is looked at
      return { alert, active: { alert } as Transition['active'], entries: [] };
    });
    expect(gathered.takeUrgent(() => undefined)?.transitions.map(({ alert: { id } }) => id)).toEqual(['a7']);
    expect(gathered.transitions).toHaveLength(299_999);
  });

  it('take what comes after the batch, though the batch before it was written in two', async () => {
    await rig.evaluator.handle(batch());
    await rig.crash();
    await rig.feedAt(batch().last + 1, rig.event('gate', 'forced_open', 'e6'));
    expect((await rig.active()).find(({ ruleId }) => ruleId === 'forced')).toMatchObject({ count: 3 });
  });

  /** The same batch, written as one: the warnings come alone, then the rest. */
  async function createWhole() {
    const other = await createRig([fill, forced, denied]);
    try {
      for (const id of [...BINS, 'burning']) other.directory.put(id, 'waste_bin');
      other.directory.put('gate', 'access_gate');
      await other.evaluator.start();
      for (const record of records()) await other.feed(record);
      return shown(await other.alerts());
    } finally {
      await other.close();
    }
  }
});
