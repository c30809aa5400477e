import type { AggregateRow, Area, AreaId, DeviceId, DeviceKind, EpochMs, JournalRecord, MetricKey, Seq, TelemetryRecord } from '@liandong/protocols';
import { createAggregates, type Aggregates } from '../../src/aggregates/aggregates.js';
import type { AggregateQuery } from '../../src/aggregates/aggregate-opener.js';
import { AreaTree } from '../../src/areas/area-tree.js';
import { createDeviceDirectory } from '../../src/devices/device-directory.js';
import type { TelemetryStore, WindowSummary } from '../../src/telemetry/types.js';
import { openTestDatabase } from '../support/databases.js';
import { rethrow } from '../support/rethrow.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** 2026-11-02 at midnight, UTC+8. */
export const MIDNIGHT: EpochMs = Date.UTC(2026, 10, 1, 16);
export const CITY = { name: 'token:city', role: 'city', area: undefined } as const;
const AREAS: Area[] = [
  { id: 'city', level: 'city', name: '市' }, { id: 'east', level: 'subdistrict', parent: 'city', name: '东' }, { id: 'west', level: 'subdistrict', parent: 'city', name: '西' },
  { id: 'rose', level: 'community', parent: 'east', name: '玫瑰' }, { id: 'lily', level: 'community', parent: 'east', name: '百合' }, { id: 'pine', level: 'community', parent: 'west', name: '松' },
  { id: 'rose-1', level: 'grid', parent: 'rose', name: '一' }, { id: 'rose-2', level: 'grid', parent: 'rose', name: '二' },
];

/** What a telemetry store holds, in memory; the real ones are held to the same by their conformance suite. */
export function memoryStore() {
  const values = new Map<string, { device: DeviceId; metric: MetricKey; points: Map<EpochMs, number> }>();
  const mind = { isDown: false, questions: 0, failAfter: Infinity, /** Happens after the store has looked and before it answers. */ meanwhile: undefined as (() => Promise<void>) | undefined };
  return {
    mind, values,
    put({ device, ts, values: reading }: TelemetryRecord) {
      for (const [metric, value] of Object.entries(reading) as [MetricKey, number | boolean][]) {
        const series = values.get(`${device} ${metric}`) ?? { device, metric, points: new Map<EpochMs, number>() };
        values.set(`${device} ${metric}`, series);
        series.points.set(ts, Number(value));
      }
    },
    async summarise({ devices, metrics, from, to, everyMs }: Parameters<TelemetryStore['summarise']>[0]): Promise<WindowSummary[]> {
      mind.questions += 1;
      if (mind.isDown || mind.questions > mind.failAfter) throw new Error('the store is down');
      const found = new Map<string, { -readonly [K in keyof WindowSummary]: WindowSummary[K] }>();
      for (const { device, metric, points } of values.values()) {
        if (!devices.includes(device) || !metrics.includes(metric)) continue;
        for (const [ts, value] of points) {
          if (ts < from || ts >= to) continue;
          const start = Math.floor(ts / everyMs) * everyMs;
          const sum = found.get(`${device} ${metric} ${start}`);
          if (sum === undefined) found.set(`${device} ${metric} ${start}`, { device, metric, start, count: 1, sum: value, min: value, max: value, last: value, lastTs: ts });
          else {
            [sum.count, sum.sum, sum.min, sum.max] = [sum.count + 1, sum.sum + value, Math.min(sum.min, value), Math.max(sum.max, value)];
            if (ts >= sum.lastTs) [sum.last, sum.lastTs] = [value, ts];
          }
        }
      }
      const { meanwhile } = mind;
      mind.meanwhile = undefined;
      await meanwhile?.();
      return [...found.values()];
    },
  };
}

/** Roll-ups over a database in memory, with a journal, a store and a clock that the test moves. */
export async function openRig(begins: EpochMs = MIDNIGHT, areaList: readonly Area[] = AREAS) {
  const db = await openTestDatabase();
  const clock = { at: begins, now: () => clock.at };
  const areas = new AreaTree(rethrow);
  for (const area of areaList) {
    areas.put(area);
    await db.insertInto('area').values({ id: area.id, level: area.level, parent: area.parent ?? null, name: area.name, name_en: null, profile: null, centre: null, boundary: null }).execute();
  }
  const directory = createDeviceDirectory(rethrow);
  const store = memoryStore();
  const journal = { records: [] as JournalRecord[], stored: 0, read: 0, get last() { return journal.records.length; }, readers: () => [{ name: 'rollups', position: journal.read }] };
  const errors: unknown[] = [];
  let parts: Aggregates = make();

  function make(): Aggregates {
    return createAggregates({
      db, clock, areas, directory, store: store as unknown as TelemetryStore, storeReader: 'store', journal, key: Buffer.alloc(32, 7), random: (size) => Buffer.alloc(size, 1), retentionMs: 60 * DAY, // only `summarise` is asked
      onError: (error) => { errors.push(error); },
    });
  }
  async function begin(): Promise<void> {
    await parts.publisher.start();
    journal.read = await parts.reader.position?.() ?? 0;
  }
  await begin();

  const rig = {
    db, clock, areas, directory, store, journal, errors,
    get parts() { return parts; },
    async addDevice(id: DeviceId, area: AreaId, { intervalS = 60, kind = 'env_sensor', createdAt = clock.at }: { intervalS?: number; kind?: DeviceKind; createdAt?: EpochMs } = {}) {
      const row = { id, name: id, kind, area, codec: 'native', reporting_interval_s: intervalS, status: 'online', created_at: createdAt, secret_hash: '', mosquitto_hash: '' };
      await db.insertInto('device').values(row).execute(); // the columns without a default
      rig.place(id, area, { intervalS, kind });
    },
    place(id: DeviceId, area: AreaId, { intervalS = 60, kind = 'env_sensor', status = 'online' }: { intervalS?: number; kind?: DeviceKind; status?: 'online' | 'retired' } = {}) {
      const community = areas.ancestor(area, 'community')!.id;
      directory.put({
        device: { id, name: id, kind, area, codec: 'native', reportingIntervalS: intervalS, status, lastSeenAt: clock.at }, community, subdistrict: areas.ancestor(area, 'subdistrict')!.id, secretHash: Buffer.alloc(32),
      });
    },
    say(device: DeviceId, ts: EpochMs, values: TelemetryRecord['values']) { journal.records.push({ type: 'telemetry', device, ts, at: clock.at, values }); },
    /** The store takes so many more records. */
    fill(records = Infinity): void {
      const upTo = Math.min(journal.last, journal.stored + records);
      for (; journal.stored < upTo; journal.stored += 1) {
        const record = journal.records[journal.stored]!;
        if (record.type === 'telemetry') store.put(record);
      }
    },
    /** The reader goes as far as the store has come, in batches. */
    async read(records = Infinity, batch = 7): Promise<void> {
      const upTo = Math.min(journal.stored, journal.read + records);
      while (journal.read < upTo) {
        const first = journal.read + 1;
        const last: Seq = Math.min(upTo, journal.read + batch);
        await parts.reader.handle({ first, last, records: journal.records.slice(first - 1, last) });
        journal.read = last;
      }
    },
    async settle(): Promise<void> {
      rig.fill();
      await rig.read(Infinity, 1000);
      await parts.publisher.run();
      clock.at += MINUTE;
      await parts.publisher.run();
    },
    /** What a kill and a start leave: the database, the store and the journal. */
    async restart(): Promise<void> {
      await kill();
      parts = make();
      await begin();
    },
    async ask(query: AggregateQuery = {}, principal: Parameters<Aggregates['service']['open']>[0] = CITY) { return (await parts.service.open(principal, query)).read(); },
    async all(query: AggregateQuery = {}): Promise<AggregateRow[]> { return (await pull(query)).rows; },
    pull,
    async close(): Promise<void> {
      await parts.publisher.stop();
      await db.destroy();
    },
  };

  /** As a puller does: until the cursor stands still. */
  async function pull(query: AggregateQuery = {}): Promise<{ rows: AggregateRow[]; next: string }> {
    const rows: AggregateRow[] = [];
    let { since } = query;
    for (;;) {
      const { data, next } = await rig.ask({ ...query, since });
      rows.push(...data);
      if (next === since) return { rows, next };
      since = next;
    }
  }
  /** Nothing of it may write any more, as after a kill. */
  async function kill(): Promise<void> {
    const { places, publisher } = parts;
    places.close();
    const hasNews = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(places) as object, 'hasNews');
    Object.defineProperty(places, 'hasNews', { ...hasNews, get: () => false, configurable: true });
    await publisher.stop();
  }
  return rig;
}
export type Rig = Awaited<ReturnType<typeof openRig>>;
