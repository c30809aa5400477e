import type { JournalRecord, Rule } from '@liandong/protocols';
import { afterEach, describe, expect, it } from 'vitest';
import { START, common, createRig, type Rig } from './rig.js';

const DEVICES = 200;
const RECORDS = 2_000;
const ROUNDS = 60;
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Ten thousand rules that no sample of a bin concerns. */
const strangers = Array.from({ length: 10_000 }, (_, index): Rule => index % 2 === 0
  ? { ...common(`metric-${index}`), type: 'threshold', metric: 'co2', direction: 'above', bands: [{ limit: index, severity: 'info' }], clearAt: index - 1 }
  : { ...common(`kind-${index}`, ['gateway']), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 50, severity: 'info' }], clearAt: 40 });
const ten = Array.from({ length: 10 }, (_, index): Rule =>
  ({ ...common(`fill-${index}`), type: 'threshold', metric: index < 3 ? 'fill_level' : 'temperature', direction: 'above', bands: [{ limit: 90 + index, severity: 'info' }], clearAt: 80 }));

describe('the hot path', () => {
  const rigs: Rig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });

  /** Opens a rig and answers a function that times one round of records that change nothing, in ns per record. */
  async function prepare(rules: Rule[]): Promise<() => Promise<number>> {
    const rig = await createRig(rules);
    rigs.push(rig);
    for (let index = 0; index < DEVICES; index += 1) rig.directory.put(`bin-${index}`, 'waste_bin');
    await rig.evaluator.start();
    let round = 0;
    return async () => {
      const records: JournalRecord[] = Array.from({ length: RECORDS }, (_, index) =>
        ({ type: 'telemetry', device: `bin-${index % DEVICES}`, at: START, ts: START + round * 100 + index, values: { fill_level: 40, temperature: 20, battery: 90, rssi: -70 } }));
      const from = process.hrtime.bigint();
      await rig.evaluator.handle({ first: round * RECORDS + 1, last: (round + 1) * RECORDS, records });
      round += 1;
      return Number(process.hrtime.bigint() - from) / RECORDS;
    };
  }

  it('costs the same with 10,000 rules on other metrics and kinds as with ten', async () => {
    const few = await prepare(ten);
    const many = await prepare([...ten, ...strangers]);
    const [fewNs, manyNs]: [number[], number[]] = [[], []];
    // By turns, so that both meet the same weather on the machine.
    for (let round = 0; round < ROUNDS; round += 1) {
      fewNs.push(await few());
      manyNs.push(await many());
    }
    process.stdout.write(`rules: ${median(fewNs).toFixed(0)} ns a record with 10 rules, ${median(manyNs).toFixed(0)} ns with 10,010\n`);
    for (const rig of rigs) expect(await rig.alerts()).toEqual([]);
    // Linear cost would be a thousand times as much; the slack is for a busy machine.
    expect(median(manyNs)).toBeLessThan(median(fewNs) * 3 + 500);
  });
});
