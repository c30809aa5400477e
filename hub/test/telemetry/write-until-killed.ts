/** Run as a program: writes consecutive batches until it is killed. Record n is a reading of device `kill-<n mod 50>`. */
import { createDuckdbStore } from '../../src/telemetry/duckdb-store.js';
import { createBatcher, reading, T0 } from './batches.js';

const [path = ''] = process.argv.slice(2);
const RECORDS = 500;
const store = createDuckdbStore({ path, log: { warn: () => undefined }, checkpointEveryMs: 100 });
await store.start();
const position = await store.position() ?? 0;
const batch = createBatcher(position + 1);
process.stdout.write(`ready ${position}\n`);
for (let first = position + 1; ; first += RECORDS) {
  const numbers = Array.from({ length: RECORDS }, (_, i) => first + i);
  const written = batch(numbers.map((n) => reading(`kill-${n % 50}`, T0 + n, { temperature: n % 100, co2: n % 10_000 })));
  await store.write(written);
  process.stdout.write(`written ${written.last}\n`);
}
