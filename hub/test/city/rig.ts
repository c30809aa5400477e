import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry as Metrics, type OpenMetricsContentType } from 'prom-client';
import { WINDOW_MS, type AggregateAnswer, type AggregateRow, type AggregateWindow, type Alert, type AreaId, type EpochMs, type MetricKey, type Role } from '@liandong/protocols';
import { createAggregates } from '../../src/aggregates/aggregates.js';
import { changedOf, putRows, type Outcome } from '../../src/aggregates/published-rows.js';
import { createActiveAlerts } from '../../src/alerts/active-alerts.js';
import { noClocks } from '../../src/alerts/alert-clocks.js';
import { addTimelineEntries, saveAlert } from '../../src/alerts/alert-rows.js';
import { createAlertWriter, type AlertWriter } from '../../src/alerts/alert-writer.js';
import { AreaTree } from '../../src/areas/area-tree.js';
import { createAreaService } from '../../src/areas/area-service.js';
import { createCityAlertsOfCity } from '../../src/city/city-alerts-of-city.js';
import { createCityAlertsOfHub } from '../../src/city/city-alerts-of-hub.js';
import { createCityAggregates } from '../../src/city/city-areas.js';
import { createCityOverview } from '../../src/city/city-overview.js';
import { HubBook } from '../../src/city/hub-book.js';
import type { PullTuning } from '../../src/city/hub-puller.js';
import { createHubService } from '../../src/city/hub-service.js';
import { createPullStore } from '../../src/city/pull-store.js';
import { createPullers } from '../../src/city/pullers.js';
import { buildCityHttp } from '../../src/http/city-server.js';
import { createAuditLog } from '../../src/identity/audit-log.js';
import { createIdentityService } from '../../src/identity/identity-service.js';
import { createPasswords } from '../../src/identity/passwords.js';
import type { TelemetryStore } from '../../src/telemetry/types.js';
import { memoryStore } from '../aggregates/rig.js';
import { ROOT, START, type Registry } from '../devices/registry.js';
import { openHub } from '../http/test-hub.js';
import { openTestDatabase } from '../support/databases.js';
import { rethrow } from '../support/rethrow.js';

export { ROOT, START };
export const QUARTER = WINDOW_MS['15m'];
/** Quick, so that a test needs no patience; what is waited for comes by itself. */
export const QUICK: Partial<PullTuning> = { everyMs: 40, areasEveryMs: 200, longestPauseMs: 60, timeoutMs: 5_000, waitS: 2, pageRows: 50 };

/** A real hub's HTTP on a port of its own, with sub-districts `east` and `west`, whose published rows and alerts the test writes as the hub would. */
export async function openPulledHub() {
  let writer: AlertWriter | undefined;
  const hub = await openHub({
    more: ({ db, clock, tree: areas, directory, changes }: Registry) => {
      const aggregates = createAggregates({
        db, clock, areas, directory, store: memoryStore() as unknown as TelemetryStore, storeReader: 'store', journal: { last: 0, readers: () => [] }, key: Buffer.alloc(32, 5), random: (size) => Buffer.alloc(size, 1), retentionMs: Infinity, // only read from
        onError: (error) => { throw error; },
      });
      writer = createAlertWriter({ db, clock, changes, activeAlerts: createActiveAlerts({ db }), clocks: noClocks });
      return { aggregates: aggregates.service, cityAlerts: createCityAlertsOfHub({ db, areas, changes, writer, key: Buffer.alloc(32, 5) }) };
    },
  });
  const { db, clock, changes } = hub.registry;
  await db.insertInto('aggregate_state').values({ id: 1, log: 'first', change_no: 0, watermark: START, dropped_to: 0 }).execute();
  await hub.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = hub.app.server.address() as AddressInfo;
  return {
    ...hub, url: `http://127.0.0.1:${port}`, port,
    /** Its bearer token. */
    token: async (role: Role = 'city', area?: AreaId) => (await hub.as(role, area)).authorization.slice('Bearer '.length),
    async publish(areas: readonly AreaId[], starts: readonly EpochMs[], more: Partial<Outcome['figures']> & { metric?: MetricKey; coverage?: number; window?: AggregateWindow } = {}): Promise<void> {
      const { metric = 'noise', coverage = 0.75, window = '15m', ...figures } = more;
      const outcomes = areas.flatMap((area) => starts.map((start): Outcome => ({ area, metric, start, figures: { count: 15, sum: 750, min: 40, max: 60, last: 50, lastTs: start + 1, ...figures }, devices: 3, coverage, members: undefined })));
      const changed = await changedOf(db, window, outcomes);
      await db.transaction().execute((trx) => putRows(trx, window, changed));
      await db.updateTable('aggregate_state').set({ watermark: Math.max(...starts) + WINDOW_MS[window] }).execute();
    },
    /** An alert as it stands now, made or changed. */
    async put(alert: Partial<Alert> & { id: string }): Promise<Alert> {
      const whole: Alert = { ruleId: `rule-of-${alert.id}`, deviceId: 'bin-1', area: 'east-grid', kind: 'waste_bin', severity: 'major', tier: 'city', active: true, acked: false, raisedAt: START, lastAt: START, count: 1, value: 96, threshold: 95, message: { zh: '满', en: 'full' }, seq: 0, ...alert };
      const stamped = await db.transaction().execute(async (trx) => {
        const made = await changes.recordAlert(trx, whole);
        await saveAlert(trx, made);
        await addTimelineEntries(trx, [{ alertId: made.id, entry: { at: clock.now(), change: 'raised' } }]);
        return made;
      });
      changes.publish([{ seq: stamped.seq, area: stamped.area, kind: 'alert', alert: stamped }]);
      return stamped;
    },
  };
}
export type PulledHub = Awaited<ReturnType<typeof openPulledHub>>;

/** A city over a database of its own, with a clock that the test moves and the real pullers. */
export async function openCity({ folder, tuning = QUICK, begins = START + 3_600_000 }: { folder?: string; tuning?: Partial<PullTuning>; begins?: EpochMs } = {}) {
  const dir = folder ?? await mkdtemp(join(tmpdir(), 'liandong-city-'));
  const clock = { at: begins, now: () => clock.at };
  const errors: unknown[] = [];
  const key = Buffer.alloc(32, 9);
  const db = await openTestDatabase(dir);
  const areas = new AreaTree(rethrow);
  const audit = createAuditLog({ db, clock });
  const identity = createIdentityService({ db, clock, areas, audit, passwords: createPasswords({ memoryKiB: 64, passes: 1, lanes: 1 }) });
  const book = new HubBook({ db, clock, areas });
  const store = createPullStore({ db, clock, areas, random: (size) => Buffer.alloc(size, 2), ...rethrow });
  const pullers = createPullers({ book, store, areas, clock, random: () => 0.5, onError: (error) => { errors.push(error); }, tuning });
  const hubs = createHubService({ db, clock, areas, book, pullers });
  const cityAlerts = createCityAlertsOfCity({ db, areas, book, store, pullers, audit, key });
  const metrics = new Metrics<OpenMetricsContentType>();
  metrics.setContentType(Metrics.OPENMETRICS_CONTENT_TYPE);
  const app = await buildCityHttp({
    identity, hubs, cityAlerts, overview: createCityOverview({ db, clock, areas, book }), aggregates: createCityAggregates({ db, clock, areas, key }), health: { parts: () => ({}) }, metrics, clock,
    logger: { error: () => undefined, warn: () => undefined }, consoleFolder: join(dir, 'console'),
  });
  await createAreaService({ db, areas, audit }).load();
  await book.load();
  await store.prepare();
  await identity.ensureAdmin({ password: 'correct horse' });
  await pullers.start();
  let reader: Promise<{ authorization: string }> | undefined;
  const city = {
    dir, db, clock, areas, book, store, hubs, pullers, app, errors, identity, cityAlerts,
    async as(role: Role, area?: AreaId) { return { authorization: `Bearer ${(await identity.createToken(ROOT, { name: `${role}-${area ?? 'all'}`, role, ...(area === undefined ? {} : { area }) })).token}` }; },
    state: (id: AreaId) => book.view(book.get(id)!),
    problem: (id: AreaId) => city.state(id).problem?.code,
    /** Every row that came, as the city's own `/aggregates` tells it. */
    async rows(since?: string): Promise<{ rows: AggregateRow[]; next: string }> {
      const rows: AggregateRow[] = [];
      const headers = await (reader ??= city.as('city'));
      for (let cursor = since; ;) {
        const { data, next } = (await app.inject({ url: `/api/v1/aggregates?limit=10000${cursor === undefined ? '' : `&since=${cursor}`}`, headers })).json<AggregateAnswer>();
        rows.push(...data);
        if (next === cursor) return { rows, next };
        cursor = next;
      }
    },
    async close(keep = false): Promise<void> {
      await pullers.stop();
      await app.close();
      await db.destroy();
      if (!keep) await rm(dir, { recursive: true, force: true });
    },
  };
  return city;
}
export type City = Awaited<ReturnType<typeof openCity>>;

export const keyOf = ({ area, metric, window, start }: AggregateRow): string => `${area} ${metric} ${window} ${start}`;
export const byKey = (rows: readonly AggregateRow[]): AggregateRow[] => [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/** A server that does what a test wants with each request. */
export async function openFaulty(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: { url: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}

/** In front of a real hub; `change` has the last word about headers. */
export async function openProxy(hub: { port: number }, { change, onAnswer }: { change?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders; onAnswer?: (url: string, status: number) => void }) {
  return openFaulty((request, response) => {
    const passed = httpRequest({ host: '127.0.0.1', port: hub.port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      onAnswer?.(request.url ?? '', answer.statusCode ?? 0);
      response.sendDate = false;
      response.writeHead(answer.statusCode ?? 0, change?.(answer.headers) ?? answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => { response.destroy(); });
    response.on('close', () => { passed.destroy(); });
    request.pipe(passed);
  });
}
