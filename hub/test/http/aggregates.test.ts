import { gunzipSync } from 'node:zlib';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { ROLES, WINDOW_MS, type AggregateAnswer, type AggregateAreaList, type AggregateRow, type DeviceEvent, type DeviceKind, type Problem, type Role } from '@liandong/protocols';
import { parse } from 'csv-parse/sync';
import Schema from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAggregates, type Aggregates } from '../../src/aggregates/aggregates.js';
import { createAreaAlerts } from '../../src/aggregates/area-alerts.js';
import { createPassages } from '../../src/aggregates/passages.js';
import { createEntityService } from '../../src/ngsi-ld/entity-service.js';
import { createLatestValues } from '../../src/realtime/latest-values.js';
import type { TelemetryStore } from '../../src/telemetry/types.js';
import { memoryStore } from '../aggregates/rig.js';
import { ROOT, START, type Registry } from '../devices/registry.js';
import { openHub, type TestHub } from './test-hub.js';

const QUARTER = WINDOW_MS['15m'];
const HOUR = WINDOW_MS['1h'];
const MINUTE = 60_000;
const store = { ...memoryStore(), gates: new Map<string, DeviceEvent[]>(), async events({ device, from, to }: { device: string; from: number; to: number }) {
  return { data: (store.gates.get(device) ?? []).filter(({ ts }) => ts >= from && ts < to) };
} };
const latest = createLatestValues();
let aggregates: Aggregates;
let hub: TestHub;

/** The real parts over the test hub's registry. */
function withAggregates({ db, clock, tree: areas, directory }: Registry) {
  const journal = { last: 0, readers: () => [] };
  const telemetry = store as unknown as TelemetryStore; // aggregates ask for summaries and events only
  aggregates = createAggregates({ db, clock, areas, directory, store: telemetry, storeReader: 'store', journal, key: Buffer.alloc(32, 3), random: (size) => Buffer.alloc(size, 1), retentionMs: 90 * 24 * HOUR, onError: (error) => { throw error; } });
  return {
    aggregates: aggregates.service, aggregateAlerts: createAreaAlerts({ db, clock, areas }), entities: createEntityService({ directory, areas, latest, store: telemetry, clock }),
    passages: createPassages({ store: telemetry, directory, areas, places: aggregates.places, watermark: () => aggregates.publisher.watermark() }),
  };
}

let seq = 0;
async function say(device: string, ts: number, values: Record<string, number | boolean>): Promise<void> {
  seq += 1;
  const record = { type: 'telemetry', device, ts, at: ts, values } as const;
  store.put(record);
  latest.update(record);
  await aggregates.reader.handle({ first: seq, last: seq, records: [record] });
}
async function publishUntil(at: number): Promise<void> {
  hub.registry.clock.at = at + MINUTE;
  await aggregates.publisher.run();
}
const addDevice = (id: string, area: string, kind: DeviceKind, location?: { lng: number; lat: number }) =>
  hub.registry.devices.create(ROOT, { id, name: id, kind, area, reportingIntervalS: 300, ...(location === undefined ? {} : { location }) });

beforeAll(async () => {
  hub = await openHub({ more: withAggregates });
  await addDevice('air-1', 'east-grid', 'env_sensor', { lng: 121.5, lat: 31.2 });
  await addDevice('gate-1', 'east-garden', 'access_gate');
  await addDevice('gate-2', 'west-garden', 'access_gate');
  await aggregates.publisher.start();
  for (let minute = 0; minute < 60; minute += 5) await say('air-1', START + minute * MINUTE, { pm2_5: 40, humidity: 45, noise: 52 });
  await say('bin-1', START, { fill_level: 96, temperature: 21 });
  await say('bin-2', START, { fill_level: 10 });
  await publishUntil(START + HOUR);
});
afterAll(async () => {
  await aggregates.publisher.stop();
  await hub.close();
});

const as = (role: Role, area?: string) => hub.as(role, area);
const get = async (url: string, headers: Record<string, string>) => hub.app.inject({ url: `/api/v1${url}`, headers });

describe('GET /aggregates', () => {
  it('gives a city token each row once, and nothing more until something changes', async () => {
    const city = await as('city');
    const seen: AggregateRow[] = [];
    let since = '';
    for (;;) {
      const { data, next, watermark } = (await get(`/aggregates?limit=7${since === '' ? '' : `&since=${since}`}`, city)).json<AggregateAnswer>();
      expect(watermark).toBe(START + HOUR);
      seen.push(...data);
      if (next === since) break;
      since = next;
    }
    expect(new Set(seen.map(({ area, metric, window, start }) => `${area} ${metric} ${window} ${start}`)).size).toBe(seen.length);
    expect(seen.filter(({ window, metric, area }) => window === '1h' && metric === 'fill_level' && area === 'city')).toEqual([
      { area: 'city', metric: 'fill_level', unit: '%', window: '1h', start: START, end: START + HOUR, count: 2, mean: 53, min: 10, max: 96, last: 96, devices: 2, coverage: 2 / 120, revision: 1 },
    ]);
  });

  it('answers 304 as long as nothing has changed, and lets nobody keep it without asking', async () => {
    const city = await as('city');
    const first = await get('/aggregates?limit=2', city);
    const etag = String(first.headers['etag']);
    expect(first.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: expect.stringContaining('accept') as string });
    const again = await get('/aggregates?limit=2', { ...city, 'if-none-match': `"other", ${etag}` });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    for (const [url, headers] of [['/aggregates?limit=3', {}], ['/aggregates?limit=2', { accept: 'text/csv' }], ['/aggregates?limit=2&area=east', {}]] as const) {
      expect((await get(url, { ...city, 'if-none-match': etag, ...headers })).statusCode).toBe(200);
    }
  });

  it('comes as gzip when asked, and as it is otherwise', async () => {
    const city = await as('city');
    const plain = await get('/aggregates', city);
    const zipped = await get('/aggregates', { ...city, 'accept-encoding': 'gzip' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body);
  });

  it('comes as CSV with the cursor in a header', async () => {
    const city = await as('city');
    const json = (await get('/aggregates?limit=5', city)).json<AggregateAnswer>();
    const answer = await get('/aggregates?limit=5', { ...city, accept: 'text/csv' });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8', 'liandong-next': json.next, 'liandong-watermark': String(json.watermark) });
    const rows: Record<string, string>[] = parse(answer.body, { columns: true });
    expect(rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, text]) => [name, typeof json.data[0]?.[name as keyof AggregateRow] === 'number' ? Number(text) : text])))).toEqual(json.data);
  });

  it('comes as Parquet that DuckDB reads back to the same rows', async () => {
    const city = await as('city');
    const { data } = (await get('/aggregates?limit=50', city)).json<AggregateAnswer>();
    const answer = await get('/aggregates?limit=50', { ...city, accept: 'application/vnd.apache.parquet' });
    expect(answer.headers['content-type']).toBe('application/vnd.apache.parquet');
    const folder = await mkdtemp(join(tmpdir(), 'liandong-parquet-'));
    try {
      await writeFile(join(folder, 'rows.parquet'), answer.rawPayload);
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      const rows = (await connection.runAndReadAll(`SELECT * FROM read_parquet('${join(folder, 'rows.parquet')}')`)).getRowObjects();
      connection.closeSync();
      expect(rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value])))).toEqual(data);
    } finally {
      await rm(folder, { recursive: true });
    }
    expect((await get('/aggregates?metric=co2', { ...city, accept: 'application/vnd.apache.parquet' })).statusCode).toBe(200);
  });

  it('is for those who may read aggregates, in their own area', async () => {
    for (const url of ['/aggregates', '/aggregates/areas', '/aggregates/alerts', '/aggregates/passages', '/../../ngsi-ld/v1/entities?type=WasteContainer']) {
      const answers = await Promise.all(ROLES.map(async (role) => [role, (await hub.app.inject({ url: new URL(`http://h/api/v1${url}`).href.slice(8), headers: await as(role, 'east') })).statusCode]));
      expect([url, Object.fromEntries(answers)]).toEqual([url, Object.fromEntries(ROLES.map((role) => [role, ['admin', 'operator', 'property', 'city'].includes(role) ? 200 : 403]))]);
      expect((await hub.app.inject({ url: new URL(`http://h/api/v1${url}`).href.slice(8) })).statusCode).toBe(401);
    }
    for (const path of ['/aggregates', '/aggregates/alerts', '/aggregates/passages']) {
      const answer = await get(`${path}?area=west`, await as('city', 'east'));
      expect([path, answer.statusCode, answer.json<{ code: string }>().code]).toEqual([path, 404, 'AREA_NOT_FOUND']);
    }
    const areas = (await get('/aggregates/areas', await as('city', 'east'))).json<AggregateAreaList>();
    expect(areas.data.map(({ area }) => area)).toEqual(['east', 'east-garden', 'east-grid']);
  });

  it('refuses what it does not understand with a code', async () => {
    const city = await as('city');
    for (const [query, code] of [['since=abc', 'CURSOR_INVALID'], ['window=5m', 'VALIDATION_FAILED'], ['limit=10001', 'VALIDATION_FAILED'], ['from=never', 'VALIDATION_FAILED'], ['metric=x', 'VALIDATION_FAILED'], ['from=2&to=1', 'VALIDATION_FAILED']] as const) {
      const answer = await get(`/aggregates?${query}`, city);
      expect([query, answer.statusCode, answer.json<Problem>().code, answer.json<Problem>().errors?.map(({ path }) => path)]).toEqual([query, 400, code, code === 'CURSOR_INVALID' ? undefined : [`/${query.split('=')[0]}`]]);
    }
  });

  it('limits a caller and says when to come back, and does not disturb another', async () => {
    const { token } = await hub.registry.identity.createToken(ROOT, { name: 'greedy', role: 'city' });
    let last = await get('/aggregates/areas', { authorization: `Bearer ${token}` });
    for (let i = 0; i < 60; i += 1) last = await get('/aggregates/areas', { authorization: `Bearer ${token}` });
    expect([last.statusCode, last.json<{ code: string }>().code, Number(last.headers['retry-after']) > 0]).toEqual([429, 'TOO_MANY_REQUESTS', true]);
    expect((await get('/aggregates/areas', await as('city', 'west'))).statusCode).toBe(200);
  });
});

describe('GET /aggregates/alerts', () => {
  it('counts by area and window, with times to acknowledge and clear, and leaves out what is grouped', async () => {
    const { db } = hub.registry;
    const raise = async (id: string, area: string, raisedAt: number, more: { severity?: string; ackedAt?: number; clearedAt?: number; group?: string } = {}) => {
      const { severity = 'major', ackedAt, clearedAt, group } = more;
      await db.insertInto('alert').values({
        id, rule_id: id, device_id: 'bin-1', area, kind: 'waste_bin', severity, tier: 'community', active: 0, acked: 0, raised_at: raisedAt, last_at: raisedAt, count: 1, message: '{}', seq: 1, cleared_at: clearedAt ?? null, group_id: group ?? null,
      }).execute(); // the columns without a default
      if (ackedAt !== undefined) await db.insertInto('alert_timeline').values({ alert_id: id, at: ackedAt, change: 'acked', by: 'li' }).execute(); // as above
    };
    await raise('b1', 'east-grid', START + 1, { ackedAt: START + 10_001, clearedAt: START + 100_001 });
    await raise('b2', 'east-garden', START + 2, { severity: 'minor', ackedAt: START + 30_002 });
    await raise('b3', 'west-garden', START + QUARTER, {});
    await raise('b4', 'east-grid', START + 3, { group: 'b1' });
    const city = await as('city');
    const { data } = (await get(`/aggregates/alerts?window=15m&from=${START}&to=${START + HOUR}`, city)).json<{ data: { area: string; start: number; raised: number }[] }>();
    expect(data.map(({ area, start, raised }) => [area, (start - START) / QUARTER, raised])).toEqual([['city', 0, 2], ['city', 1, 1], ['east', 0, 2], ['east-garden', 0, 2], ['east-grid', 0, 1], ['west', 1, 1], ['west-garden', 1, 1]]);
    const east = (await get(`/aggregates/alerts?area=east&window=1h&from=${START}`, city)).json<{ data: object[] }>();
    expect(east.data).toEqual([{
      area: 'east', window: '1h', start: START, end: START + HOUR, raised: 2, bySeverity: { critical: 0, major: 1, minor: 1, warning: 0, info: 0 }, acknowledged: 2, cleared: 1,
      toAcknowledge: { p50: 20, p95: 29, count: 2 }, toClear: { p50: 100, p95: 100, count: 1 },
    }]);
    expect((await get(`/aggregates/alerts?window=15m&from=${START - 9 * 24 * HOUR}`, city)).json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: '/from', keyword: 'minimum' }] });
    expect((await get(`/aggregates/alerts?from=${START + 9 * 24 * HOUR}`, city)).json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: '/from', keyword: 'maximum' }] });
  });
});

describe('GET /aggregates/passages', () => {
  const pass = (gate: string, ts: number, credential: string, type = 'granted') => {
    store.gates.set(gate, [...store.gates.get(gate) ?? [], { id: `${gate}-${ts}-${credential}`, ts, type, data: { credential } }]);
  };

  it('gives no number of 4 people and one of 5, and none that tells of the 4 by subtraction', async () => {
    for (let person = 0; person < 4; person += 1) for (let times = 0; times < 10; times += 1) pass('gate-1', START + person * 1000 + times, `person-${person}`);
    pass('gate-1', START + 5000, 'person-5', 'denied');
    for (let person = 0; person < 5; person += 1) pass('gate-2', START + person * 1000, `person-${person}`);
    pass('gate-2', START + 6000, 'person-0');
    const city = await as('city');
    const ask = async () => (await get(`/aggregates/passages?from=${START}&to=${START + HOUR}`, city)).json<{ data: object[] }>().data;
    const hourOf = (area: string, passages: number) => ({ area, start: START, end: START + HOUR, passages });
    expect(await ask()).toEqual([hourOf('city', 6), hourOf('west', 6), hourOf('west-garden', 6)]);
    pass('gate-1', START + 7000, 'person-5');
    expect(await ask()).toEqual([hourOf('city', 47), hourOf('east', 41), hourOf('east-garden', 41), hourOf('west', 6), hourOf('west-garden', 6)]);
    expect((await get('/aggregates/passages?area=east-grid', city)).json()).toMatchObject({ data: [] });
  });

  it('says nothing of an hour that is not over', async () => {
    for (let person = 0; person < 9; person += 1) pass('gate-2', START + HOUR + person, `person-${person}`);
    const city = await as('city');
    const { data } = (await get(`/aggregates/passages?from=${START + HOUR}&to=${START + 2 * HOUR}`, city)).json<{ data: object[] }>();
    expect(data).toEqual([]);
    expect((await get(`/aggregates/passages?from=${START - 9 * 24 * HOUR}`, city)).json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: '/from', keyword: 'minimum' }] });
    expect((await get('/aggregates/passages?from=9&to=8', city)).json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: '/from', keyword: 'maximum', limit: 7 }] });
  });
});

describe('GET /ngsi-ld/v1/entities', () => {
  const entities = async (query: string, headers: Record<string, string> = {}, area?: string) => hub.app.inject({ url: `/ngsi-ld/v1/entities${query}`, headers: { ...await as('city', area), ...headers } });
  const at = (ts: number) => new Date(ts).toISOString();

  it('shows a bin, the air and the noise under the names and units of the models', async () => {
    const [bin] = (await entities('?type=WasteContainer&id=urn:ngsi-ld:WasteContainer:bin-1')).json<object[]>();
    expect(bin).toMatchObject({ id: 'urn:ngsi-ld:WasteContainer:bin-1', type: 'WasteContainer', fillingLevel: { type: 'Property', value: 0.96, unitCode: 'C62', observedAt: at(START) }, temperature: { value: 21, unitCode: 'CEL' } });
    const [air] = (await entities('?type=AirQualityObserved')).json<object[]>();
    expect(air).toMatchObject({
      id: 'urn:ngsi-ld:AirQualityObserved:air-1', pm25: { value: 40, unitCode: 'GQ' }, relativeHumidity: { value: 0.45 }, airQualityIndex: { type: 'Property', value: 60 },
      dateObserved: { type: 'Property', value: { '@type': 'DateTime', '@value': at(START + 55 * MINUTE) } }, location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [121.5, 31.2] } },
    });
    const [noise] = (await entities('?type=NoiseLevelObserved&options=keyValues')).json<object[]>();
    expect(noise).toMatchObject({ id: 'urn:ngsi-ld:NoiseLevelObserved:air-1', type: 'NoiseLevelObserved', LAeq: 52, dateObserved: at(START + 55 * MINUTE) });
  });

  it('names its context in a header, or in the body as JSON-LD, and answers 304', async () => {
    const json = await entities('?type=WasteContainer');
    expect([json.headers['content-type'], json.headers['link']]).toEqual([expect.stringContaining('application/json'), expect.stringContaining('http://www.w3.org/ns/json-ld#context')]);
    const ld = await entities('?type=WasteContainer', { accept: 'application/ld+json' });
    expect([ld.headers['content-type'], ld.headers['link']]).toEqual([expect.stringContaining('application/ld+json'), undefined]);
    expect(ld.json<object[]>()[0]).toMatchObject({ '@context': expect.stringContaining('smart-data-models') as string });
    expect((await entities('?type=WasteContainer', { 'if-none-match': String(json.headers['etag']) })).statusCode).toBe(304);
  });

  it('pages, counts, keeps to the area, and knows one entity by its id', async () => {
    const first = await entities('?type=WasteContainer&limit=1&count=true');
    expect([first.json<object[]>().length, first.headers['ngsild-results-count'], String(first.headers['link'])]).toEqual([1, '2', expect.stringContaining('</ngsi-ld/v1/entities?type=WasteContainer&limit=1&count=true&offset=1>; rel="next"')]);
    expect((await entities('?type=WasteContainer', {}, 'west')).json<{ id: string }[]>().map(({ id }) => id)).toEqual(['urn:ngsi-ld:WasteContainer:bin-2']);
    expect((await entities('/urn:ngsi-ld:WasteContainer:bin-1')).json()).toMatchObject({ type: 'WasteContainer' });
    expect((await entities('/urn:ngsi-ld:WasteContainer:bin-1', {}, 'west')).json()).toMatchObject({ status: 404, type: expect.stringContaining('urn:liandong:error:') as string });
    expect((await entities('?type=Nope')).json()).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', errors: [{ path: '/type', keyword: 'enum' }] });
    expect((await entities('?limit=1')).json()).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', errors: [{ path: '/type', keyword: 'required' }, { path: '/id', keyword: 'required' }] });
    expect((await entities('/urn:ngsi-ld:WasteContainer:gate-1')).statusCode).toBe(404);
    for (const query of ['', '?type=Vehicle', '?type=WasteContainer&limit=101']) expect([query, (await entities(query)).statusCode]).toEqual([query, 400]);
  });

  it('goes on without the index while the store is down', async () => {
    store.mind.isDown = true;
    const [air] = (await entities('?type=AirQualityObserved')).json<Record<string, unknown>[]>();
    store.mind.isDown = false;
    expect([air?.['pm25'] !== undefined, air?.['airQualityIndex']]).toEqual([true, undefined]);
  });
});

it('answers as the OpenAPI document says', async () => {
  const document = (await hub.app.inject({ url: '/api/openapi.json' })).json<{ paths: Record<string, { get?: { responses: Record<string, { content: Record<string, { schema: object }> }> } }>; components: object }>();
  const city = await as('city');
  for (const path of ['/api/v1/aggregates', '/api/v1/aggregates/areas', '/api/v1/aggregates/alerts', '/api/v1/aggregates/passages', '/ngsi-ld/v1/entities']) {
    const schema = document.paths[path]?.get?.responses['200']?.content['application/json']?.schema ?? false;
    const answer = (await hub.app.inject({ url: path.startsWith('/ngsi') ? `${path}?type=WasteContainer` : path, headers: city })).json<unknown>();
    expect([path, Schema.Check({ ...schema as object, components: document.components }, answer)]).toEqual([path, true]);
  }
});
