import { loadavg } from 'node:os';
import { METRIC_KEYS, WINDOW_MS, type AggregateAnswer, type MetricKey } from '@liandong/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAggregates } from '../../src/aggregates/aggregates.js';
import { changedOf, putRows, type Outcome } from '../../src/aggregates/published-rows.js';
import type { TelemetryStore } from '../../src/telemetry/types.js';
import { memoryStore } from '../aggregates/rig.js';
import { START, type Registry } from '../devices/registry.js';
import { watchTurns } from '../support/watch-turns.js';
import { openHub, type TestHub } from './test-hub.js';

const COMMUNITIES = 200;
const METRICS = METRIC_KEYS.slice(0, 12);
const QUARTERS = 96;
const ROWS = COMMUNITIES * METRICS.length * QUARTERS;

let hub: TestHub;
let headers: Record<string, string>;
beforeAll(async () => {
  hub = await openHub({
    more: ({ db, clock, tree: areas, directory }: Registry) => {
      for (let n = 0; n < COMMUNITIES; n += 1) areas.put({ id: `c${n}`, level: 'community', parent: 'east', name: `c${n}` });
      const parts = createAggregates({
        db, clock, areas, directory, store: memoryStore() as unknown as TelemetryStore, storeReader: 'store', journal: { last: 0, readers: () => [] }, key: Buffer.alloc(32), random: (size) => Buffer.alloc(size, 1), retentionMs: Infinity, // only read from
        onError: (error) => { throw error; },
      });
      return { aggregates: parts.service };
    },
  });
  await hub.registry.db.insertInto('aggregate_state').values({ id: 1, log: 'x', change_no: 0, watermark: START, dropped_to: 0 }).execute();
  headers = await hub.as('city');
  await publish(0);
}, 120_000);
afterAll(() => hub.close());

/** A whole day, as the publisher writes it. */
async function publish(more: number): Promise<void> {
  const { db } = hub.registry;
  for (let quarter = 0; quarter < QUARTERS; quarter += 1) {
    const start = START + quarter * WINDOW_MS['15m'];
    const outcomes = Array.from({ length: COMMUNITIES }, (_, n) => METRICS.map((metric: MetricKey): Outcome => {
      const sum = 300.123 + n + quarter + more;
      return { area: `c${n}`, metric, start, figures: { count: 15, sum, min: 1.5, max: 40.25 + more, last: 20.5, lastTs: start + 1 }, devices: 30, coverage: 0.96, members: undefined };
    })).flat();
    const changed = await changedOf(db, '15m', outcomes);
    expect(changed).toHaveLength(outcomes.length);
    await db.transaction().execute((trx) => putRows(trx, '15m', changed));
  }
}

async function pull(since?: string) {
  const watch = watchTurns();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const pages: string[] = [];
  let next = since;
  for (;;) {
    const answer = await hub.app.inject({ url: `/api/v1/aggregates?level=community&window=15m&limit=10000${next === undefined ? '' : `&since=${next}`}`, headers });
    const { 'liandong-next': after } = answer.headers;
    if (after === next) break;
    pages.push(answer.body);
    next = String(after);
  }
  const tookMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1000;
  const { longestMs } = await watch.end();
  const rows = pages.flatMap((page) => (JSON.parse(page) as AggregateAnswer).data);
  process.stdout.write(`pull of ${rows.length} rows in ${pages.length} pages: ${tookMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of CPU, longest stretch ${longestMs.toFixed(0)} ms, load ${loadavg()[0]?.toFixed(1)}\n`);
  return { rows, next, tookMs, cpuMs, longestMs };
}

describe('one day of 15-minute rows of 200 communities and 12 metrics', () => {
  it('is pulled quickly, and its whole restatement too, with no row twice and none missing', async () => {
    const first = await pull();
    expect(first.rows).toHaveLength(ROWS);
    await publish(5);
    const again = await pull(first.next);
    expect(again.rows).toHaveLength(ROWS);
    const keys = ({ rows }: typeof first): Set<string> => new Set(rows.map(({ area, metric, start, revision }) => `${area} ${metric} ${start} ${revision}`));
    expect(keys(first).size).toBe(ROWS);
    expect(keys(again).size).toBe(ROWS);
    expect(again.rows.every(({ revision, max }) => revision === 2 && max === 45.25)).toBe(true);
    expect((await pull(again.next)).rows).toEqual([]);
    // 2 s on a quiet machine, where it takes what it costs in CPU; a busy one makes that dearer, and everything wait.
    for (const { tookMs, cpuMs, longestMs } of [first, again]) {
      expect(cpuMs).toBeLessThan(6_000);
      expect(tookMs).toBeLessThan(60_000);
      expect(longestMs).toBeLessThan(Math.max(400, tookMs / 3));
    }
  }, 180_000);
});
