import iconv from 'iconv-lite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addPlaces, openRegistry, type Registry } from '../devices/registry.js';
import { watchTurns } from '../support/watch-turns.js';
import { importsOf, runImport } from './import-hub.js';

let registry: Registry;
beforeEach(async () => {
  registry = await openRegistry();
  await addPlaces(registry);
});
afterEach(async () => { await registry.destroy(); });

const ROWS = 10_000;
const FILE_SECONDS = 20;
const LAG_MS = 50;

it('takes ten thousand rows within twenty seconds, tells of its progress, and never holds the hub up', async () => {
  const lines = Array.from({ length: ROWS }, (_, i) => `bin-${i},${i} 号楼垃圾桶,垃圾桶,east-grid,121.4${i},31.2${i},GCJ-02,1200,250`);
  const csv = iconv.encode(['设备编号,名称,类型,区域编号,经度,纬度,坐标系,桶深,盲区', ...lines, ''].join('\r\n'), 'gb18030');
  const imports = importsOf(registry);
  const watch = watchTurns();
  const startedAt = performance.now();
  const { result, events } = await runImport(imports, csv);
  const seconds = (performance.now() - startedAt) / 1000;
  const { p99Ms, longestMs } = await watch.end();
  process.stdout.write(`10,000 rows: ${seconds.toFixed(1)} s, event loop held p99 ${p99Ms.toFixed(1)} ms, longest ${longestMs.toFixed(1)} ms\n`);
  expect(result.counts).toEqual({ created: ROWS, updated: 0, unchanged: 0, failed: 0 });
  expect(result.credentials).toHaveLength(ROWS);
  expect(events.filter((event) => event.type === 'progress' && event.phase === 'writing')).toHaveLength(ROWS / 200);
  expect(seconds).toBeLessThan(FILE_SECONDS);
  expect(p99Ms).toBeLessThan(LAG_MS);
  expect((await runImport(imports, csv)).result.counts.unchanged).toBe(ROWS);
}, 60_000);
