import { SESSION_COOKIE } from '../../src/identity/types.js';
import type { Alert, Area, AreaId, ClientEvents, Device, DeviceId, HubEvents, MetricValue, SocketProblem, SubscribeAnswer, SubscribeRequest, TelemetryRecord } from '@liandong/protocols';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { AreaTree } from '../../src/areas/area-tree.js';
import { createChangeLog, type Change, type ChangeLog } from '../../src/changes/change-log.js';
import { systemClock } from '../../src/clock.js';
import type { Db } from '../../src/database/database.js';
import type { DeviceDirectory, DeviceEntry } from '../../src/devices/types.js';
import type { Principal } from '../../src/identity/principal.js';
import { AppError } from '../../src/problem.js';
import { createLatestValues, type LatestValueStore } from '../../src/realtime/latest-values.js';
import { createLiveFeed, type LiveFeed, type LiveFeedDeps, type LiveFeedTuning } from '../../src/realtime/live-feed.js';
import { createLiveReader } from '../../src/realtime/live-reader.js';
import { openTestDatabase } from '../support/databases.js';
import { rethrow } from '../support/rethrow.js';

export type Client = Socket<HubEvents, ClientEvents>;

export interface LiveHub {
  readonly url: string;
  readonly feed: LiveFeed;
  readonly changes: ChangeLog;
  readonly db: Db;
  readonly latest: LatestValueStore;
  readonly principals: Map<string, Principal>;
  readonly logged: string[];
  readonly activeCalls: { before: () => Promise<void> };
  addDevice(id: DeviceId, area: AreaId): void;
  putArea(area: Area): void;
  removeDevice(id: DeviceId): void;
  /** Through the live reader, as the journal would. */
  report(device: DeviceId, values: Record<string, MetricValue>, ts?: number): Promise<void>;
  alert(id: string, area: AreaId, fields?: Partial<Alert>): Promise<Alert>;
  device(id: DeviceId): Promise<Change>;
  connect(options?: Partial<ManagerOptions & SocketOptions> | string): Client;
  /** Cuts a TCP connection, as a network does: nobody is told. */
  cut(shouldCut: () => boolean): void;
  stop(): Promise<void>;
}

const AREAS = [
  { id: 'city', level: 'city', name: '市' }, { id: 'east', level: 'subdistrict', parent: 'city', name: '东' }, { id: 'west', level: 'subdistrict', parent: 'city', name: '西' },
  { id: 'elm', level: 'community', parent: 'east', name: '榆' }, { id: 'elm-1', level: 'grid', parent: 'elm', name: '榆一' },
  { id: 'oak', level: 'community', parent: 'east', name: '橡' }, { id: 'fir', level: 'community', parent: 'west', name: '杉' },
] as const;

/** A live feed on a real HTTP server, database, change log and area tree; people, alerts and devices are kept in memory. */
export async function startLiveHub(tuning: Partial<LiveFeedTuning> = {}, more: Pick<LiveFeedDeps, 'flood'> = {}): Promise<LiveHub> {
  const folder = await mkdtemp(join(tmpdir(), 'liandong-live-'));
  const db = await openTestDatabase(folder);
  const changes = createChangeLog({ db, clock: systemClock, onError: (error) => { throw error; } });
  const areas = new AreaTree(rethrow);
  AREAS.forEach((area) => areas.put(area));
  const principals = new Map<string, Principal>([
    ['admin', { name: 'admin', role: 'admin', area: undefined }], ['east', { name: 'eve', role: 'operator', area: 'east' }],
    ['city', { name: 'carl', role: 'city', area: undefined }], ['installer', { name: 'ida', role: 'installer', area: 'east' }],
  ]);
  const devices = inMemoryDevices();
  const held = new Map<string, Alert>();
  const logged: string[] = [];
  const latest = createLatestValues();
  const reader = createLiveReader({ latest, directory: devices });
  const activeCalls = { before: async (): Promise<void> => {} };
  const httpServer = createServer((_request, response) => response.end('hub'));
  const connections = new Set<NetSocket>();
  httpServer.on('connection', (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
  });
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`; // a TCP address once it listens
  const log = (fields: object, message: string): void => { 
    const { err } = fields as { err?: unknown }; // as pino's callers name it
    logged.push(err instanceof Error ? `${message} ${err.message}` : message);
  };
  const feed = createLiveFeed({
    httpServer, areas, directory: devices, changes, latest, clock: systemClock, tuning, ...more,
    identity: { authenticate: async ({ bearer, sessionCookie }) => principals.get(bearer ?? sessionCookie ?? '') },
    alerts: {
      async active(principal, scope) {
        await activeCalls.before();
        return [...held.values()].filter((alert) => alert.active && areas.isVisible(principal, alert.area)
          && (scope.areas === undefined || scope.areas.some((id) => areas.contains(id, alert.area))));
      },
      async ack(principal, id) {
        const alert = held.get(id);
        if (id === 'broken') throw new TypeError('boom');
        if (alert === undefined || !areas.isVisible(principal, alert.area)) throw new AppError('ALERT_NOT_FOUND');
        return { ...alert, acked: true, ackedBy: principal.name };
      },
    },
    health: { parts: () => ({ broker: { state: 'ready' }, store: { state: 'degraded' } }) },
    logger: { warn: log, error: log },
  });
  await feed.start();
  const clients: Client[] = [];

  return {
    url, feed, changes, db, latest, principals, logged, activeCalls,
    addDevice: (id, area) => { devices.put(id, area); },
    putArea: (area) => { areas.put(area); },
    removeDevice: (id) => { devices.remove(id); },
    async report(device, values, ts = Date.now()) {
      const record: TelemetryRecord = { type: 'telemetry', device, ts, at: ts, values };
      await reader.handle({ first: 1, last: 1, records: [record] });
    },
    async alert(id, area, fields = {}) {
      const alert = await db.transaction().execute((trx) => changes.recordAlert(trx, { ...anAlert(id, area), ...fields }));
      held.set(id, alert);
      changes.publish([{ seq: alert.seq, area, kind: 'alert', alert }]);
      return alert;
    },
    async device(id) {
      const { device } = devices.get(id) as DeviceEntry; // tests name devices they made
      const change = await db.transaction().execute((trx) => changes.recordDevice(trx, device));
      changes.publish([change]);
      return change;
    },
    connect(options = 'admin') {
      const given = typeof options === 'string' ? { auth: { token: options } } : options;
      const client: Client = io(url, { transports: ['websocket'], forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50, ...given });
      clients.push(client);
      return client;
    },
    cut(shouldCut) { for (const connection of connections) if (shouldCut()) connection.destroy(); },
    async stop() {
      clients.forEach((client) => client.disconnect());
      await feed.stop();
      httpServer.closeAllConnections();
      await new Promise((resolve) => httpServer.close(resolve));
      await db.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const cookie = (value: string): string => `theme=dark; ${SESSION_COOKIE}=${value}`;

export const connected = (client: Client): Promise<void> => new Promise((resolve, reject) => {
  if (client.connected) return resolve();
  client.once('connect', resolve);
  client.once('connect_error', reject);
});

/** Why the sign-in was refused. */
export const refusal = (client: Client): Promise<string> => new Promise((resolve, reject) => {
  client.once('connect', () => reject(new Error('was let in')));
  client.once('connect_error', (error) => resolve(error.message));
});

export async function subscribe(client: Client, request: SubscribeRequest = {}): Promise<SubscribeAnswer> {
  const answer = await client.timeout(5_000).emitWithAck('subscribe', request) as SubscribeAnswer | SocketProblem; // the typings lose it
  if ('error' in answer) throw new Error(answer.error.code);
  return answer;
}

/** Polls until it holds. */
export async function until(isTrue: () => boolean, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`did not happen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Acknowledges alerts and collects `seq`s of alerts and devices. */
export function collectSeqs(client: Client): number[] {
  const seqs: number[] = [];
  client.on('alert', ({ seq }, ack) => { seqs.push(seq); ack(); });
  client.on('device', ({ seq }) => { seqs.push(seq); });
  return seqs;
}

function anAlert(id: string, area: AreaId): Alert {
  return {
    id, ruleId: 'bin-full', area, kind: 'waste_bin', severity: 'major', tier: 'community', active: true, acked: false,
    raisedAt: 1, lastAt: 1, count: 1, message: { zh: '满', en: 'full' }, seq: 0,
  };
}

function inMemoryDevices(): DeviceDirectory & { put(id: DeviceId, area: AreaId): void; remove(id: DeviceId): void } {
  const entries = new Map<DeviceId, DeviceEntry>();
  const listeners = new Set<(id: DeviceId, entry: DeviceEntry | undefined) => void>();
  return {
    get: (id) => entries.get(id),
    values: () => entries.values(),
    get size() { return entries.size; },
    authenticate: () => undefined,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put(id, area) {
      const device: Device = { id, name: id, kind: 'waste_bin', area, codec: 'native', reportingIntervalS: 60, status: 'online' };
      entries.set(id, { device, subdistrict: 'east', community: area, secretHash: Buffer.alloc(32) });
    },
    remove(id) {
      entries.delete(id);
      for (const listener of listeners) listener(id, undefined);
    },
  };
}
