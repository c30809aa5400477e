import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { RandomBytes } from '../identity/secrets.js';
import type { Seq } from '@liandong/protocols';
import type { TelemetryStore } from '../telemetry/types.js';
import { createAggregateService, type AggregateService } from './aggregate-service.js';
import { createAggregateCursors } from './cursor.js';
import { Places } from './places.js';
import { createPublisher, type Publisher } from './publisher.js';
import { createRollupReader, ROLLUPS, type RollupReader } from './rollup-reader.js';

export interface AggregatesDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: AreaTree;
  readonly directory: DeviceDirectory;
  readonly store: TelemetryStore;
  /** Name of the journal's reader that fills the store. */
  readonly storeReader: string;
  readonly journal: { readonly last: Seq; readers(): readonly { readonly name: string; readonly position: Seq }[] };
  /** The data folder's key, which signs cursors. */
  readonly key: Buffer;
  readonly random: RandomBytes;
  readonly retentionMs: number;
  /** Name of the reader's position in the database; left out, that of the reader. */
  readonly positionName?: string;
  readonly onError: (error: unknown) => void;
}

/** Start `publisher` before the journal, and give the journal `reader` after the store's. */
export interface Aggregates {
  readonly reader: RollupReader;
  readonly publisher: Publisher;
  readonly service: AggregateService;
  readonly places: Places;
  /** Windows that wait to be worked out, still open ones among them. */
  dirtyWindows(): Promise<number>;
}

export function createAggregates({ db, clock, areas, directory, store, storeReader, journal, key, random, retentionMs, positionName = ROLLUPS, onError }: AggregatesDependencies): Aggregates {
  const places = new Places({ directory, clock });
  const reader = createRollupReader({ db, clock, places, follows: storeReader, positionName, watermark: () => publisher.watermark() });
  const publisher: Publisher = createPublisher({
    db, clock, areas, places, store, reader, retentionMs, onError, newLogName: () => random(9).toString('base64url'),
    progress: () => ({ last: journal.last, position: journal.readers().find(({ name }) => name === ROLLUPS)?.position ?? 0 }),
  });
  return {
    reader, publisher, places, service: createAggregateService({ db, clock, areas, directory, places, cursors: createAggregateCursors({ key }) }),
    async dirtyWindows() {
      const { count } = await db.selectFrom('aggregate_dirty').select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}
