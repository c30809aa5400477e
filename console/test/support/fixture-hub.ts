import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from 'socket.io';
import { FLOOD, severityRank, type Alert, type AlertEnd, type AuditEntry, type ClientEvents, type Device, type Heartbeat, type HubEvents, type MetricKey, type MetricValue, type Role } from '@liandong/protocols';
import { flatten } from '../../src/live/area-forest.js';
import { makeHourlyRows } from './fixture-air.js';
import { createFixtureAlerts } from './fixture-alerts.js';
import { createFixtureOperations } from './fixture-operations.js';
import { createFixtureProvisioning, withOutlines } from './fixture-provisioning.js';
import { currentSeq, makeAlert, makeAlerts, makeAreas, makeDevices, nextSeq } from './fixture-world.js';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };
/** Changes kept for screens that resume (count). */
const CHANGE_LIMIT = 100_000;
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'";

/** A stand-in for the hub with made-up data, for looking at screens; serves the built console under the policy it has to live with. */
export async function startFixtureHub(options: { port?: number; devices?: number; withCentres?: boolean; withAlerts?: boolean; role?: Role; /** The area that who signs in is bound to. */ area?: string } = {}) {
  const now = Date.now();
  const [areas, devices] = [withOutlines(makeAreas(options.withCentres ?? true)), makeDevices(options.devices ?? 96, now)];
  const provisioning = createFixtureProvisioning(devices);
  const alerts = new Map<string, Alert>((options.withAlerts === false ? [] : makeAlerts(devices, now)).map((alert) => [alert.id, alert]));
  const operations = createFixtureOperations(devices, () => [...alerts.values()]);
  const changes: { seq: number; alert: Alert }[] = [];
  const http = createServer((request, response) => void answer(request, response));
  const state: { isMute: boolean; isAway: boolean; flood: Heartbeat['flood'] } = { isMute: false, isAway: false, flood: undefined };
  const io = new Server<ClientEvents, HubEvents>(http, { path: '/socket.io', allowRequest: (_, reply) => { reply(null, !state.isAway); } });

  function change(alert: Alert): Alert {
    const next = { ...alert, seq: nextSeq() };
    alerts.set(next.id, next);
    changes.push({ seq: next.seq, alert: next });
    if (changes.length > CHANGE_LIMIT) changes.splice(0, CHANGE_LIMIT / 2);
    for (const socket of io.of('/').sockets.values()) socket.emit('alert', { seq: next.seq, alert: next }, () => undefined);
    return next;
  }
  const acting = createFixtureAlerts(alerts, change);
  const beat = (): Heartbeat => ({ now: Date.now(), seq: currentSeq(), feeds: { mqtt: 'ready', store: 'ready', rules: 'ready' }, ...(state.flood === undefined ? {} : { flood: state.flood }) });
  io.on('connection', (socket) => {
    socket.on('subscribe', ({ since }, reply) => {
      setTimeout(() => socket.emit('telemetry', { ts: Date.now(), devices: Object.fromEntries(devices.map((device) => [device.id, valuesOf(device)])) }), 100);
      if (since === undefined) { reply({ seq: currentSeq(), alerts: [...alerts.values()].filter((alert) => alert.active), mode: 'snapshot' }); return; }
      reply({ seq: currentSeq(), alerts: [], mode: 'resume' });
      for (const missed of changes.filter(({ seq }) => seq > since)) socket.emit('alert', missed, () => undefined);
    });
  });
  const timers = [
    setInterval(() => { if (!state.isMute) io.emit('heartbeat', beat()); }, 2000),
    setInterval(() => { if (!state.isMute) io.emit('telemetry', { ts: Date.now(), devices: Object.fromEntries(pick(devices, 12).map((device) => [device.id, valuesOf(device)])) }); }, 500),
  ];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (!url.pathname.startsWith('/api/v1')) { file(url.pathname, response); return; }
    if (state.isAway) { request.socket.destroy(); return; }
    const path = url.pathname.slice('/api/v1'.length);
    const send = (body: unknown, status = 200, headers = {}) => { response.writeHead(status, { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json', ...headers }).end(body === undefined ? undefined : JSON.stringify(body)); };
    const isSignedIn = request.headers.cookie?.includes('fixture=1') ?? false;
    const session = { username: 'admin', name: '管理员', role: options.role ?? 'admin', ...(options.area === undefined ? {} : { area: options.area }) };
    if (path === '/session' && request.method === 'POST') {
      // The fixture's own tiny protocol: password "wrong" is wrong, "many" is too many.
      const { password } = JSON.parse(await bodyOf(request)) as { password: string };
      if (password === 'many') { send({ code: 'TOO_MANY_REQUESTS', status: 429, title: '', type: '' }, 429, { 'retry-after': '42' }); return; }
      if (password === 'wrong') { send({ code: 'CREDENTIALS_WRONG', status: 401, title: '', type: '' }, 401); return; }
      send(session, 200, { 'set-cookie': 'fixture=1; HttpOnly; Path=/; SameSite=Strict' });
      return;
    }
    if (!isSignedIn) { send({ code: 'UNAUTHENTICATED', status: 401, title: '', type: '' }, 401); return; }
    if (path === '/session') { send(request.method === 'DELETE' ? undefined : session, request.method === 'DELETE' ? 204 : 200, request.method === 'DELETE' ? { 'set-cookie': 'fixture=0; Path=/' } : {}); return; }
    const body = request.method === 'GET' ? Buffer.alloc(0) : await bytesOf(request);
    const operated = operations.answer(request.method ?? 'GET', path, url.searchParams, body);
    if (operated !== undefined) { send(operated.body, operated.status); return; }
    const provisioned = provisioning(request.method ?? 'GET', path, url.searchParams, body);
    if (provisioned?.type !== undefined) { response.writeHead(provisioned.status, { 'content-type': provisioned.type }).end(provisioned.body); return; }
    if (provisioned !== undefined) { send(provisioned.body, provisioned.status); return; }
    if (path === '/areas') { send(areas); return; }
    if (path === '/aggregates') { send(makeHourlyRows(flatten(areas), url.searchParams)); return; }
    if (path === '/devices') { const start = Number(url.searchParams.get('cursor') ?? 0); send({ data: devices.slice(start, start + 1000), ...(start + 1000 < devices.length ? { next: String(start + 1000) } : {}) }); return; }
    if (path === '/audit') { send({ data: auditOf(url.searchParams.get('target') ?? '') }); return; }
    if (path === '/alerts') { send(pageOf([...alerts.values()].filter((alert) => matches(alert, url.searchParams)), url.searchParams)); return; }
    const acted = acting.answer(request.method ?? 'GET', path, 'admin', request.method === 'POST' ? JSON.parse(body.toString() || '{}') as unknown : undefined);
    if (acted !== undefined) { if ('code' in acted) send({ code: acted.code, status: acted.status, title: '', type: '' }, acted.status); else send(acted.body); return; }
    const [, kind, id = '', verb] = path.split('/');
    const device = kind === 'devices' ? devices.find((candidate) => candidate.id === id) : undefined;
    if (device === undefined) { send({ code: kind === 'devices' ? 'DEVICE_NOT_FOUND' : 'NOT_FOUND', status: 404, title: '', type: '' }, 404); return; }
    send(deviceAnswer(device, verb, url.searchParams));
  }
  await new Promise<void>((resolve) => { http.listen(options.port ?? 0, '127.0.0.1', resolve); });
  return {
    // A TCP server's address is an object.
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, devices,
    operations,
    raise: (id: string, index: number, severity: Alert['severity'], zh: string, en: string, more: Partial<Alert> = {}) => change(acting.withClock(makeAlert(id, devices[index % devices.length] ?? devices[0]!, severity, zh, en, Date.now(), more))),
    clear: (id: string) => { const alert = alerts.get(id); return alert && acting.clear(alert); },
    end: (id: string, endedBy: AlertEnd, note: string) => { const alert = alerts.get(id); return alert && acting.end(alert, endedBy, note); },
    ackBy: acting.ackBy, escalate: acting.escalate,
    /** As the hub says it with its next heartbeat; 0 ends it. */
    flood: (count: number) => { state.flood = count > FLOOD.alerts ? { since: state.flood?.since ?? Date.now() - 120_000, alerts: count } : undefined; io.emit('heartbeat', beat()); },
    alerts: alerts as ReadonlyMap<string, Alert>,
    mute: (isMute: boolean) => { state.isMute = isMute; },
    /** As one that was killed: nothing of it can be reached but the files of the page, which browsers have anyway. */
    away: (isAway: boolean) => { state.isAway = isAway; if (isAway) io.disconnectSockets(true); },
    async stop(): Promise<void> { timers.forEach((timer) => { clearInterval(timer); }); await io.close(); },
  };
}

function deviceAnswer(device: Device, verb: string | undefined, query: URLSearchParams): unknown {
  const now = Date.now();
  if (verb === undefined) return device;
  if (verb === 'latest') return { values: Object.fromEntries(Object.entries(valuesOf(device)).map(([key, value]) => [key, { ts: now - 4000, value, unit: '' }])) };
  if (verb === 'events') return { data: device.kind.endsWith('gate') ? Array.from({ length: 9 }, (_, index) => ({ id: `e${index}`, ts: now - index * 91_000, type: index === 2 ? 'denied' : 'granted', data: { method: 'card', direction: index % 2 ? 'out' : 'in' } })) : [] };
  if (verb === 'refusals') return { counts: { unknown_metric: 3, malformed_json: 1 }, last: { at: now - 65_000, reason: 'unknown_metric', detail: 'fil_level', topic: `liandong/v1/fuan-jie/${device.area}/${device.id}/telemetry`, payload: '{"values":{"fil_level":42}}' } };
  const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
  return { metric: query.get('metric'), unit: '', points: Array.from({ length: 240 }, (_, index) => [from + (to - from) * index / 240, 50 + 30 * Math.sin(index / 18) + 4 * Math.sin(index * 1.7)]) };
}

function valuesOf(device: Device): Partial<Record<MetricKey, MetricValue>> {
  const base = [...device.id].reduce((sum, char) => sum + char.charCodeAt(0), 0);
  const wave = Math.sin(Date.now() / 60_000 + base);
  if (device.kind === 'waste_bin') return { fill_level: Math.round((base * 7) % 100), temperature: 18 + wave * 3, battery: 60 + base % 40, tilted: false };
  if (device.kind === 'env_sensor') return { pm2_5: Math.round(38 + base % 60 + wave * 6), noise: 46 + base % 12 + wave * 3, temperature: 14 + wave * 2, humidity: 52, co2: 480 };
  return { battery: 88, rssi: -71 };
}

const matches = (alert: Alert, query: URLSearchParams): boolean => [...query].every(([key, value]) => key === 'active' || key === 'acked' ? String(alert[key]) === value : key === 'severity' || key === 'tier' || key === 'area' ? alert[key] === value : key === 'device' ? alert.deviceId === value : key === 'from' ? alert.raisedAt >= Number(value) : key === 'clearedFrom' ? (alert.clearedAt ?? 0) >= Number(value) : key === 'top' ? alert.groupId === undefined : key === 'ended' ? String(alert.endedBy !== undefined) === value : true);
function pageOf(found: Alert[], query: URLSearchParams): { data: Alert[]; next?: string } {
  const [start, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit') ?? 200)];
  const data = found.sort((a, b) => Number(b.active) - Number(a.active) || severityRank(a.severity) - severityRank(b.severity) || b.raisedAt - a.raisedAt).slice(start, start + limit);
  return { data, ...(start + limit < found.length ? { next: String(start + limit) } : {}) };
}
const pick = <T>(items: readonly T[], count: number): T[] => Array.from({ length: Math.min(count, items.length) }, () => items[Math.floor(Math.random() * items.length)]).filter((item) => item !== undefined);
const bodyOf = async (request: IncomingMessage): Promise<string> => (await bytesOf(request)).toString();
async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // A request's chunks are buffers as long as no encoding is set.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
function file(path: string, response: ServerResponse): void {
  const wanted = join(DIST, path);
  const found = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, 'index.html');
  response.writeHead(200, { 'content-type': TYPES[extname(found)] ?? 'application/octet-stream', 'content-security-policy': CSP });
  createReadStream(found).pipe(response);
}

function auditOf(target: string): AuditEntry[] {
  const actions = ['command.done', 'command.sent', 'device.changed', 'device.accepted', 'device.claimed', 'something.new', 'device.created'];
  return actions.map((action, index) => ({ id: 100 - index, at: Date.now() - index * 3_600_000, by: index === 0 ? target : index === 5 ? 'hub' : 'li.na', action, target }));
}
