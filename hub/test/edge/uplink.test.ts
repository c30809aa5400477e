import type { DeviceId, JournalRecord, Latest, UplinkRecord } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeState } from '../../src/edge/edge-state.js';
import { Uplink, type UplinkLink } from '../../src/edge/uplink.js';
import type { BacklogOrder } from '../../src/edge/lanes.js';
import { decodeUplink } from '../../src/edges/uplink-codec.js';

/** A link whose far end is this test: it confirms when told, or at once. */
class TestLink implements UplinkLink {
  isUp = false;
  readonly batches: UplinkRecord[][] = [];
  /** Confirms nothing any more. */
  isDeaf = false;
  /** Told of each batch when it has come: of how many there are. */
  onBatch: (count: number) => void = () => undefined;
  readonly #listeners = new Set<() => void>();
  #lost: (() => void)[] = [];

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  async publish(_topic: string, payload: Buffer): Promise<void> {
    if (!this.isUp) throw new Error('not connected');
    this.batches.push(decodeUplink(payload) as UplinkRecord[]); // what the uplink encoded
    this.onBatch(this.batches.length);
    if (this.isDeaf) await new Promise<void>((_resolve, reject) => { this.#lost.push(() => reject(new Error('lost'))); });
  }
  set(isUp: boolean): void {
    this.isUp = isUp;
    for (const lost of this.#lost.splice(0)) lost();
    for (const listener of this.#listeners) listener();
  }
}

const reading = (n: number): JournalRecord => ({ type: 'telemetry', device: 'bin-1', ts: n, at: n, values: { fill_level: 1 }, fingerprint: n });
const alertRecord = (seq: number): UplinkRecord & { type: 'alert' } => ({ type: 'alert', device: 'gate-1', at: seq, alert: { seq } as never, entries: [] }); // its seq is all the uplink looks at

let link: TestLink;
let records: JournalRecord[];
let alerts: (UplinkRecord & { type: 'alert' })[];
let saved: Map<string, unknown>;
let uplinks: Uplink[];

beforeEach(() => {
  link = new TestLink();
  [records, alerts, saved, uplinks] = [[], [], new Map<string, unknown>(), []];
});
afterEach(async () => {
  link.isUp = false;
  for (const uplink of uplinks) await uplink.stop();
});

async function start({ order = 'in-order', latest = [], backlogPerS = 1_000_000 }: { order?: BacklogOrder; backlogPerS?: number; latest?: (readonly [DeviceId, Latest['values']])[] } = {}): Promise<Uplink> {
  const state: EdgeState = { load: async (key) => saved.get(key), save: async (key, value) => { saved.set(key, JSON.parse(JSON.stringify(value))); } };
  const uplink = new Uplink({
    link, state, order, backlogPerS, topic: () => 'topic', stopwatch: () => performance.now(), latest: () => latest,
    journal: {
      get last() { return records.length; },
      read: async (from, most) => from > records.length ? undefined : { first: from, last: Math.min(records.length, from + most - 1), records: records.slice(from - 1, from - 1 + most) },
    },
    alertsAfter: async (seq) => alerts.filter(({ alert }) => alert.seq > seq).slice(0, 2),
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined },
  });
  uplinks.push(uplink);
  await uplink.load();
  await uplink.start();
  return uplink;
}

const sent = (): UplinkRecord[] => link.batches.flat();
const times = (): number[] => sent().flatMap((record) => record.type === 'telemetry' ? record.ts : []);
const grow = (to: number): void => { for (let n = records.length + 1; n <= to; n += 1) records.push(reading(n)); };

describe('an uplink', () => {
  it('sends alerts first, then how things stand, then the backlog, and says nothing of its own fingerprints', async () => {
    grow(1000);
    alerts = [alertRecord(3), alertRecord(5), alertRecord(9)];
    const uplink = await start({ latest: [['bin-1', { fill_level: { ts: 1000, value: 1, unit: '%' } }]] });
    link.set(true);
    await expect.poll(() => uplink.position).toBe(1000);
    expect(sent().slice(0, 4)).toMatchObject([{ type: 'alert', alert: { seq: 3 } }, { alert: { seq: 5 } }, { alert: { seq: 9 } }, { type: 'telemetry', ts: 1000 }]);
    expect(times().slice(1)).toEqual(records.map((_, index) => index + 1));
    expect(JSON.stringify(sent())).not.toContain('fingerprint');
  });

  it('sends the newest of a backlog first where that is wanted', async () => {
    grow(1000);
    const uplink = await start({ order: 'newest-first' });
    link.set(true);
    await expect.poll(() => uplink.position).toBe(1000);
    expect(times()[0]).toBeGreaterThan(times().at(-1) ?? Infinity);
    expect([...times()].sort((a, b) => a - b)).toEqual(records.map((_, index) => index + 1));
  });

  it('lets what comes in, and alerts, pass a backlog that is on its way', async () => {
    grow(20_000);
    const uplink = await start();
    link.onBatch = (count) => {
      if (count !== 3) return;
      grow(20_001);
      alerts.push(alertRecord(1));
      uplink.wake();
      uplink.wakeAlerts();
    };
    link.set(true);
    await expect.poll(() => uplink.position).toBe(20_001);
    expect(times().indexOf(20_001)).toBeLessThan(times().indexOf(20_000));
    expect(sent().findIndex(({ type }) => type === 'alert')).toBeLessThan(sent().findIndex((record) => record.type === 'telemetry' && record.ts === 20_000));
  });

  it('stops, and begins anew on the next connection, without waiting for the pause of a slow backlog', async () => {
    grow(1_000);
    const uplink = await start({ backlogPerS: 1 });
    link.set(true);
    await expect.poll(() => link.batches).toHaveLength(1);
    link.set(false);
    link.set(true);
    await expect.poll(() => link.batches).toHaveLength(2);
    await uplink.stop(); // in the pause between two batches, which is of minutes, the test would be over
  });

  it('holds nothing for done that was not confirmed, and sends it again', async () => {
    grow(100);
    alerts = [alertRecord(1)];
    const uplink = await start();
    link.isDeaf = true;
    link.set(true);
    await expect.poll(() => link.batches).toHaveLength(1);
    expect(uplink.position).toBe(0);
    link.set(false);
    link.isDeaf = false;
    link.batches.length = 0;
    link.set(true);
    await expect.poll(() => uplink.position).toBe(100);
    expect(sent().filter(({ type }) => type === 'alert')).toHaveLength(1);
    expect(times()).toEqual(records.map((_, index) => index + 1));
  });

  it('goes on after a restart where it was', async () => {
    grow(500);
    const before = await start();
    link.set(true);
    await expect.poll(() => before.position).toBe(500);
    link.set(false);
    await before.stop();
    link.batches.length = 0;
    grow(510);
    const after = await start();
    expect(after.backlog).toBe(10);
    link.set(true);
    await expect.poll(() => after.position).toBe(510);
    expect(times()).toEqual([501, 502, 503, 504, 505, 506, 507, 508, 509, 510]);
  });
});
