import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, EpochMs, JournalRecord, Rule, Seq } from '@liandong/protocols';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import type { JournalBatch } from '../../src/journal/types.js';
import { Lookahead } from '../../src/rules/lookahead.js';
import { RuleIndex } from '../../src/rules/rule-index.js';
import { compileRule } from '../../src/rules/compile.js';
import { DeviceMemory } from '../../src/rules/device-memory.js';
import { Effects } from '../../src/rules/effects.js';
import { ADMIN, START, common, createRig, type Rig } from './rig.js';
import { acceptInserts, describeOnDatabases, refuseInserts } from '../support/databases.js';

const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'critical' }], clearAt: 70 };
const heating: Rule = { ...common('heating'), type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600, severity: 'critical' };
const tipped: Rule = {
  ...common('tipped'), type: 'combined', severity: 'critical',
  when: { op: 'all', of: [{ type: 'compare', metric: 'fill_level', direction: 'above', limit: 50 }, { type: 'state', metric: 'tilted', equals: true }] },
};
const forced: Rule = { ...common('forced', ['access_gate']), type: 'event', event: 'forced_open', count: 1, withinS: 1, clearOn: ['door_closed'], severity: 'critical' };
const denied: Rule = { ...common('denied', ['access_gate']), type: 'event', event: 'denied', count: 3, withinS: 600, clearOn: [], severity: 'minor' };
const RULES = [fill, heating, tipped, forced, denied];
/** What one turn of the evaluator writes. */
const TURN = 100;
/** Devices that go first in one turn. */
const AHEAD = 50;

const bins = (count: number): string[] => Array.from({ length: count }, (_, index) => `bin-${index}`);
const batchesOf = (records: readonly JournalRecord[], size: number, first: Seq = 1): JournalBatch[] =>
  Array.from({ length: Math.ceil(records.length / size) }, (_, index) => {
    const part = records.slice(index * size, (index + 1) * size);
    return { first: first + index * size, last: first + index * size + part.length - 1, records: part };
  });

async function rigOf(devices: readonly string[]): Promise<Rig> {
  const rig = await createRig(RULES);
  for (const id of devices) rig.directory.put(id, id.startsWith('gate') ? 'access_gate' : 'waste_bin');
  await rig.evaluator.start();
  return rig;
}

/** Hands over what comes after the position, as the journal does: with what follows, of which so many batches are in memory. */
async function readOn(rig: Rig, batches: readonly JournalBatch[], inMemory = batches.length): Promise<void> {
  const position = await rig.evaluator.position() ?? 0;
  for (const batch of batches) if (batch.last > position) await rig.evaluator.handle(batch, (after) => batches.filter(({ last }) => last > after).slice(0, inMemory));
}

let rig: Rig;
afterEach(async () => rig.close());

describeOnDatabases('a critical alert behind a backlog of others', () => {
  const BINS = bins(2_000);
  const journals: Journal[] = [];
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liandong-overtaking-'));
    rig = await rigOf([...BINS, 'gate']);
  });
  afterEach(async () => {
    for (const journal of journals.splice(0)) await journal.stop();
    await rm(folder, { recursive: true });
  });

  const warnings = (): JournalRecord[] => BINS.map((id) => rig.sample(id, { fill_level: 85 }));

  it('is committed and told within the first turn, and every warning once', async () => {
    const journal = new Journal({ path: join(folder, 'journal'), handlers: [rig.evaluator], maxBytes: 1 << 30, maxAgeMs: 86_400_000, clock: rig.clock, logger: pino({ level: 'silent' }) });
    journals.push(journal);
    await journal.open();
    const records = [...warnings(), rig.event('gate', 'denied', 'e1'), rig.event('gate', 'forced_open', 'e2')];
    await Promise.all(records.map((record) => new Promise<void>((done) => { journal.append({ records: [record], bytes: 100 }, done); })));
    await journal.start();
    await expect.poll(() => journal.readers()[0]?.position, { timeout: 60_000 }).toBe(records.length);
    expect(rig.published.findIndex(({ severity }) => severity === 'critical')).toBeLessThan(TURN);
    const rows = await rig.db.selectFrom('alert').select(['device_id', 'count']).execute();
    expect([rows.length, new Set(rows.map(({ device_id }) => device_id)).size, rows.every(({ count }) => count === 1)]).toEqual([BINS.length + 1, BINS.length + 1, true]);
    expect(rig.published.length).toBe(BINS.length + 1);
  }, 90_000);

  it('waits for no warning that is not written, and is neither lost nor counted again when the rest comes after a crash', async () => {
    // More events than a device remembers: only the mark tells that the first ones have been counted.
    const gate = [rig.event('gate', 'forced_open', 'e0'), ...Array.from({ length: 70 }, (_, index) => rig.event('gate', 'denied', `d${index}`)), rig.event('gate', 'forced_open', 'e1')];
    const batches = batchesOf([...warnings().slice(0, 500), ...gate], 200);
    await refuseInserts(rig.db, 'alert', 'gone', { column: 'severity', value: 'warning' });
    await expect(readOn(rig, batches)).rejects.toThrow('gone');
    const before = await rig.alerts();
    expect(before.map(({ ruleId, count }) => [ruleId, count]).sort()).toEqual([['denied', 68], ['forced', 2]]);
    expect(new Set(rig.published.map(({ deviceId }) => deviceId))).toEqual(new Set(['gate']));
    await acceptInserts(rig.db, 'alert');
    rig.clock.at += 1; // ids of the rig are made of the time alone
    await rig.crash();
    await readOn(rig, batches);
    expect((await rig.alerts()).filter(({ deviceId }) => deviceId === 'gate').map(({ id, count }) => [id, count]).sort()).toEqual(before.map(({ id, count }) => [id, count]).sort());
    expect((await rig.alerts())).toHaveLength(502);
    // What comes after its mark counts.
    await readOn(rig, [{ first: 573, last: 573, records: [rig.event('gate', 'forced_open', 'e2')] }]);
    expect((await rig.active()).find(({ ruleId }) => ruleId === 'forced')?.count).toBe(3);
  }, 30_000);

  it('is counted once where a batch and what follows it in memory hold the same records', async () => {
    // As the journal hands them over: a batch is cut at a number of records, those in memory are as they were written.
    const records = [...warnings().slice(0, 100), ...Array.from({ length: 80 }, (_, index) => rig.event('gate', 'forced_open', `e${index}`)), ...warnings().slice(100, 200)];
    const [whole, written] = [batchesOf(records, records.length)[0]!, batchesOf(records, 190)]; // not empty
    await rig.evaluator.handle({ first: 1, last: 185, records: whole.records.slice(0, 185) }, () => written);
    expect((await rig.alerts()).filter(({ deviceId }) => deviceId === 'gate').map(({ count }) => count)).toEqual([80]);
  });

  it('is found behind more than is looked at in one go, while sockets and timers have their turns', async () => {
    const calm = Array.from({ length: 12_000 }, (_, index) => rig.sample(`bin-${1_000 + index % 1_000}`, { fill_level: 60 }, START + index));
    const batches = batchesOf([...warnings().slice(0, 300), ...calm, rig.event('gate', 'forced_open', 'e1')], 1_000);
    let turns = 0;
    const others = setInterval(() => { turns += rig.published.length === 0 ? 1 : 0; }, 0);
    await rig.evaluator.handle(batches[0]!, () => batches.slice(1)); // not empty
    clearInterval(others);
    expect(rig.published[0]?.deviceId).toBe('gate');
    expect(turns).toBeGreaterThan(0);
  }, 30_000);

  it('is found by a rule that was coming into force while its record was looked at', async () => {
    const batches = batchesOf([...warnings().slice(0, 300), rig.event('gate', 'denied', 'e1')], 200);
    const changing = rig.evaluator.changeRule({ id: 'denied-at-once', version: 1, rule: { ...denied, id: 'denied-at-once', count: 1, severity: 'critical' } });
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve(); // some devices have it now, and the gate hasn't
    await rig.evaluator.handle(batches[0]!, () => batches.slice(1)); // not empty
    await changing;
    expect(rig.published.some(({ severity }) => severity === 'critical')).toBe(true);
  });

  it('leaves a mark on whatever is written of its device, critical or not, and writes nothing where nothing came of it', async () => {
    // Forced before it was shut, so that only the denial counts; and a full bin that was emptied since.
    await rig.feed(rig.event('gate', 'door_closed', 'e0', START + 10), rig.sample('bin-1999', { fill_level: 50 }, START + 10));
    const gate = [rig.sample('bin-1999', { fill_level: 97 }, START), rig.event('gate', 'denied', 'e1', START + 20), rig.event('gate', 'forced_open', 'e2', START)];
    const batches = batchesOf([...warnings().slice(0, 300), ...gate], 100, 3);
    await refuseInserts(rig.db, 'alert', 'gone', { column: 'severity', value: 'warning' });
    await expect(readOn(rig, batches)).rejects.toThrow('gone');
    const rows = await rig.db.selectFrom('rule_state').select(['device_id', 'state']).where('rule_id', '=', ':sightings').execute();
    const marks = rows.map(({ device_id, state }) => [device_id, (JSON.parse(state) as { upTo?: { seq: Seq } }).upTo?.seq]);
    expect(marks).toEqual([['gate', 305]]);
    expect(await rig.evaluator.position()).toBe(2);
    expect(rig.evaluator.reach()).toBe(0); // memory was given up with the failed write
    await rig.evaluator.tick();
    expect(rig.evaluator.reach()).toBe(305);
    await acceptInserts(rig.db, 'alert');
  });

  it('lets a person who acknowledges have a turn between', async () => {
    // With a tilted bin some of them might be critical, so these go first; the turn that is waited for is the first in order.
    const inOrder = new Promise<Alert>((resolve) => { rig.changes.onChange((change) => { if (change.kind === 'alert' && rig.published.length > AHEAD) resolve(change.alert); }); });
    const reading = readOn(rig, batchesOf(warnings().slice(0, 1_000), 1_000));
    const { id } = await inOrder;
    const told = rig.published.length;
    expect(told).toBeLessThanOrEqual(AHEAD + TURN);
    await rig.service.ack(ADMIN, id);
    expect(rig.published.length).toBeLessThanOrEqual(told + 2 * TURN + 1);
    expect(rig.published.filter(({ acked }) => acked)).toHaveLength(1);
    await reading;
    expect(await rig.evaluator.position()).toBe(1_000);
    expect((await rig.active()).filter(({ acked }) => acked).map((alert) => alert.id)).toEqual([id]);
  }, 30_000);

  it('is not raised for a device that is removed before, and costs telemetry that raises nothing no transaction', async () => {
    const calm = batchesOf(Array.from({ length: 3_000 }, (_, index) => rig.sample(`bin-${index % 500}`, { fill_level: 60, temperature: 20 + index % 5, tilted: false }, START + index)), 1_000);
    await rig.evaluator.handle(calm[0]!); // what is remembered of each for the first time is written
    const transactions = vi.spyOn(rig.db, 'transaction');
    await readOn(rig, calm);
    expect(transactions).not.toHaveBeenCalled();
    transactions.mockRestore();
    rig.clock.at += 10_000; // newer than all of that
    const storm = batchesOf([...warnings().slice(0, 300), rig.event('gate', 'forced_open', 'e1')], 150, 3_001);
    rig.directory.remove('gate');
    await readOn(rig, storm);
    expect((await rig.alerts()).some(({ severity }) => severity === 'critical')).toBe(false);
    expect(await rig.alerts()).toHaveLength(300);
  });
});

describe('records dealt with before their turn', () => {
  const SPECIAL = ['gate-a', 'gate-b', 'bin-a', 'bin-b', 'bin-c'];
  const FILLERS = bins(250);
  const told = fc.record({
    device: fc.nat(SPECIAL.length - 1), gapMs: fc.nat(180), isLate: fc.boolean(), event: fc.constantFrom('forced_open', 'door_closed', 'denied'),
    values: fc.record({ fill_level: fc.constantFrom(40, 60, 85, 97), temperature: fc.constantFrom(20, 25, 31, 45), tilted: fc.boolean() }, { requiredKeys: [] }), fillers: fc.nat(6),
  });
  type Told = typeof told extends fc.Arbitrary<infer Value> ? Value : never;
  /** What a device said, and as many others as usual after it. */
  function recordsOf({ device, isLate, event, values, fillers }: Told, { index, at, firstFiller }: { index: number; at: EpochMs; firstFiller: number }): JournalRecord[] {
    const id = SPECIAL[device]!; // below its length
    const ts = isLate ? at - 100 : at;
    const special: JournalRecord = id.startsWith('gate') ? { type: 'event', device: id, id: `e${index}`, ts, at, event, data: {} } : { type: 'telemetry', device: id, ts, at, values };
    return [special, ...Array.from({ length: fillers }, (_, filler): JournalRecord => ({ type: 'telemetry', device: FILLERS[(firstFiller + filler) % FILLERS.length]!, ts: at, at, values: { fill_level: 85 } }))]; // index < length
  }
  /** When an alert was last seen, and which repetitions are noted, is written now and then. */
  async function shownOf(of: Rig): Promise<string[]> {
    const entries = await of.db.selectFrom('alert_timeline').select(['alert_id', 'change', 'at']).where('change', '!=', 'repeated').orderBy('id').execute();
    const timelines = new Map<string, string[]>();
    for (const { alert_id, change, at } of entries) timelines.set(alert_id, [...timelines.get(alert_id) ?? [], `${change} ${at}`]);
    return (await of.db.selectFrom('alert').selectAll().execute()).map(({ id, rule_id, device_id, severity, count, active, raised_at, cleared_at, value }) =>
      JSON.stringify([rule_id, device_id, severity, count, active, raised_at, cleared_at, value, timelines.get(id)])).sort();
  }

  /** The first always comes out alike, and has some that overtake before a crash. */
  it.each([{ seed: 4 }, {}])('give the same alerts as in order, in whatever batches they come, and with a crash between: %o', async (given: { seed?: number }) => {
    rig = await rigOf([]);
    let overtook = 0;
    await fc.assert(fc.asyncProperty(fc.array(told, { minLength: 60, maxLength: 110 }), fc.integer({ min: 30, max: 200 }), fc.nat(6), fc.boolean(), async (all, size, inMemory, crashes) => {
      const [inOrder, other] = [await rigOf([...SPECIAL, ...FILLERS]), await rigOf([...SPECIAL, ...FILLERS])];
      try {
        let at = START;
        let filler = 0;
        const records = all.flatMap((one, index) => {
          at += one.gapMs;
          filler += one.fillers;
          return recordsOf(one, { index, at, firstFiller: filler - one.fillers });
        });
        for (const one of [inOrder, other]) one.clock.at = START + 60_000;
        await readOn(inOrder, batchesOf(records, 50), 0);
        const batches = batchesOf(records, size);
        if (crashes) {
          await refuseInserts(other.db, 'alert', 'gone', { column: 'device_id', value: FILLERS[0]! }); // there is one
          await readOn(other, batches, inMemory).catch(() => undefined);
          if (other.published.some(({ severity }) => severity === 'critical')) overtook += 1;
          await acceptInserts(other.db, 'alert');
          other.clock.at += 1; // ids of the rig are made of the time alone
          await other.crash();
        }
        await readOn(other, batches, inMemory);
        expect(await shownOf(other)).toEqual(await shownOf(inOrder));
      } finally {
        await inOrder.close();
        await other.close();
      }
    }), { numRuns: 3, endOnFailure: true, ...given });
    if (given.seed !== undefined) expect(overtook).toBeGreaterThan(0);
  }, 120_000);

  it('give the same alerts as in order where what is urgent goes by itself while the others are held, and with crashes after it', async () => {
    rig = await rigOf([]);
    let wentFirst = 0;
    const step = fc.tuple(told, fc.constantFrom('held', 'held', 'urgent', 'read', 'crash'));
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 110 }), async (all) => {
      const [inOrder, other] = [await rigOf([...SPECIAL, ...FILLERS]), await rigOf([...SPECIAL, ...FILLERS])];
      try {
        for (const one of [inOrder, other]) one.clock.at = START + 60_000;
        const batches: JournalBatch[] = [];
        let [position, last, at] = [0, 0, START];
        const newer = (after: Seq): JournalBatch[] => batches.filter((batch) => batch.last > after);
        const read = async (): Promise<void> => {
          for (const batch of newer(position)) await other.evaluator.handle(batch, newer);
          position = last;
        };
        for (const [index, [one, then]] of all.entries()) {
          at += one.gapMs;
          const records = recordsOf(one, { index, at, firstFiller: last });
          batches.push({ first: last + 1, last: last + records.length, records });
          last += records.length;
          if (then === 'read') await read();
          if (then === 'crash') { // what may be written late is on disk: a crash loses that, in order too
            await other.evaluator.stop();
            await other.evaluator.start();
          }
          if ((then === 'urgent' || then === 'crash') && position < last && await other.evaluator.handleUrgent(newer(position))) wentFirst += 1;
          if (then !== 'crash') continue;
          other.clock.at += 1; // ids of the rig are made of the time alone
          await other.crash();
          expect(await other.evaluator.position() ?? 0).toBe(position);
        }
        await read();
        for (const batch of batches) await inOrder.evaluator.handle(batch);
        expect(await shownOf(other)).toEqual(await shownOf(inOrder));
      } finally {
        await inOrder.close();
        await other.close();
      }
    }), { numRuns: 3, endOnFailure: true });
    expect(wentFirst).toBeGreaterThan(0);
  }, 120_000);

  it('are found by one look at each record, at so many in one go that nobody waits long for the thread', async () => {
    rig = await createRig();
    for (const id of bins(5_000)) rig.directory.put(id, 'waste_bin');
    const rules = new RuleIndex(RULES.map((rule) => compileRule(rule)), rig.areas);
    const effects = new Effects({ activeAlerts: rig.activeAlerts } as ConstructorParameters<typeof Effects>[0]); // nothing is raised
    const devices = new Map([...rig.directory.values()].map((entry) => [entry.device.id, new DeviceMemory(entry, rules.rulesFor(entry), effects, START)]));
    const device = vi.fn((id: string) => devices.get(id));
    const records = Array.from({ length: 50_000 }, (_, index) => rig.sample(`bin-${index % 5_000}`, { fill_level: index === 40_000 ? 99 : 60, temperature: 20 }));
    const batches = batchesOf(records, 500);
    const lookahead = new Lookahead({ device, rulesVersion: 1 });
    const lookOn = (at: readonly JournalBatch[], handled: Seq): number[] => {
      const looks: number[] = [];
      for (let isThrough = false; !isThrough;) {
        const before = device.mock.calls.length;
        isThrough = lookahead.look(at, { reader: 'rules', handled, now: START });
        looks.push(device.mock.calls.length - before);
      }
      return looks;
    };
    expect(lookOn(batches, 1_000)).toEqual([...Array.from({ length: 9 }, () => 5_000), 4_000]);
    expect(lookahead.hasLikely).toBe(true);
    expect(lookOn([...batches.slice(98), { first: 49_900, last: 50_001, records: [...records.slice(49_899), rig.sample('bin-1', { fill_level: 99 })] }], 2_000)).toEqual([1]);
    expect([...lookahead.first(50).keys()]).toEqual(['bin-0', 'bin-1']);
  });
});

describe('what waits after a turn that changed alerts', () => {
  const batch = (first: Seq, ...records: JournalRecord[]): JournalBatch => ({ first, last: first + records.length - 1, records });
  let now = 1_000;
  beforeEach(async () => {
    rig = await rigOf([...bins(3), 'gate']);
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => { vi.restoreAllMocks(); });

  it('gathers company for a fortieth of a second', async () => {
    expect(rig.evaluator.holdMs([batch(1, rig.sample('bin-0', { fill_level: 85 }))])).toBe(0);
    await rig.evaluator.handle(batch(1, rig.sample('bin-0', { fill_level: 85 })));
    const warning = batch(2, rig.sample('bin-1', { fill_level: 85 }));
    now += 20;
    expect(rig.evaluator.holdMs([warning])).toBe(5);
    expect(await rig.evaluator.handleUrgent([warning])).toBe(false);
    now += 5;
    expect(rig.evaluator.holdMs([warning])).toBe(0);
  });

  it('lets what may become critical by, alone and once', async () => {
    await rig.evaluator.handle(batch(1, rig.sample('bin-0', { fill_level: 85 })));
    const waiting = batch(2, rig.sample('bin-1', { fill_level: 85 }), rig.event('gate', 'forced_open', 'e1'), rig.sample('bin-2', { fill_level: 85 }));
    now += 10;
    expect(await rig.evaluator.handleUrgent([waiting])).toBe(true);
    expect(rig.published.map(({ deviceId }) => deviceId)).toEqual(['bin-0', 'gate']);
    // The others have waited no longer for it.
    expect(rig.evaluator.holdMs([waiting])).toBe(15);
    expect(await rig.evaluator.handleUrgent([waiting])).toBe(false);
    now += 15;
    await rig.evaluator.handle(waiting);
    expect(rig.published.map(({ deviceId, count }) => [deviceId, count])).toEqual([['bin-0', 1], ['gate', 1], ['bin-1', 1], ['bin-2', 1]]);
  });

  it('does not wait for the turns of a tick', async () => {
    await rig.close();
    rig = await createRig([{ ...fill, onDelayS: 30 }]);
    const ids = bins(300);
    for (const id of ids) rig.directory.put(id, 'waste_bin');
    await rig.evaluator.start();
    await rig.feed(...ids.map((id) => rig.sample(id, { fill_level: 85 })));
    rig.clock.at += 31_000;
    const holds = new Map<number, number>();
    rig.changes.onChange(() => { holds.set(rig.published.length, rig.evaluator.holdMs([batch(301, rig.sample('bin-0', { fill_level: 10 }))])); });
    await rig.evaluator.tick();
    expect(rig.published).toHaveLength(ids.length);
    expect([...new Set(holds.values())]).toEqual([0]);
  });

  it('does not wait when it is more than one turn deals with, nor after a turn that changed no alert', async () => {
    await rig.evaluator.handle(batch(1, rig.sample('bin-0', { fill_level: 85 })));
    const many = Array.from({ length: TURN + 1 }, (_, index) => rig.sample('bin-1', { fill_level: 20 + index / 10 }));
    expect(rig.evaluator.holdMs([batch(2, ...many)])).toBe(0);
    expect(rig.evaluator.holdMs([batch(2, ...many.slice(0, TURN))])).toBe(25);
    now += 25;
    await rig.evaluator.handle(batch(2, ...many.slice(0, 1)));
    expect(rig.evaluator.holdMs([batch(3, ...many.slice(1, 2))])).toBe(0);
  });
});
