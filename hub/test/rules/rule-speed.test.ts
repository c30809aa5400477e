import type { JournalRecord, Rule } from '@liandong/protocols';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Condition } from '../../src/rules/condition.js';
import { DeviceMemory } from '../../src/rules/device-memory.js';
import { START, common, createRig, type Rig } from './rig.js';

const DEVICES = 200;
const RECORDS = 2_000;
const ROUNDS = 80;
/** The quickest quarter: what others do on the machine only ever adds. */
const quick = (values: number[]): number => {
  const best = [...values].sort((a, b) => a - b).slice(0, values.length >> 2);
  return best.reduce((sum, value) => sum + value, 0) / best.length;
};

const threshold = (id: string, more: Partial<Rule> & { metric?: string; limit?: number }): Rule => {
  const { limit = 90, ...rest } = more;
  return { ...common(id), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit, severity: 'info' }], clearAt: limit - 10, ...rest } as Rule; // a complete threshold rule
};
const ten = Array.from({ length: 10 }, (_, index) => threshold(`fill-${index}`, { metric: index < 3 ? 'fill_level' : 'temperature', limit: 80 + index }));
/** Ten thousand rules on the same metric, none of which concerns one of the devices: scoped to other areas, other devices, other kinds, other metrics. */
const strangers = Array.from({ length: 10_000 }, (_, index): Rule => {
  switch (index % 4) {
    case 0: return threshold(`area-${index}`, { scope: { areas: ['west'] } });
    case 1: return threshold(`device-${index}`, { scope: { devices: [`elsewhere-${index}`] } });
    case 2: return threshold(`kind-${index}`, { kinds: ['gateway'] });
    default: return threshold(`metric-${index}`, { metric: 'battery', scope: { areas: ['west'] }, family: `metric-${index % 100}` });
  }
});

describe('the hot path', () => {
  const rigs: Rig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });

  /** Opens a rig and answers a function that gives the CPU time of one round of records that change nothing, in ns per record. */
  async function prepare(rules: Rule[]): Promise<() => Promise<number>> {
    const rig = await createRig();
    rigs.push(rig);
    await rig.evaluator.start();
    for (const { id } of await rig.rules.list({ name: 'admin', role: 'admin', area: undefined })) await rig.evaluator.changeRule({ id, version: 2, rule: undefined });
    // Together, as a start gives them; one by one would be ten thousand transactions.
    for (let index = 0; index < DEVICES; index += 1) rig.directory.put(`bin-${index}`, 'waste_bin');
    await Promise.all(rules.map((rule) => rig.evaluator.changeRule({ id: rule.id, version: 1, rule })));
    let round = 0;
    return async () => {
      const records: JournalRecord[] = Array.from({ length: RECORDS }, (_, index) =>
        ({ type: 'telemetry', device: `bin-${index % DEVICES}`, at: START, ts: START + round * 100 + index, values: { fill_level: 40, temperature: 20, battery: 90, rssi: -70 } }));
      const from = process.cpuUsage();
      await rig.evaluator.handle({ first: round * RECORDS + 1, last: (round + 1) * RECORDS, records });
      const { user, system } = process.cpuUsage(from);
      round += 1;
      return (user + system) * 1000 / RECORDS;
    };
  }

  it('costs the same with 10,000 rules on other areas, devices, kinds and metrics as with ten', async () => {
    const few = await prepare(ten);
    const many = await prepare([...ten, ...strangers]);
    const [fewNs, manyNs]: [number[], number[]] = [[], []];
    // By turns, so that both meet the same weather on the machine.
    for (let round = 0; round < ROUNDS; round += 1) {
      fewNs.push(await few());
      manyNs.push(await many());
    }
    const ratio = quick(manyNs) / quick(fewNs);
    process.stdout.write(`rules: ${quick(fewNs).toFixed(0)} ns of CPU a record with 10 rules, ${quick(manyNs).toFixed(0)} ns with 10,010, ratio ${ratio.toFixed(2)}\n`);
    for (const rig of rigs) expect(await rig.alerts()).toEqual([]);
    // About 1; a thousand times as many rules looked at would show as hundreds. The slack is for a busy machine.
    expect(ratio).toBeLessThan(1.5);
  });

  it('remembers nothing for rules that do not concern a device', async () => {
    const rig = await createRig([...ten, ...strangers]);
    rigs.push(rig);
    rig.directory.put('bin-1', 'waste_bin');
    await rig.evaluator.start();
    await rig.feed(rig.sample('bin-1', { fill_level: 99, battery: 1 }));
    expect((await rig.active()).map(({ ruleId }) => ruleId).sort()).toEqual(['fill-0', 'fill-1', 'fill-2']);
    await rig.evaluator.stop();
    const remembered = await rig.db.selectFrom('rule_state').select('rule_id').execute();
    expect(remembered.map(({ rule_id }) => rule_id).sort()).toEqual([':sightings', 'fill-0', 'fill-1', 'fill-2']);
  });

  it('looks at a condition that waits, and at who may be silent, only when it is time', async () => {
    const rig = await createRig([
      { ...common('often'), type: 'count', metric: 'fill_level', direction: 'above', limit: 50, count: 3, withinS: 600, severity: 'minor' },
      { ...common('silent'), type: 'silence', intervals: 3, severity: 'minor' },
    ]);
    rigs.push(rig);
    rig.directory.put('bin-1', 'waste_bin');
    await rig.evaluator.start();
    await rig.feed(rig.sample('bin-1', { fill_level: 99 }));
    const ticks = vi.spyOn(Condition.prototype, 'tick');
    const looks = vi.spyOn(DeviceMemory.prototype, 'silentWindows');
    try {
      for (let second = 0; second < 30; second += 1) await rig.pass(1);
      expect(ticks.mock.calls.length).toBeLessThanOrEqual(2);
      expect(looks.mock.calls.length).toBeLessThanOrEqual(8);
      await rig.pass(180);
      expect((await rig.active()).map(({ ruleId }) => ruleId)).toEqual(['silent']);
    } finally {
      ticks.mockRestore();
      looks.mockRestore();
    }
  });
});
