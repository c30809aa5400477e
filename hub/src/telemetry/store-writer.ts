import type { Seq } from '@liandong/protocols';
import type { JournalHandler } from '../journal/types.js';
import type { TelemetryStore } from './types.js';

export interface StoreWriterState {
  readonly state: 'ready' | 'degraded';
  readonly detail?: string;
}

/** The journal's reader that fills the telemetry store. */
export interface StoreWriter extends JournalHandler {
  position(): Promise<Seq | undefined>;
  /** By what the last write or `check` met. */
  state(): StoreWriterState;
  /** Asks the store whether it answers now, for a hub on which nothing is being written; at most 2 s. */
  check(): Promise<StoreWriterState>;
}

const MAX_RECORDS = 5_000;
/** A flush of DuckDB or a request to InfluxDB costs the same for 30 records as for 1,500. */
const LINGER_MS = 250;
const READY: StoreWriterState = { state: 'ready' };

/** Rejects when the store does, so the journal's reader loop tries the same records again. */
export function createStoreWriter({ store }: { store: TelemetryStore }): StoreWriter {
  let state = READY;
  let failure: string | undefined;

  return {
    name: 'store',
    maxRecords: MAX_RECORDS,
    lingerMs: LINGER_MS,
    position: () => store.position(),
    async handle(batch) {
      try {
        await store.write(batch);
        failure = undefined;
        state = READY;
      } catch (error) {
        failure = reasonOf(error);
        state = { state: 'degraded', detail: `${store.backend}: ${failure}` };
        throw error;
      }
    },
    state: () => state,
    async check() {
      if (!await store.isReachable()) state = { state: 'degraded', detail: `${store.backend}: ${failure ?? 'does not answer'}` };
      else if (failure === undefined) state = READY;
      return state;
    },
  };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  return text.slice(0, 200);
}
