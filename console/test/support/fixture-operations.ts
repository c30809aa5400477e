import {
  DEFAULT_ESCALATION, SEVERITIES, familyOf, type Alert, type Backtest, type BacktestResult, type Calendar, type Channel, type Device, type EscalationAnswer, type ErrorCode, type Maintenance, type NewChannel, type NewMaintenance, type NewShift,
  type Notification, type OnDuty, type Rule, type RulePreview, type RuleVersion, type Shift, type User,
} from '@liandong/protocols';
import { DAY_MS, startOfDay } from '../../src/format/calendar.js';
import { kindsOf, runsBetween } from '../../src/duty/week-grid.js';
import { DEFAULTS, nearerBinRule } from './fixture-rules.js';
import { reportsOf } from './fixture-reports.js';

/** An answer of the fixture: a body, or the code of why not. */
export type OperationsAnswer = { status: number; body?: unknown } | undefined;
const json = (body: unknown, status = 200): OperationsAnswer => ({ status, body });
const refuse = (code: ErrorCode, status: number, detail?: string): OperationsAnswer => ({ status, body: { code, status, title: '', type: '', ...(detail === undefined ? {} : { detail }) } });
const BACKTEST_MS = 4000;

/** Rules, back-tests, duty, maintenance, channels and reports as protocols/src/api says that the hub answers; people and figures are invented. */
export function createFixtureOperations(devices: readonly Device[], alerts: () => Alert[]) {
  const now = Date.now();
  const rules = new Map<string, Rule>([...DEFAULTS, nearerBinRule(now)].map((rule) => [rule.id, { version: 1, updatedAt: now - 9 * DAY_MS, updatedBy: 'hub', ...rule }]));
  const versions = new Map<string, RuleVersion[]>([...rules.values()].map((rule) => [rule.id, rule.version === 3 ? historyOf(rule, now) : [{ version: rule.version ?? 1, at: rule.updatedAt ?? now, by: rule.updatedBy ?? 'hub', change: 'created', rule }]]));
  const runs = new Map<string, { rule: Rule; startedAt: number; isCancelled: boolean }>();
  const shifts = new Map<string, Shift>(makeShifts().map((shift) => [shift.id, { ...shift, version: 1 }]));
  const policies = new Map<string, EscalationAnswer>([['fuan-jie', { ...DEFAULT_ESCALATION, critical: { ackWithinS: 120, resolveWithinS: 3600 }, from: 'fuan-jie', version: 3, updatedAt: now - 6 * DAY_MS, updatedBy: 'li.na' }], ['yinghai', { critical: { ackWithinS: 60 }, major: { ackWithinS: 300, resolveWithinS: 7200 }, from: 'yinghai', version: 1, updatedAt: now - DAY_MS, updatedBy: 'wang.wei' }]]);
  let calendar: Calendar = { version: 0, days: [...range('2026-10-01', 8, '国庆节、中秋节'), { date: '2026-10-10', kind: 'workday', name: '国庆节调休' }, { date: '2026-01-01', kind: 'holiday', name: '元旦' }, ...range('2026-02-16', 7, '春节'), { date: '2026-02-14', kind: 'workday', name: '春节调休' }].sort((a, b) => a.date < b.date ? -1 : 1) as Calendar['days'] };
  const maintenance = new Map<string, Maintenance>(makeMaintenance(devices, now).map((window) => [window.id, window]));
  const channels = new Map<string, Channel>(makeChannels(now).map((channel) => [channel.id, channel]));
  /** Saved with a version that is no longer the one in force. */
  const isLate = (sent: unknown, inForce: number): boolean => { const { version } = sent as { version?: number }; return version !== undefined && version !== inForce; };
  const late = (): OperationsAnswer => refuse('CHANGED_MEANWHILE', 409, 'admin changed it after it was read.');
  const state = { refuse: undefined as OperationsAnswer };
  let nextId = 1;

  function preview(rule: Rule): RulePreview {
    const inScope = (of: Rule, device: Device) => of.kinds.includes(device.kind) && (of.scope?.devices?.includes(device.id) ?? true) && (of.scope?.areas?.some((area) => area === device.area || area === 'fuan-jie' || area === 'jiaozhou') ?? true);
    const own = devices.filter((device) => inScope(rule, device));
    const count = (key: (device: Device) => string) => [...new Set(own.map(key))].map((name): [string, number] => [name, own.filter((device) => key(device) === name).length]).sort((a, b) => b[1] - a[1]);
    const family = [...rules.values()].filter((other) => other.id !== rule.id && other.enabled && familyOf(other) === familyOf(rule));
    const width = (of: Rule) => of.scope?.devices !== undefined ? 2 : of.scope?.areas !== undefined ? 1 : 0;
    const over = family.filter((other) => width(other) > width(rule)).map((other) => ({ id: other.id, devices: own.filter((device) => inScope(other, device)).length }));
    const under = family.filter((other) => width(other) <= width(rule)).map((other) => ({ id: other.id, devices: own.filter((device) => inScope(other, device)).length }));
    return { devices: own.length, of: devices.length, inForce: own.length - over.reduce((sum, other) => sum + other.devices, 0), matchesEverything: own.length === devices.length, byKind: Object.fromEntries(count(({ kind }) => kind)), byArea: count(({ area }) => area).slice(0, 10).map(([area, n]) => ({ area, name: area, devices: n })), sample: own.slice(0, 10).map(({ id }) => id), overrides: under, overriddenBy: over };
  }
  function write(rule: Rule, change: 'created' | 'changed'): Rule {
    const saved: Rule = { ...rule, version: (rules.get(rule.id)?.version ?? 0) + 1, updatedAt: Date.now(), updatedBy: 'admin' };
    rules.set(rule.id, saved);
    versions.set(rule.id, [{ version: saved.version ?? 1, at: Date.now(), by: 'admin', change, rule: saved }, ...versions.get(rule.id) ?? []]);
    return saved;
  }
  function progressOf(id: string): Backtest | undefined {
    const run = runs.get(id);
    if (run === undefined) return undefined;
    const progress = Math.min(1, (Date.now() - run.startedAt) / BACKTEST_MS);
    const to = startOfDay(Date.now());
    const base = { id, from: to - 30 * DAY_MS, to, devices: 58, samples: Math.round(progress * 2_505_600), startedAt: run.startedAt, progress };
    if (run.isCancelled) return { ...base, state: 'cancelled', endedAt: Date.now() };
    return progress < 1 ? { ...base, state: 'running' } : { ...base, state: 'done', endedAt: run.startedAt + BACKTEST_MS, candidate: resultOf(devices, to, 1), ...(rules.has(run.rule.id) ? { inForce: resultOf(devices, to, 1.7) } : {}), chart: chartOf(devices, to) };
  }

  function answerRules(method: string, id: string, verb: string | undefined, body: () => unknown): OperationsAnswer {
    // The console's own requests.
    if (id === '' && method === 'GET') return json({ data: [...rules.values()].sort((a, b) => a.id < b.id ? -1 : 1) });
    if (id === 'preview') return json(preview((body() as { rule: Rule }).rule));
    if (id === 'backtest' && method === 'POST') { const run = `bt${nextId++}`; runs.set(run, { rule: (body() as { rule: Rule }).rule, startedAt: Date.now(), isCancelled: false }); return json(progressOf(run), 202); }
    if (id === 'backtest' && method === 'DELETE') { const run = runs.get(verb ?? ''); if (run !== undefined) run.isCancelled = true; return { status: 204 }; }
    if (id === 'backtest') { const run = progressOf(verb ?? ''); return run === undefined ? refuse('BACKTEST_NOT_FOUND', 404) : json(run); }
    if (id === '' && method === 'POST') { const rule = body() as Rule; return rules.has(rule.id) ? refuse('RULE_EXISTS', 409, `There is a rule ${rule.id} already.`) : json(write(rule, 'created'), 201); }
    const known = rules.get(id);
    if (verb === 'versions') return json({ data: versions.get(id) ?? [] });
    // Rules of the fixture's alerts are answered elsewhere.
    if (known === undefined) return method === 'GET' && !versions.has(id) ? undefined : refuse('RULE_NOT_FOUND', 404);
    if (method === 'GET') return json(known);
    if (method === 'DELETE') { rules.delete(id); versions.set(id, [{ version: (known.version ?? 1) + 1, at: Date.now(), by: 'admin', change: 'deleted' }, ...versions.get(id) ?? []]); return { status: 204 }; }
    const rule = body() as Rule;
    return rule.version !== undefined && rule.version !== known.version ? refuse('RULE_CHANGED', 409, `Version ${known.version} of ${known.updatedBy} is in force, not ${rule.version}.`) : json(write(rule, 'changed'));
  }

  function answer(method: string, path: string, query: URLSearchParams, raw: Buffer): OperationsAnswer {
    const [, kind = '', id = '', verb] = path.split('/');
    const body = (): unknown => JSON.parse(raw.toString() || '{}');
    if (state.refuse !== undefined && ['rules', 'shifts', 'maintenance', 'channels', 'notifications', 'calendar'].includes(kind)) return state.refuse;
    if (kind === 'rules') return answerRules(method, id, verb, body);
    if (kind === 'calendar') { const version = calendar.version ?? 0; if (method === 'PUT') { if (isLate(body(), version)) return late(); calendar = { ...body() as Calendar, version: version + 1, updatedAt: Date.now(), updatedBy: 'admin' }; } return json(calendar); }
    if (kind === 'people') return json({ data: PEOPLE.map(({ username, name }) => ({ username, name })) });
    if (kind === 'areas' && verb === 'escalation') {
      if (method === 'PUT' && isLate(body(), policies.get(id)?.version ?? 0)) return late();
      if (method === 'PUT') policies.set(id, { ...body() as object, from: id, version: (policies.get(id)?.version ?? 0) + 1, updatedAt: Date.now(), updatedBy: 'admin' });
      if (method === 'DELETE') policies.delete(id);
      return json(policies.get(id) ?? (id === 'jiaozhou' ? undefined : policies.get('fuan-jie')) ?? { ...DEFAULT_ESCALATION, version: 1 });
    }
    if (kind === 'shifts' && id === 'on-duty') return json({ data: onDuty([...shifts.values()], calendar) });
    if (kind === 'shifts' && method === 'PUT' && shifts.has(id) && isLate(body(), shifts.get(id)?.version ?? 1)) return late();
    if (kind === 'shifts') return crud(shifts, method, id, () => ({ id: id || `s${nextId++}`, ...body() as NewShift, version: (shifts.get(id)?.version ?? 0) + 1, updatedAt: Date.now(), updatedBy: 'admin' }), 'SHIFT_NOT_FOUND');
    if (kind === 'maintenance' && method === 'DELETE') { const window = maintenance.get(id); if (window !== undefined) maintenance.set(id, { ...window, endedAt: Date.now() }); return { status: 204 }; }
    if (kind === 'maintenance') return crud(maintenance, method, '', () => ({ id: `m${nextId++}`, ...body() as NewMaintenance, by: 'admin', at: Date.now() }), 'MAINTENANCE_NOT_FOUND');
    if (kind === 'channels' && verb === 'test') return json(id === 'c2' ? { ok: false, error: 'the robot answers errcode 410: removed from its group', errorZh: '机器人答复 errcode 410：已被移出群' } : { ok: true });
    if (kind === 'channels') return crud(channels, method, id, () => channelOf(channels.get(id), id || `c${nextId++}`, body() as NewChannel), 'CHANNEL_NOT_FOUND');
    if (kind === 'notifications') return json({ data: makeNotifications(alerts(), now).filter((row) => (query.get('channel') ?? row.channel) === row.channel && (query.get('state') ?? row.state) === row.state) });
    return kind === 'alerts' ? reportsOf(id, query, { alerts: alerts(), devices, rules: [...rules.keys()] }) : undefined;
  }
  return { answer, refuseAll: (code: ErrorCode | undefined, status = 403) => { state.refuse = code === undefined ? undefined : refuse(code, status); }, changeRule: (id: string) => { const rule = rules.get(id); if (rule !== undefined) { const saved = write({ ...rule, onDelayS: rule.onDelayS + 60 }, 'changed'); rules.set(id, { ...saved, updatedBy: 'li.na' }); } } };
}

function crud<T extends { id: string }>(all: Map<string, T>, method: string, id: string, make: () => T, missing: ErrorCode): OperationsAnswer {
  if (method === 'GET') return json({ data: [...all.values()] });
  if (id !== '' && !all.has(id)) return refuse(missing, 404);
  if (method === 'DELETE') { all.delete(id); return { status: 204 }; }
  const made = make();
  all.set(made.id, made);
  return json(made, id === '' ? 201 : 200);
}

function historyOf(rule: Rule, now: number): RuleVersion[] {
  if (rule.type !== 'threshold') return [];
  const second: Rule = { ...rule, bands: [{ limit: 80, severity: 'warning' }, { limit: 92, severity: 'major' }], version: 2 };
  const first: Rule = { ...second, onDelayS: 0, clearAt: 75, version: 1 };
  return [{ version: 3, at: now - 2 * DAY_MS, by: 'li.na', change: 'changed', rule }, { version: 2, at: now - 12 * DAY_MS, by: 'wang.wei', change: 'changed', rule: second }, { version: 1, at: now - 40 * DAY_MS, by: 'hub', change: 'created', rule: first }];
}

function resultOf(devices: readonly Device[], to: number, factor: number): BacktestResult {
  const perDay = Array.from({ length: 30 }, (_, index): [number, number] => [to - (30 - index) * DAY_MS, Math.round(factor * (4 + 3 * Math.sin(index * 1.3) + (index % 7 > 4 ? 4 : 0) + (index === 21 ? 9 : 0)))]);
  const alerts = perDay.reduce((sum, [, n]) => sum + n, 0);
  const bins = devices.filter(({ kind }) => kind === 'waste_bin');
  return {
    alerts, devicesWithAlerts: Math.round(31 * Math.sqrt(factor)), bySeverity: SEVERITIES.filter((severity) => severity === 'major' || severity === 'warning').map((severity) => ({ severity, count: Math.round(alerts * (severity === 'major' ? 0.28 : 0.72)) })), perDay, floodShare: 0.004 * factor * factor,
    examples: bins.slice(0, 8).map((device, index) => ({ device: device.id, severity: index < 3 ? 'major' : 'warning', from: to - (3 + index * 3) * DAY_MS + Math.round(((index < 3 ? 95 : 80) - 48) / 5.2 * 3_600_000), to: to - (3 + index * 3) * DAY_MS + (9.6 + index % 4) * 3_600_000, value: index < 3 ? 97 : 86, threshold: index < 3 ? 95 : 80 })),
  };
}
function chartOf(devices: readonly Device[], to: number): NonNullable<Backtest['chart']> {
  return devices.filter(({ kind }) => kind === 'waste_bin').slice(0, 4).map((device, index) => {
    const from = to - (3 + index * 3) * DAY_MS;
    return { device: device.id, metric: 'fill_level', points: Array.from({ length: 140 }, (_, step): [number, number] => { const hour = step / 8; return [from + hour * 3_600_000, Math.min(98, hour < 9.6 + index % 4 ? 48 + hour * 5.2 : 8 + (hour - 9.6) * 2.4) + Math.sin(step) * 1.2]; }) };
  });
}

const PEOPLE: User[] = [['admin', '管理员'], ['zhang.wei', '张伟'], ['li.na', '李娜'], ['wang.wei', '王巍'], ['chen.jing', '陈静'], ['zhao.lei', '赵磊']].map(([username = '', name = '']) => ({ username, name, role: username === 'admin' ? 'admin' : 'operator', createdAt: 0 }));
const ALL = [1, 2, 3, 4, 5, 6, 7];
const makeShifts = (): Shift[] => [
  { id: 's-a', name: '早班', tier: 'community', area: 'fuan-jie', weekdays: ALL, start: '08:00', end: '16:00', users: ['zhang.wei', 'chen.jing'] }, { id: 's-b', name: '中班', tier: 'community', area: 'fuan-jie', weekdays: ALL, start: '16:00', end: '00:00', users: ['zhao.lei'] }, { id: 's-c', name: '夜班', tier: 'community', area: 'fuan-jie', weekdays: [1, 2, 3, 4, 7], start: '00:00', end: '08:00', users: ['wang.wei'] },
  { id: 's-d', name: '街道白班', tier: 'subdistrict', area: 'fuan-jie', weekdays: ALL, start: '08:00', end: '20:00', users: ['li.na'] }, { id: 's-e', name: '街道夜班', tier: 'subdistrict', area: 'fuan-jie', weekdays: ALL, start: '20:00', end: '08:00', users: ['li.na', 'wang.wei'] },
  { id: 's-f', name: '市指挥', tier: 'city', area: 'jiaozhou', weekdays: ALL, start: '00:00', end: '00:00', users: ['admin'] },
];
const onDuty = (shifts: readonly Shift[], { days }: Calendar): OnDuty['data'] => runsBetween(shifts, Date.now(), Date.now() + 1, kindsOf(days)).map(({ shift, to }) => ({ tier: shift.tier, shift: shift.id, name: shift.name, area: shift.area, users: shift.users, until: to }));
const makeMaintenance = (devices: readonly Device[], now: number): Maintenance[] => [
  { id: 'm-1', area: 'beiguan', from: now - 3_600_000, to: now + 7_200_000, reason: '配电箱改造，全社区停电', by: 'li.na', at: now - DAY_MS }, { id: 'm-2', devices: devices.filter(({ kind }) => kind === 'access_gate').slice(0, 6).map(({ id }) => id), from: now + DAY_MS, to: now + DAY_MS + 14_400_000, reason: '更换门锁电池', by: 'wang.wei', at: now - 7_200_000 },
  { id: 'm-3', area: 'yinghai', from: now - 3 * DAY_MS, to: now - 3 * DAY_MS + 28_800_000, reason: '网关搬迁', by: 'li.na', at: now - 4 * DAY_MS, endedAt: now - 3 * DAY_MS + 18_000_000 }, { id: 'm-4', area: 'zhongyun', from: now - 8 * DAY_MS, to: now - 8 * DAY_MS + 7_200_000, reason: '路面施工', by: 'admin', at: now - 9 * DAY_MS },
];
const ALL_TIERS: Channel['tiers'] = ['community', 'subdistrict', 'city'];
const makeChannels = (now: number): Channel[] => [
  { id: 'c1', type: 'wecom', name: '阜安街道值班群', isEnabled: true, area: 'fuan-jie', minSeverity: 'minor', tiers: ALL_TIERS, events: ['raised', 'escalated', 'cleared'], lang: 'zh', urlHost: 'https://qyapi.weixin.qq.com', hasSecret: false, allowPrivate: false, waiting: 0, lastSentAt: now - 48_000 },
  { id: 'c2', type: 'dingtalk', name: '营海物业群', isEnabled: true, area: 'yinghai', minSeverity: 'major', tiers: ['community'], events: ['raised'], lang: 'zh', urlHost: 'https://oapi.dingtalk.com', hasSecret: true, allowPrivate: false, waiting: 7, lastSentAt: now - 5_400_000, lastError: 'the robot answers errcode 410: removed from its group', lastErrorZh: '机器人答复 errcode 410：已被移出群', lastErrorAt: now - 240_000 },
  { id: 'c3', type: 'webhook', name: '市平台接口', isEnabled: true, minSeverity: 'critical', tiers: ['city'], events: ['raised', 'escalated'], lang: 'zh', urlHost: 'https://city.example.org', hasSecret: true, allowPrivate: false, waiting: 2, lastSentAt: now - 600_000 },
  { id: 'c4', type: 'email', name: '值班主任邮箱', isEnabled: false, area: 'fuan-jie', minSeverity: 'critical', tiers: ['subdistrict', 'city'], events: ['escalated'], lang: 'zh', to: ['duty@example.org', 'head@example.org'], hasSecret: false, allowPrivate: false, waiting: 0 },
];
function channelOf(old: Channel | undefined, id: string, { url, secret, ...given }: NewChannel): Channel {
  return { hasSecret: secret !== undefined, allowPrivate: false, waiting: 0, ...old, ...given, id, ...(url === undefined ? {} : { urlHost: new URL(url).origin }) };
}
function makeNotifications(alerts: readonly Alert[], now: number): Notification[] {
  return alerts.filter(({ active }) => active).flatMap((alert, index): Notification[] => [
    { id: 100 - index * 2, key: `k${index}`, channel: index % 3 === 1 ? 'c2' : 'c1', alertId: alert.id, event: 'raised', severity: alert.severity, tier: alert.tier, at: alert.raisedAt, attempts: index % 3 === 1 ? 4 : 1, ...(index % 3 === 1 ? { state: 'waiting', nextAt: now + 90_000, error: 'the robot answers errcode 410: removed from its group', errorZh: '机器人答复 errcode 410：已被移出群' } : { state: 'sent', sentAt: alert.raisedAt + 800 }) },
    ...(alert.tier === 'subdistrict' ? [{ id: 99 - index * 2, key: `e${index}`, channel: 'c1', alertId: alert.id, event: 'escalated' as const, severity: alert.severity, tier: alert.tier, at: alert.raisedAt + 120_000, attempts: 1, state: 'sent' as const, sentAt: alert.raisedAt + 121_000, digest: 'd1' }] : []),
  ]).sort((a, b) => b.at - a.at);
}
function range(from: string, count: number, name: string): Calendar['days'] {
  const start = Date.parse(`${from}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) => ({ date: new Date(start + index * DAY_MS).toISOString().slice(0, 10), kind: 'holiday', name }));
}
