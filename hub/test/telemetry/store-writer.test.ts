import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/problem.js';
import { createStoreWriter } from '../../src/telemetry/store-writer.js';
import type { TelemetryStore } from '../../src/telemetry/types.js';
import { createBatcher, reading, T0 } from './batches.js';

/** A store whose being there is a switch. */
function switchedStore() {
  const mind = { isUp: true, written: 0 };
  const store = {
    backend: 'duckdb',
    write: async () => {
      if (!mind.isUp) throw new AppError('STORE_UNAVAILABLE', undefined, { cause: new Error('connect ECONNREFUSED') });
      mind.written += 1;
    },
    position: async () => 7,
    isReachable: async () => mind.isUp,
  } satisfies Partial<TelemetryStore> as unknown as TelemetryStore; // the writer uses these and nothing else
  return { mind, store };
}

describe('the store writer', () => {
  const batch = createBatcher();
  const some = () => batch([reading('a', T0, { temperature: 1 })]);

  it('hands batches of up to 5,000 records to the store and takes its position from it', async () => {
    const { store, mind } = switchedStore();
    const writer = createStoreWriter({ store });
    expect([writer.name, writer.maxRecords, await writer.position()]).toEqual(['store', 5000, 7]);
    await writer.handle(some());
    expect(mind.written).toBe(1);
    expect(writer.state()).toEqual({ state: 'ready' });
  });

  it('is degraded, and says why, from the first failed write to the next good one', async () => {
    const { store, mind } = switchedStore();
    const writer = createStoreWriter({ store });
    mind.isUp = false;
    await expect(writer.handle(some())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(writer.state()).toEqual({ state: 'degraded', detail: 'duckdb: connect ECONNREFUSED' });
    mind.isUp = true;
    expect((await writer.check()).state).toBe('degraded');
    await writer.handle(some());
    expect(writer.state()).toEqual({ state: 'ready' });
  });

  it('notices a store that is gone while nothing is written', async () => {
    const { store, mind } = switchedStore();
    const writer = createStoreWriter({ store });
    mind.isUp = false;
    expect(await writer.check()).toEqual({ state: 'degraded', detail: 'duckdb: does not answer' });
    mind.isUp = true;
    expect(await writer.check()).toEqual({ state: 'ready' });
  });
});
