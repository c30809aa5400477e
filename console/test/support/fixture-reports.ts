import { HANDOVER_GROUPS, HANDOVER_NAMED, RETURNED_SEVERITIES, SEVERITIES, severityRank, type Alert, type AlertKpi, type Device, type Handover } from '@liandong/protocols';
import type { OperationsAnswer } from './fixture-operations.js';

const SLOT_MS = 600_000;

/** GET /alerts/kpi and /alerts/handover over the fixture's alerts; undefined for any other path under /alerts. */
export function reportsOf(what: string, query: URLSearchParams, { alerts, ...others }: { alerts: readonly Alert[]; devices: readonly Device[]; rules: readonly string[] }): OperationsAnswer {
  // Children of a parent are neither counted nor listed.
  const world = { ...others, alerts: alerts.filter(({ groupId }) => groupId === undefined) };
  const [from, to] = [Number(query.get('from')), Math.min(Number(query.get('to')), Date.now())];
  const area = query.get('area');
  const range = { ...(area === null ? {} : { area }), from, to };
  if (what === 'kpi') return { status: 200, body: kpi(world, range, Number(query.get('operators') ?? 1)) };
  return what === 'handover' ? { status: 200, body: handover(world.alerts, range) } : undefined;
}

function kpi({ alerts, devices, rules }: { alerts: readonly Alert[]; devices: readonly Device[]; rules: readonly string[] }, range: { area?: string; from: number; to: number }, operators: number): AlertKpi {
  const own = alerts.filter(({ raisedAt }) => raisedAt >= range.from && raisedAt < range.to);
  const slots = Array.from({ length: Math.ceil((range.to - range.from) / SLOT_MS) }, (_, index): [number, number] => { const start = range.from + index * SLOT_MS; return [start, own.filter(({ raisedAt }) => raisedAt >= start && raisedAt < start + SLOT_MS).length]; });
  return {
    ...range, operators, raised: own.length, per10Min: { mean: own.length / Math.max(1, slots.length) / operators, max: Math.max(0, ...slots.map(([, n]) => n)) / operators }, floodShare: slots.filter(([, n]) => n > 10 * operators).length / Math.max(1, slots.length), stale: 2, chattering: 1,
    bySeverity: SEVERITIES.map((severity) => { const count = own.filter((alert) => alert.severity === severity).length; return { severity, count, share: own.length === 0 ? 0 : count / own.length }; }),
    toAcknowledge: { p50: 74, p95: 412, count: own.filter(({ acked }) => acked).length }, toClear: { p50: 300, p95: 5400, count: own.filter(({ active }) => !active).length },
    worst: devices.slice(0, 10).map((device, index) => ({ ruleId: rules[index % rules.length] ?? 'gone', deviceId: device.id, area: device.area, count: Math.max(1, 19 - index * 2) })), slots,
  };
}

function handover(alerts: readonly Alert[], range: { area?: string; from: number; to: number }): Handover {
  const within = (at: number | undefined) => at !== undefined && at >= range.from && at < range.to;
  const open = alerts.filter(({ active }) => active).sort((a, b) => severityRank(a.severity) - severityRank(b.severity) || a.raisedAt - b.raisedAt);
  const shelved = open.slice(-1).map((alert): Alert => ({ ...alert, shelvedUntil: range.to + 7_200_000, shelvedBy: 'zhang.wei', shelveReason: '等备件，明早更换电池' }));
  const returned = alerts.filter((alert) => !alert.active && !alert.acked && RETURNED_SEVERITIES.includes(alert.severity) && within(alert.clearedAt));
  const isShelved = ({ id }: Alert) => shelved.some((alert) => alert.id === id);
  const [first, second] = open;
  const acked = alerts.filter(({ ackedAt }) => within(ackedAt)).length;
  /** It cleared, and the console has it no more. */
  const over: Alert | undefined = first === undefined ? undefined : { ...first, id: 'p-3', severity: 'minor', active: false, clearedAt: range.from + 3_700_000, message: { zh: '北关噪声超标', en: 'Noise over the limit at Beiguan' } };
  return {
    ...range, groups: { unacked: grouped(open.filter((alert) => !alert.acked && !isShelved(alert))), returned: grouped(returned), open: grouped(open.filter((alert) => alert.acked && !isShelved(alert))), shelved: grouped(shelved) }, raised: alerts.filter(({ raisedAt }) => within(raisedAt)).length, acked, cleared: alerts.filter(({ clearedAt }) => within(clearedAt)).length, ended: 2, escalated: 1,
    totals: { open: open.length, unacked: open.filter(({ acked: isAcked }) => !isAcked).length, shelved: shelved.length, returned: returned.length }, open, unacked: open.filter(({ acked: isAcked }) => !isAcked), shelved, returned,
    people: [{ name: 'zhang.wei', acked: Math.max(1, acked - 3), medianS: 66 }, { name: 'chen.jing', acked: 3, medianS: 141 }], escalations: second === undefined ? [] : [{ alert: second, at: second.raisedAt + 120_000, tier: 'subdistrict' }],
    notes: first === undefined || over === undefined ? [] : [{ alertId: first.id, alert: first, at: first.raisedAt + 20_000, by: 'zhang.wei', note: '已让门卫去看' }, { alertId: over.id, alert: over, at: range.from + 3_600_000, by: 'chen.jing', note: '施工噪声，已与工地沟通，22 点停工' }],
  };
}

/** As the hub groups them. */
function grouped(alerts: readonly Alert[]): Handover['groups']['open'] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) { const key = `${alert.ruleId} ${alert.area}`; groups.set(key, [...groups.get(key) ?? [], alert]); }
  const all = [...groups.values()].flatMap((own) => {
    const [worst] = own;
    return worst === undefined ? [] : [{ ruleId: worst.ruleId, area: worst.area, severity: worst.severity, count: own.length, oldestAt: Math.min(...own.map(({ raisedAt }) => raisedAt)), alerts: own.slice(0, HANDOVER_NAMED) }];
  });
  return { total: alerts.length, groups: all.sort((a, b) => severityRank(a.severity) - severityRank(b.severity) || a.oldestAt - b.oldestAt).slice(0, HANDOVER_GROUPS) };
}
