import { pathToFileURL, fileURLToPath } from 'node:url';
import type { JournalRecord } from '@liandong/protocols';
import { STEP_MS, temperatureOf } from './history.js';

/** The hub's own store, as it was built: the file is written by what will read it. */
const STORE = fileURLToPath(new URL('../../../hub/dist/telemetry/duckdb-store.js', import.meta.url));
/** What is written in one transaction. */
const VALUES_PER_WRITE = 100_000;

export interface History { readonly from: number; /** Of each device. */ readonly values: number }

/** What is used of the store; its own types belong to the hub. */
interface Store {
  start(): Promise<void>;
  stop(): Promise<void>;
  write(batch: { first: number; last: number; records: readonly JournalRecord[] }): Promise<void>;
}
interface StoreModule { createDuckdbStore(options: { path: string; log: { warn(facts: object, text: string): void } }): Store }

/**
 * Puts the history of all devices into the store's file of a hub that is not running, in the order of time, as it would have come in live. Over MQTT it would take
 * minutes. The hub's journal goes on after the last sequence it finds in the store.
 */
export async function fillHistory(path: string, devices: readonly string[], { from, values }: History, onProgress: (values: number) => void): Promise<void> {
  const { createDuckdbStore } = await import(pathToFileURL(STORE).href) as StoreModule; // as this commit's hub has it
  const store = createDuckdbStore({ path, log: { warn: (facts, text) => { console.error(text, facts); } } });
  await store.start();
  try {
    let last = 0;
    let records: JournalRecord[] = [];
    const write = async (): Promise<void> => {
      if (records.length === 0) return;
      await store.write({ first: last + 1, last: last + records.length, records });
      last += records.length;
      records = [];
      onProgress(last);
    };
    for (let index = 0; index < values; index += 1) {
      const ts = from + index * STEP_MS;
      for (const [place, device] of devices.entries()) records.push({ type: 'telemetry', device, ts, at: ts, values: { temperature: temperatureOf(place, ts) } });
      if (records.length >= VALUES_PER_WRITE) await write();
    }
    await write();
  } finally {
    await store.stop();
  }
}
