import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { createDuckdbStore, spawnDuckdbWorker } from '../../src/telemetry/duckdb-store.js';
import type { TelemetryStore } from '../../src/telemetry/types.js';
import { waitFor } from '../support/wait-for.js';
import { recordLog } from './batches.js';
import { describeTelemetryStore } from './conformance.js';

describeTelemetryStore('DuckDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'liandong-duckdb-'));
  const path = join(folder, 'telemetry.duckdb');
  let worker: Worker | undefined;
  const createWorker = () => (worker = spawnDuckdbWorker());
  const stores: TelemetryStore[] = [];

  async function open(): Promise<TelemetryStore> {
    const store = createDuckdbStore({ path, log: recordLog(), createWorker, restartDelayMs: 500 });
    stores.push(store);
    await store.start();
    return store;
  }

  return {
    store: await open(),
    async takeDown() {
      worker?.postMessage(null); // no call at all: an error nobody catches, and the end of the thread
      await waitFor('the worker is gone', async () => !await stores[0]?.isReachable());
    },
    bringBack: async () => undefined, // the store does that by itself
    reopen: open,
    async stop() {
      for (const store of stores) await store.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
