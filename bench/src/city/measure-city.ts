import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AggregateAnswer } from '@liandong/protocols';
import { AREAS } from '../fleet.js';
import { startHub, PROGRAM, type Hub } from '../programs/hub.js';
import { createHubClient } from '../programs/hub-client.js';
import { freePort } from '../support/free-port.js';
import type { PartOptions } from '../support/part-options.js';
import type { Resources } from '../support/resources.js';
import { until } from '../support/until.js';
import { rowsOf, writeDay, type Day } from './day-table.js';

/** A pull of the whole day through HTTP, gzip, to the last row decoded. */
export interface PullFigures { readonly format: 'JSON' | 'CSV'; readonly what: 'the day' | 'its restatement'; readonly seconds: number; readonly pages: number; readonly bytes: number }
export interface CityFigures {
  readonly rows: number;
  readonly pulls: readonly PullFigures[];
  /** From registering the hub until the city has every row in its own database (s). */
  readonly citySeconds: number;
}
export type CityResult = CityFigures | { readonly failure: string };
export interface CitySize { readonly communities: number; readonly metrics: number }
export type MeasureCityOptions = CitySize & PartOptions;

const DAY_MS = 86_400_000;
const PAGE = 10_000;
const CITY_WITHIN_MS = 300_000;

/** The real hub with a day in its database, pulled by a bare client and then by the real city. Rejects when a row is missing or there twice. */
export async function measureCity({ communities, metrics, resources, onProgress }: MeasureCityOptions): Promise<CityFigures> {
  const day: Day = { communities, metrics, start: Math.floor((Date.now() - 2 * DAY_MS) / DAY_MS) * DAY_MS };
  const rows = rowsOf(day);
  onProgress('city', 0, 4);
  const hub = await startHub(resources);
  await hub.restart((file) => { writeDay(file, day, 1); });
  const token = await hub.client.token('city');
  const pulls: PullFigures[] = [];
  await pull(hub, token, { format: 'JSON', rows: undefined }); // compiles what is hot
  onProgress('city', 1, 4);
  const cursors: Record<string, string> = {};
  for (const format of ['JSON', 'CSV'] as const) {
    const { next, ...figures } = await pull(hub, token, { format, rows });
    cursors[format] = next;
    pulls.push({ format, what: 'the day', ...figures });
  }
  onProgress('city', 2, 4);
  await hub.restart((file) => { writeDay(file, day, 2); });
  for (const format of ['JSON', 'CSV'] as const) {
    const { seconds, pages, bytes } = await pull(hub, token, { format, rows, since: cursors[format] });
    pulls.push({ format, what: 'its restatement', seconds, pages, bytes });
  }
  onProgress('city', 3, 4);
  return { rows, pulls, citySeconds: await cityPull(hub, token, { resources, rows }) };
}

/** Page after page, as a puller does; each page is decoded, and every row is counted. */
async function pull(hub: Hub, token: string, { format, rows, since }: { format: PullFigures['format']; rows: number | undefined; since?: string | undefined }) {
  const seen = new Set<string>();
  const startedAt = performance.now();
  let [cursor, pages, bytes, count] = [since, 0, 0, 0];
  const texts: string[] = [];
  for (;;) {
    const answer = await fetch(`${hub.url}/api/v1/aggregates?level=community&window=15m&limit=${PAGE}${cursor === undefined ? '' : `&since=${cursor}`}`, { headers: { authorization: `Bearer ${token}`, accept: format === 'JSON' ? 'application/json' : 'text/csv', 'accept-encoding': 'gzip' } });
    const text = await answer.text();
    const next = answer.headers.get('liandong-next');
    if (!answer.ok || next === null) throw new Error(`the hub answered ${answer.status}: ${text.slice(0, 200)}`);
    if (next === cursor) break;
    cursor = next;
    pages += 1;
    bytes += text.length;
    texts.push(text);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  // Looked at afterwards: what a puller does with its rows is its own affair.
  for (const text of texts) for (const key of keysOf(text, format)) { seen.add(key); count += 1; }
  if (rows !== undefined && (seen.size !== rows || count !== rows)) throw new Error(`a pull brought ${count} rows, ${seen.size} different ones, instead of ${rows}`);
  return { seconds, pages, bytes, next: cursor };
}

function keysOf(text: string, format: PullFigures['format']): string[] {
  if (format === 'JSON') return (JSON.parse(text) as AggregateAnswer).data.map(({ area, metric, start, revision }) => `${area} ${metric} ${start} ${revision}`); // the contract's shape
  return text.split('\r\n').slice(1).filter((line) => line !== '').map((line) => line.split(',')).map((cells) => `${cells[0]} ${cells[1]} ${cells[4]} ${cells.at(-1)}`);
}

async function cityPull(hub: Hub, token: string, { resources, rows }: { resources: Resources; rows: number }): Promise<number> {
  const [port, password] = [await freePort(), randomBytes(12).toString('hex')];
  const url = `http://127.0.0.1:${port}`;
  const client = createHubClient({ url, password });
  const city = resources.start('city', process.execPath, [PROGRAM, '--role', 'city'], { PORT: String(port), DATA_DIR: join(resources.folder, 'city-data'), ADMIN_PASSWORD: password, LOG_LEVEL: 'warn' });
  await until('the city is ready', async () => !city.isRunning() || client.isReady(), 60_000);
  city.assertRunning();
  const id = AREAS.find(({ level }) => level === 'subdistrict')?.id;
  const startedAt = performance.now();
  await client.post('/city/hubs', { id, url: hub.url, token, detail: 'community' });
  await until('the city has every row', async () => (await client.countRows('level=community&window=15m&limit=10000')) === rows, CITY_WITHIN_MS);
  return (performance.now() - startedAt) / 1000;
}
