import type { AreaId, EpochMs, MetricKey, Seq, TelemetryRecord } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { movingReaders, readPosition } from '../database/reader-position.js';
import type { Database } from '../database/schema.js';
import type { JournalBatch, JournalHandler } from '../journal/types.js';
import { markDirty, markPublished } from './dirty.js';
import type { Places } from './places.js';
import { QUARTER_MS, startOf, type WindowKey } from './stages.js';

export const ROLLUPS = 'rollups';
/** The position alone is written this often: up to it, a crash only means marking the same again. */
const POSITION_MS = 10_000;

export interface RollupReader extends JournalHandler {
  /** Writes what is known of devices and not written yet; the publisher calls it first. */
  flush(): Promise<void>;
}
export interface RollupReaderDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly places: Places;
  /** Name of the reader that fills the telemetry store. */
  readonly follows: string;
  /** Name of its position in table `reader`; left out, that of the reader itself. */
  readonly positionName?: string;
  /** Windows that end up to here are published. */
  readonly watermark: () => EpochMs;
}

/** By start, then community. */
type Marks = Map<EpochMs, Map<AreaId, Set<MetricKey>>>;
/** A series that turns out to have begun earlier. */
interface EarlierSeries { readonly area: AreaId; readonly metric: MetricKey; readonly from: EpochMs; readonly to: EpochMs }

/**
 * Reader of the journal that marks which windows have to be worked out: community, metric and quarter hour by the device's time. It goes behind
 * the store's reader, so what is marked is in the store. A window that is still open is marked once: nobody takes its mark away before it has
 * ended, and by then every value that was skipped is in the store. A window that has ended is marked again by every batch that touches it.
 */
export function createRollupReader({ db, clock, places, follows, positionName = ROLLUPS, watermark }: RollupReaderDependencies): RollupReader {
  const marked: Marks = new Map();
  /** Kept until they are written: a batch that comes again does not tell of them again. */
  const earlier: EarlierSeries[] = [];
  let written: { position: Seq; at: EpochMs } | undefined;

  async function position(): Promise<Seq> {
    written = { position: await readPosition(db, positionName) ?? 0, at: clock.now() };
    return written.position;
  }

  function take({ device, ts, values }: TelemetryRecord, fresh: Marks, openFrom: EpochMs): void {
    const start = startOf(ts, '15m');
    const place = places.at(device, start);
    if (place === undefined) return;
    const isOpen = start + QUARTER_MS > openFrom;
    const known = isOpen ? marked.get(start)?.get(place.community) : undefined;
    const series = places.metricsOf(device);
    for (const key in values) {
      const metric = key as MetricKey; // ingest lets only catalogue keys through
      const first = series.get(metric);
      if (first === undefined || ts < first) {
        const before = places.noteSample(device, metric, ts);
        if (before !== undefined && before - start >= QUARTER_MS) earlier.push({ area: place.community, metric, from: start, to: before });
      }
      if (known?.has(metric) !== true) add(fresh, start, place.community, metric);
    }
  }

  async function write(trx: Transaction<Database>, fresh: Marks, last: Seq | undefined): Promise<() => void> {
    const { moves, committed } = await places.write(trx);
    const longer = [...earlier];
    for (const { area, metric, from, to } of longer) await markPublished(trx, { area, metric }, from, to);
    await markDirty(trx, 'community', [
      ...keysOf(fresh),
      // A device's clock may be some minutes ahead: what it said before it moved counts at its new place.
      ...moves.flatMap(({ device, community, since }) => [...places.metricsOf(device).keys()].map((metric): WindowKey => ({ area: community, metric, start: startOf(since, '15m') }))),
    ]);
    if (last !== undefined) await trx.executeQuery(movingReaders(trx, [{ name: positionName, position: last }]));
    return () => {
      committed();
      earlier.splice(0, longer.length);
    };
  }

  function remember(fresh: Marks, openFrom: EpochMs): void {
    for (const [start, areas] of fresh) {
      if (start + QUARTER_MS <= openFrom) continue;
      for (const [area, metrics] of areas) for (const metric of metrics) add(marked, start, area, metric);
    }
    for (const start of marked.keys()) if (start + QUARTER_MS <= openFrom) marked.delete(start);
  }

  return {
    name: ROLLUPS,
    maxRecords: 5_000,
    lingerMs: 1_000,
    follows,
    position,
    async handle({ first, last, records }: JournalBatch) {
      const handled = written?.position ?? await position();
      const now = clock.now();
      const openFrom = Math.max(now, watermark());
      const fresh: Marks = new Map();
      for (let index = Math.max(0, handled + 1 - first); index < records.length; index += 1) {
        const record = records[index]!; // index < length
        if (record.type === 'telemetry') take(record, fresh, openFrom);
      }
      const isQuiet = fresh.size === 0 && earlier.length === 0 && !places.hasNews;
      if (isQuiet && written !== undefined && Math.abs(now - written.at) < POSITION_MS) return;
      (await db.transaction().execute((trx) => write(trx, fresh, last)))();
      written = { position: last, at: now };
      remember(fresh, openFrom);
    },
    async flush() {
      if (places.hasNews) (await db.transaction().execute((trx) => write(trx, new Map(), undefined)))();
    },
  };
}

function add(marks: Marks, start: EpochMs, area: AreaId, metric: MetricKey): void {
  const areas = marks.get(start) ?? new Map<AreaId, Set<MetricKey>>();
  marks.set(start, areas);
  const metrics = areas.get(area) ?? new Set<MetricKey>();
  areas.set(area, metrics.add(metric));
}

function* keysOf(marks: Marks): Generator<WindowKey> {
  for (const [start, areas] of marks) for (const [area, metrics] of areas) for (const metric of metrics) yield { area, metric, start };
}
