import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry as Metrics, type OpenMetricsContentType } from 'prom-client';
import type { AlertWithTimeline, PartState, Role, Rule } from '@liandong/protocols';
import type { AlertQuery, AlertService } from '../../src/alerts/types.js';
import { createCalendarService } from '../../src/calendar/calendar-service.js';
import { DayCalendar } from '../../src/calendar/day-calendar.js';
import { createDeviceReadings } from '../../src/devices/device-readings.js';
import type { HttpDependencies } from '../../src/http/dependencies.js';
import { buildHttp } from '../../src/http/server.js';
import { requirePermission } from '../../src/identity/principal.js';
import { AppError } from '../../src/problem.js';
import { createRuleService } from '../../src/rules/rule-service.js';
import type { StoredPoint, TelemetryStore } from '../../src/telemetry/types.js';
import { addPlaces, openRegistry, ROOT, START, type Registry } from '../devices/registry.js';

export const PASSWORD = 'correct horse';
export const PROBLEM = 'application/problem+json';

export const alert: AlertWithTimeline = {
  id: 'a1', ruleId: 'bin-full', deviceId: 'bin-1', area: 'east-grid', kind: 'waste_bin', severity: 'major', tier: 'community', active: true, acked: false,
  raisedAt: START, lastAt: START, count: 1, value: 96, threshold: 95, message: { zh: '满', en: 'full' }, seq: 1, timeline: [{ at: START, change: 'raised' }],
};
export const rule: Rule = {
  id: 'bin-full', name: { zh: '满溢', en: 'Full' }, message: { zh: '满', en: 'full' }, kinds: ['waste_bin'], enabled: true, onDelayS: 0, offDelayS: 0,
  type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70, schedule: { hours: [6, 22] },
};

/** What an application's registry holds: places, the first person, and a device in each sub-district. */
export async function openFilledRegistry(): Promise<Registry> {
  const registry = await openRegistry();
  await addPlaces(registry);
  await registry.identity.ensureAdmin({ password: PASSWORD });
  await registry.devices.create(ROOT, { id: 'bin-1', name: '东门', kind: 'waste_bin', area: 'east-grid' });
  await registry.devices.create(ROOT, { id: 'bin-2', name: '西门', kind: 'waste_bin', area: 'west-garden' });
  return registry;
}

/** The real application over a real registry; the telemetry store, alerts and the rule evaluator are stand-ins that record what they are asked. `registry`: one that is filled; closing the application ends it. */
export async function openHub(settings: { registry?: Registry; withConsole?: boolean; signInsPerMinute?: number; more?: (registry: Registry) => Partial<HttpDependencies> } = {}) {
  const registry = settings.registry ?? await openFilledRegistry();

  const asked: { alerts: AlertQuery[]; store: unknown[]; acks: unknown[]; rules: unknown[] } = { alerts: [], store: [], acks: [], rules: [] };
  const store = { points: [[START, 96], [START + 1, 0]] as StoredPoint[], isDown: false };
  const telemetry: Pick<TelemetryStore, 'history' | 'raw' | 'events'> = {
    async history(range, points) {
      asked.store.push({ ...range, points });
      if (store.isDown) throw new Error('connect ECONNREFUSED 10.0.0.9:8086');
      return store.points;
    },
    async raw(range, page) {
      asked.store.push({ ...range, ...page });
      if (page.cursor === 'bad') throw new AppError('CURSOR_INVALID');
      return { data: store.points, next: 'more' };
    },
    async events() { return { data: [{ id: 'e1', ts: START, type: 'granted', data: { credential: 'hash', method: 'card' } }] }; },
  };
  const requireAlert = (id: string): void => { if (id !== alert.id) throw new AppError('ALERT_NOT_FOUND'); };
  const act: AlertService['ack'] = async (principal, id, note) => {
    requirePermission(principal, 'alert:act');
    requireAlert(id);
    asked.acks.push([principal.name, note]);
    return { ...alert, acked: true };
  };
  const alerts: AlertService = {
    async list(principal, query) {
      requirePermission(principal, 'alert:read');
      asked.alerts.push(query);
      return { data: [alert] };
    },
    active: async () => [alert],
    async get(principal, id) {
      requirePermission(principal, 'alert:read');
      requireAlert(id);
      return alert;
    },
    ack: act, unack: act, comment: act, unshelve: act, escalate: act, clear: act,
    shelve: (principal, id, { reason }) => act(principal, id, reason),
    assign: (principal, id, { note }) => act(principal, id, note),
    async ackAll(principal, ids, note) {
      return Promise.all(ids.map(async (id) => id === alert.id ? { id, alert: await act(principal, id, note) } : { id, code: 'ALERT_NOT_FOUND' }));
    },
  };
  const health: { parts: Record<string, { state: PartState; detail?: string }> } = { parts: { mqtt: { state: 'ready' } } };
  const logged: unknown[] = [];
  const consoleFolder = join(registry.dir, 'console');
  if (settings.withConsole === true) await writeConsole(consoleFolder);

  const metrics = new Metrics<OpenMetricsContentType>();
  metrics.setContentType(Metrics.OPENMETRICS_CONTENT_TYPE);

  const rules = createRuleService({ db: registry.db, clock: registry.clock, areas: registry.tree, directory: registry.directory, evaluator: { changeRule: async (change) => { asked.rules.push(change); } } });
  await rules.create(ROOT, rule);
  const dependencies: HttpDependencies = {
    identity: registry.identity, areas: registry.areas, devices: registry.devices, alerts, consoleFolder, clock: registry.clock,
    readings: createDeviceReadings({ devices: registry.devices, telemetry, audit: registry.audit, clock: registry.clock, latest: { get: () => ({ fill_level: { ts: START, value: 96, unit: '%' }, tilted: { ts: START, value: false, unit: '' } }) } }),
    rules,
    calendar: createCalendarService({ db: registry.db, clock: registry.clock, days: new DayCalendar() }),
    health: { parts: () => health.parts },
    metrics,
    logger: { error: (...line: unknown[]) => { logged.push(line); }, warn: (...line: unknown[]) => { logged.push(line); } },
    signInsPerMinute: settings.signInsPerMinute ?? 1000,
    ...settings.more?.(registry),
  };
  const app = await buildHttp(dependencies);

  return {
    app, registry, asked, store, health, logged, alerts,
    /** A bearer header of a program with this role, bound to this area. */
    async as(role: Role, area?: string): Promise<{ authorization: string }> {
      const { token } = await registry.identity.createToken(ROOT, { name: `${role}-${area ?? 'all'}`, role, ...(area === undefined ? {} : { area }) });
      return { authorization: `Bearer ${token}` };
    },
    async signIn() {
      return app.inject({ method: 'POST', url: '/api/v1/session', payload: { username: 'admin', password: PASSWORD } });
    },
    async close() {
      await app.close();
      await registry.destroy();
    },
  };
}
export type TestHub = Awaited<ReturnType<typeof openHub>>;

async function writeConsole(folder: string): Promise<void> {
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(folder, 'assets', 'index-abc123.js'), 'export {};');
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
}
