import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceEvent, JournalRecord } from '@liandong/protocols';
import type { ScanRange, StoredPoint, TelemetryStore, WindowSummary } from '../../src/telemetry/types.js';
import { createBatcher, DAY_MS, event, reading, T0 } from './batches.js';

/** A store under test; every test uses devices of its own, so they share it. */
export interface StoreHarness {
  readonly store: TelemetryStore;
  /** Ends what the store talks to without warning, so that writes must fail. */
  takeDown(): Promise<void>;
  bringBack(): Promise<void>;
  /** A second store on the same data, after the first was stopped. */
  reopen(): Promise<TelemetryStore>;
  stop(): Promise<void>;
}

const ALWAYS = { from: 0, to: T0 + 1000 * DAY_MS };

/** What every telemetry store must do. */
export function describeTelemetryStore(name: string, createHarness: () => Promise<StoreHarness>): void {
  // Generous, for a machine that is busy with other suites: threads and servers are started in here.
  describe(`telemetry store on ${name}`, { timeout: 60_000 }, () => {
    let harness: StoreHarness;
    let store: TelemetryStore;
    const batch = createBatcher();
    const write = (...records: JournalRecord[]) => store.write(batch(records));

    beforeAll(async () => {
      harness = await createHarness();
      store = harness.store;
    });
    afterAll(() => harness.stop());

    const all = async (device: string, metric: 'temperature' | 'humidity' | 'tilted' | 'co2' = 'temperature') =>
      (await store.raw({ device, metric, ...ALWAYS }, { limit: 10_000 })).data;
    const allEvents = async (device: string) => (await store.events({ device, ...ALWAYS }, { limit: 1000 })).data;

    it('gives back every value of a reading, oldest first, and leaves other kinds of record alone', async () => {
      await write(
        reading('plain', T0 + 1000, { temperature: 21.5, humidity: 40 }),
        { type: 'status', device: 'plain', at: T0, online: true },
        { type: 'reply', device: 'plain', at: T0, id: 'r1', ok: true },
        reading('plain', T0, { temperature: -3.25 }),
      );
      expect(await all('plain')).toEqual([[T0, -3.25], [T0 + 1000, 21.5]]);
      expect(await all('plain', 'humidity')).toEqual([[T0 + 1000, 40]]);
      expect(await all('plain', 'co2')).toEqual([]);
      expect(await all('nobody')).toEqual([]);
    });

    it('includes the start of a range and excludes its end', async () => {
      await write(...[0, 1, 2, 3].map((i) => reading('edges', T0 + i, { temperature: i })));
      const range = { device: 'edges', metric: 'temperature', from: T0 + 1, to: T0 + 3 } as const;
      expect((await store.raw(range, { limit: 10 })).data).toEqual([[T0 + 1, 1], [T0 + 2, 2]]);
      expect(await store.history(range, 10)).toEqual([[T0 + 1, 1], [T0 + 2, 2]]);
      expect(await store.history({ ...range, to: range.from }, 10)).toEqual([]);
      expect(await store.history({ ...range, from: T0 + 4, to: 8.64e15 }, 10)).toEqual([]);
    });

    it('keeps one row per device, metric and time: the last one written, within a batch and across batches', async () => {
      await write(reading('twice', T0, { temperature: 1 }), reading('twice', T0 + 5, { temperature: 5 }), reading('twice', T0, { temperature: 2 }), reading('twice', T0 + 5, { temperature: 6 }));
      expect(await all('twice')).toEqual([[T0, 2], [T0 + 5, 6]]);
      await write(reading('twice', T0, { temperature: 3, humidity: 50 }), reading('twice', T0 + 1, { temperature: 4 }));
      expect(await all('twice')).toEqual([[T0, 3], [T0 + 1, 4], [T0 + 5, 6]]);
      expect(await all('twice', 'humidity')).toEqual([[T0, 50]]);
    });

    it('takes the same batch again without a second row or a second event', async () => {
      const same = batch([reading('again', T0, { temperature: 1 }), event('again', 'e', T0), reading('again', T0 + 1, { temperature: 2 })]);
      await store.write(same);
      await store.write(same);
      expect(await all('again')).toEqual([[T0, 1], [T0 + 1, 2]]);
      expect(await allEvents('again')).toHaveLength(1);
    });

    it('files late readings under their own month and reads across months', async () => {
      const times = [T0, T0 - 45 * DAY_MS, T0 + 20 * DAY_MS, T0 - 46 * DAY_MS, T0 - 45 * DAY_MS];
      for (const [i, ts] of times.entries()) await write(reading('months', ts, { temperature: i }));
      expect(await all('months')).toEqual([[T0 - 46 * DAY_MS, 3], [T0 - 45 * DAY_MS, 4], [T0, 0], [T0 + 20 * DAY_MS, 2]]);
      expect(await store.history({ device: 'months', metric: 'temperature', ...ALWAYS }, 100)).toHaveLength(4);
    });

    it('stores booleans as 0 and 1 and gives the latest one back as a boolean', async () => {
      await write(reading('flags', T0, { tilted: true, temperature: 20 }), reading('flags', T0 + 1, { tilted: false }), reading('flags-2', T0, { tilted: true }));
      expect(await all('flags', 'tilted')).toEqual([[T0, 1], [T0 + 1, 0]]);
      const latest = await store.latest(['flags', 'flags-2', 'nobody']);
      expect([...latest.keys()].sort()).toEqual(['flags', 'flags-2']);
      expect([...latest.get('flags') ?? []].sort((a, b) => a.metric.localeCompare(b.metric))).toEqual([
        { metric: 'temperature', ts: T0, value: 20 }, { metric: 'tilted', ts: T0 + 1, value: false },
      ]);
      expect(latest.get('flags-2')).toEqual([{ metric: 'tilted', ts: T0, value: true }]);
    });

    it('finds the latest value of a series in whichever month it lies', async () => {
      await write(reading('old-hand', T0 - 70 * DAY_MS, { humidity: 11 }), reading('old-hand', T0, { temperature: 12 }));
      const found = (await store.latest(['old-hand'])).get('old-hand') ?? [];
      expect(new Map(found.map(({ metric, value }) => [metric, value]))).toEqual(new Map([['humidity', 11], ['temperature', 12]]));
      expect(await store.latest([])).toEqual(new Map());
    });

    it('down-samples to no more points than asked and keeps every extreme at its own time', async () => {
      const wave = Array.from({ length: 3000 }, (_, i): StoredPoint => [T0 + i * 60_000, i === 1234 ? 99 : i === 2222 ? -39 : 20 + Math.sin(i / 50)]);
      await write(...wave.map(([ts, temperature]) => reading('wave', ts, { temperature })));
      const range = { device: 'wave', metric: 'temperature', from: T0 - DAY_MS, to: T0 + 10 * DAY_MS } as const;
      const stored = new Map(wave);
      for (const points of [2, 3, 100, 501, 2999]) {
        const sampled = await store.history(range, points);
        expect(sampled.length).toBeLessThanOrEqual(points);
        expect(sampled.length).toBeGreaterThan(points / 3);
        expect(sampled.every(([ts, value]) => stored.get(ts) === value)).toBe(true);
        expect(sampled.map(([ts]) => ts)).toEqual(sampled.map(([ts]) => ts).toSorted((a, b) => a - b));
        expect(sampled).toContainEqual([T0 + 1234 * 60_000, 99]);
        expect(sampled).toContainEqual([T0 + 2222 * 60_000, -39]);
      }
      expect(await store.history(range, 3000)).toEqual(wave);
    });

    it('sums up each device, metric and window from what is stored: replaced values once, other devices and metrics left out', async () => {
      const QUARTER = 900_000;
      const at = (offset: number) => T0 + offset; // T0 begins a quarter of an hour
      await write(
        reading('sum-1', at(0), { temperature: 5, humidity: 40 }), reading('sum-1', at(QUARTER - 1), { temperature: -1 }), reading('sum-1', at(1000), { temperature: 9, tilted: true }),
        reading('sum-1', at(QUARTER), { temperature: 100 }), reading('sum-2', at(10), { temperature: 7 }), reading('sum-3', at(10), { temperature: 8 }),
        reading('sum-1', at(-1), { temperature: 77 }), reading('sum-1', at(2 * QUARTER), { temperature: 88 }),
      );
      await write(reading('sum-1', at(1000), { temperature: 10 }));
      const summary = { devices: ['sum-1', 'sum-2', 'nobody'], metrics: ['temperature', 'tilted', 'co2'], from: at(0), to: at(2 * QUARTER), everyMs: QUARTER } as const;
      const found = (await store.summarise(summary)).sort((a, b) => a.device.localeCompare(b.device) || a.metric.localeCompare(b.metric) || a.start - b.start);
      expect(found).toEqual<WindowSummary[]>([
        { device: 'sum-1', metric: 'temperature', start: at(0), count: 3, sum: 14, min: -1, max: 10, last: -1, lastTs: at(QUARTER - 1) },
        { device: 'sum-1', metric: 'temperature', start: at(QUARTER), count: 1, sum: 100, min: 100, max: 100, last: 100, lastTs: at(QUARTER) },
        { device: 'sum-1', metric: 'tilted', start: at(0), count: 1, sum: 1, min: 1, max: 1, last: 1, lastTs: at(1000) },
        { device: 'sum-2', metric: 'temperature', start: at(0), count: 1, sum: 7, min: 7, max: 7, last: 7, lastTs: at(10) },
      ]);
      expect(await store.summarise({ ...summary, devices: [] })).toEqual([]);
      // More devices than a query names; the others are not among the answers.
      const many = [...Array.from({ length: 1200 }, (_, i) => `none-${i}`), 'sum-2'];
      expect((await store.summarise({ ...summary, devices: many })).map(({ device }) => device)).toEqual(['sum-2']);
      // Across two months.
      const border = Date.UTC(2026, 9, 1);
      await write(reading('sum-4', border - 1, { co2: 1 }), reading('sum-4', border, { co2: 2 }));
      const across = await store.summarise({ devices: ['sum-4'], metrics: ['co2'], from: border - QUARTER, to: border + QUARTER, everyMs: QUARTER });
      expect(across.map(({ start, last }) => [start, last]).sort(([a = 0], [b = 0]) => a - b)).toEqual([[border - QUARTER, 1], [border, 2]]);
    });

    it('pages through every stored row once, also while new ones arrive', async () => {
      await write(...Array.from({ length: 25 }, (_, i) => reading('pages', T0 + i, { temperature: i })));
      const range = { device: 'pages', metric: 'temperature', ...ALWAYS } as const;
      const first = await store.raw(range, { limit: 10 });
      expect(first.data).toHaveLength(10);
      await write(reading('pages', T0 + 100, { temperature: 100 }));
      const second = await store.raw(range, { limit: 10, ...(first.next === undefined ? {} : { cursor: first.next }) });
      const third = await store.raw(range, { limit: 10, ...(second.next === undefined ? {} : { cursor: second.next }) });
      expect([...first.data, ...second.data, ...third.data].map(([, value]) => value)).toEqual([...Array(25).keys(), 100]);
      expect(third.next).toBeUndefined();
      expect((await store.raw(range, { limit: 26 })).next).toBeUndefined();
    });

    it('refuses a cursor it did not make', async () => {
      const range = { device: 'pages', metric: 'temperature', ...ALWAYS } as const;
      for (const cursor of ['nonsense', '', Buffer.from('e1:1:1').toString('base64url')]) {
        await expect(store.raw(range, { limit: 10, cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      }
      for (const cursor of ['nonsense', Buffer.from('p1:1').toString('base64url')]) {
        await expect(store.events(range, { limit: 10, cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      }
    });

    it('gives events back newest first with their data untouched', async () => {
      const odd = { text: '门禁 "主" 🚪\\', lines: 'a\nb\r\n\tc', nested: { list: [1, null, true, { deep: '${x}' }] }, empty: '', 'key with = , "': 'v' };
      await write(event('gate', '编号 "1", a=b\\', T0, odd), event('gate', 'e2', T0 + 1, {}), event('other-gate', 'e2', T0 + 1, { door: 1 }));
      expect(await allEvents('gate')).toEqual<DeviceEvent[]>([
        { id: 'e2', ts: T0 + 1, type: 'granted', data: {} }, { id: '编号 "1", a=b\\', ts: T0, type: 'granted', data: odd },
      ]);
    });

    it('keeps one event per device and id: the last one received, even when its time differs', async () => {
      await write(event('redelivered', 'x', T0, { n: 1 }), event('redelivered', 'x', T0, { n: 2 }));
      await write(event('redelivered', 'y', T0 + 10, { n: 1 }, T0 + 20), event('redelivered', 'y', T0 + 5, { n: 3 }, T0 + 30));
      expect(await allEvents('redelivered')).toEqual([
        { id: 'y', ts: T0 + 5, type: 'granted', data: { n: 3 } }, { id: 'x', ts: T0, type: 'granted', data: { n: 2 } },
      ]);
    });

    it('tells the events of one millisecond apart and pages through each of them once', async () => {
      const ids = Array.from({ length: 23 }, (_, i) => `event-${i}-${'长'.repeat(100)}`);
      await write(...ids.map((id) => event('rush', id, T0)), event('rush', 'first', T0 - 1), event('rush', 'last', T0 + 1));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.events({ device: 'rush', ...ALWAYS }, { limit: 5, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.data.map(({ id }) => id));
        cursor = page.next;
        expect(cursor?.length ?? 0).toBeLessThanOrEqual(200);
      } while (cursor !== undefined);
      expect([seen[0], seen.at(-1)]).toEqual(['last', 'first']);
      expect(seen.toSorted()).toEqual([...ids, 'first', 'last'].toSorted());
      expect((await store.events({ device: 'rush', from: T0, to: T0 + 1 }, { limit: 100 })).data).toHaveLength(23);
    });

    it('takes a batch of 5,000 readings with four values each', async () => {
      await write(...Array.from({ length: 5000 }, (_, i) =>
        reading(`big-${i % 100}`, T0 + Math.floor(i / 100) * 1000, { temperature: i % 90, humidity: i % 100, co2: i, battery: 50 })));
      expect(await all('big-7')).toHaveLength(50);
      expect((await all('big-99', 'co2')).at(-1)).toEqual([T0 + 49_000, 4999]);
    });

    describe('a scan', () => {
      interface Scanned { device: string; points: [number, string, number][]; events: [string, number, string][]; to: number }
      async function scan(range: Partial<ScanRange> & { devices: string[] }, signal?: AbortSignal): Promise<Scanned[]> {
        const metrics = range.metrics ?? [];
        const chunks: Scanned[] = [];
        for await (const { device, points, events, to } of store.scan({ events: [], ...ALWAYS, ...range, metrics }, signal)) {
          chunks.push({ device, to, points: Array.from(points.ts, (ts, i) => [ts, metrics[points.metric[i] ?? -1] ?? '', points.values[i] ?? NaN]), events: events.map(({ id, ts, type }) => [id, ts, type]) });
        }
        return chunks;
      }

      it('gives one device after the other, as named, each in order of time, over months, with the events asked for', async () => {
        await write(
          reading('scan-b', T0 + 2, { temperature: 3, humidity: 4 }), reading('scan-a', T0 + 1, { temperature: 1 }), reading('scan-b', T0 - 40 * DAY_MS, { temperature: 5 }), reading('scan-b', T0 + 1, { temperature: 6, co2: 400 }),
          event('scan-b', 'e2', T0 + 3), event('scan-b', 'e1', T0 + 1), { ...event('scan-b', 'e3', T0 + 2), event: 'denied' }, event('scan-c', 'e1', T0, { card: 'x' }), reading('scan-d', T0, { temperature: 9 }), reading('scan-e', T0, { co2: 1 }),
        );
        const range = { devices: ['scan-b', 'nobody', 'scan-e', 'scan-a', 'scan-c'], metrics: ['humidity', 'temperature'] as const };
        const b: Scanned['points'] = [[T0 - 40 * DAY_MS, 'temperature', 5], [T0 + 1, 'temperature', 6], [T0 + 2, 'humidity', 4], [T0 + 2, 'temperature', 3]];
        const a = { device: 'scan-a', to: ALWAYS.to, points: [[T0 + 1, 'temperature', 1]], events: [] };
        expect(await scan(range)).toEqual([{ device: 'scan-b', to: ALWAYS.to, points: b, events: [] }, a]);
        const ofB: Scanned['events'] = [['e1', T0 + 1, 'granted'], ['e3', T0 + 2, 'denied'], ['e2', T0 + 3, 'granted']];
        const c = { device: 'scan-c', to: ALWAYS.to, points: [], events: [['e1', T0, 'granted']] };
        expect(await scan({ ...range, events: 'all' })).toEqual([{ device: 'scan-b', to: ALWAYS.to, points: b, events: ofB }, a, c]);
        expect(await scan({ devices: ['scan-b', 'scan-c'], events: ['denied', 'tamper'] })).toEqual([{ device: 'scan-b', to: ALWAYS.to, points: [], events: [ofB[1]] }]);
      });

      it('includes the start of its range and excludes its end', async () => {
        await write(...[0, 1, 2, 3].flatMap((i) => [reading('scan-edges', T0 + i, { temperature: i }), event('scan-edges', `e${i}`, T0 + i)]));
        const range = { devices: ['scan-edges'], metrics: ['temperature'] as const, events: 'all' as const };
        expect(await scan({ ...range, from: T0 + 1, to: T0 + 3 })).toEqual([
          { device: 'scan-edges', to: T0 + 3, points: [[T0 + 1, 'temperature', 1], [T0 + 2, 'temperature', 2]], events: [['e1', T0 + 1, 'granted'], ['e2', T0 + 2, 'granted']] },
        ]);
        for (const empty of [{ from: T0, to: T0 }, { from: T0 + 3, to: T0 }, { from: T0 + 4 }]) expect(await scan({ ...range, ...empty })).toEqual([]);
        expect(await scan({ ...range, devices: [] })).toEqual([]);
      });

      it('of a device with more than fits into memory gives every row once, in chunks', async () => {
        const [rows, block] = [250_000, 5_000];
        for (let first = 0; first < rows; first += block) await write(...Array.from({ length: block }, (_, i) => reading('scan-big', T0 + (first + i) * 100, { temperature: (first + i) % 100 })));
        let [seen, chunks, last, most] = [0, 0, -Infinity, 0];
        for await (const { device, points } of store.scan({ devices: ['scan-big'], metrics: ['temperature'], events: [], from: T0, to: T0 + 2 * DAY_MS })) {
          expect(device).toBe('scan-big');
          chunks += 1;
          most = Math.max(most, points.ts.length);
          for (const [i, ts] of points.ts.entries()) {
            if (ts <= last || points.values[i] !== ((ts - T0) / 100) % 100) throw new Error(`row ${seen} at ${ts}`);
            last = ts;
            seen += 1;
          }
        }
        expect([seen, chunks > 1, most <= 200_000]).toEqual([rows, true, true]);
      });

      it('ends when it is aborted, also before it began, and does not keep later ones from running', async () => {
        const ending = new AbortController();
        const reason = new Error('enough');
        const range = { devices: ['scan-big'], metrics: ['temperature'] as const };
        let chunks = 0;
        await expect((async () => {
          for await (const chunk of store.scan({ ...range, events: [], from: T0, to: T0 + 2 * DAY_MS }, ending.signal)) {
            chunks += chunk.points.ts.length > 0 ? 1 : 0;
            ending.abort(reason);
          }
        })()).rejects.toBe(reason);
        expect(chunks).toBe(1);
        await expect(scan(range, AbortSignal.abort(reason))).rejects.toBe(reason);
        const inFlight = new AbortController();
        const pending = scan(range, inFlight.signal);
        inFlight.abort(reason);
        await expect(pending).rejects.toBe(reason);
        expect(await scan({ ...range, from: T0, to: T0 + 101 })).toMatchObject([{ points: [[T0, 'temperature', 0], [T0 + 100, 'temperature', 1]] }]);
      });

      it('lets writes pass while it is read slowly', async () => {
        const slow = store.scan({ devices: ['scan-big'], metrics: ['temperature'], events: [], from: T0, to: T0 + 2 * DAY_MS })[Symbol.asyncIterator]();
        expect((await slow.next()).done).toBe(false);
        await write(reading('scan-beside', T0, { temperature: 1 }));
        expect(await all('scan-beside')).toHaveLength(1);
        expect((await slow.next()).done).toBe(false);
        await slow.return?.();
      });
    });

    it('turns reads away when hundreds wait, but never a write', async () => {
      await write(reading('crowd', T0, { temperature: 1 }));
      const reads = Array.from({ length: 400 }, () => all('crowd').then(() => 'answered', (error: unknown) => error));
      await write(reading('crowd', T0 + 1, { temperature: 2 }));
      const outcomes = await Promise.all(reads);
      expect(outcomes[0]).toBe('answered');
      expect(outcomes.at(-1)).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(await all('crowd')).toHaveLength(2);
    });

    it('loses and doubles nothing when it goes down in the middle and the same batches come again', async () => {
      const before = batch([reading('outage', T0, { temperature: 1 })]);
      await store.write(before);
      await harness.takeDown();
      const during = batch([reading('outage', T0 + 1, { temperature: 2 }), event('outage', 'e', T0)]);
      await expect(store.write(during)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(await store.isReachable()).toBe(false);
      await expect(store.history({ device: 'outage', metric: 'temperature', ...ALWAYS }, 10)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      const down = store.scan({ devices: ['outage'], metrics: ['temperature'], events: [], ...ALWAYS })[Symbol.asyncIterator]();
      await expect(down.next()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await harness.bringBack();
      await expect.poll(() => store.isReachable(), { timeout: 45_000 }).toBe(true);
      await store.write(during);
      await store.write(during);
      expect(await all('outage')).toEqual([[T0, 1], [T0 + 1, 2]]);
      expect(await allEvents('outage')).toHaveLength(1);
    });

    it('replaces what was stored before a restart', async () => {
      await write(reading('restart', T0, { temperature: 1 }), reading('restart', T0 - 40 * DAY_MS, { temperature: 1 }), event('restart', 'e', T0, { n: 1 }));
      await store.stop();
      store = await harness.reopen();
      await write(reading('restart', T0, { temperature: 2 }), reading('restart', T0 - 40 * DAY_MS, { temperature: 2 }), reading('restart', T0 + 1, { temperature: 3 }), event('restart', 'e', T0, { n: 2 }));
      expect(await all('restart')).toEqual([[T0 - 40 * DAY_MS, 2], [T0, 2], [T0 + 1, 3]]);
      expect(await allEvents('restart')).toEqual([{ id: 'e', ts: T0, type: 'granted', data: { n: 2 } }]);
    });

    it('drops what is older than its limit, to the millisecond, and takes such rows again', async () => {
      const times = [T0 - 60 * DAY_MS, T0 - 1, T0, T0 + 1];
      await write(...times.flatMap((ts) => [reading('aged', ts, { temperature: 1 }), event('aged', `at-${ts}`, ts)]));
      await store.dropBefore({ telemetry: T0, events: T0 + 1 });
      expect((await all('aged')).map(([ts]) => ts)).toEqual([T0, T0 + 1]);
      expect((await allEvents('aged')).map(({ ts }) => ts)).toEqual([T0 + 1]);
      await write(reading('aged', T0 - 60 * DAY_MS, { temperature: 5 }));
      expect((await all('aged'))[0]).toEqual([T0 - 60 * DAY_MS, 5]);
    });

    it('may be started and stopped twice, and refuses work once stopped', async () => {
      await store.start();
      await store.stop();
      await store.stop();
      expect(await store.isReachable()).toBe(false);
      await expect(store.write(batch([reading('late', T0, { temperature: 1 })]))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    });
  });
}
