import { DEFAULT_ESCALATION, TIERS, type Alert, type AlertAssign, type AlertClock, type AlertCondition, type AlertEnd, type AlertShelve, type AlertTimelineEntry, type BulkAckAnswer, type ErrorCode, type EscalationAnswer, type OnDuty, type Tier } from '@liandong/protocols';

/** An answer of the fixture: a body, or the code of why not. */
export type FixtureAnswer = { readonly body: unknown } | { readonly code: ErrorCode; readonly status: number };
const refuse = (code: ErrorCode, status: number): FixtureAnswer => ({ code, status });
const POLICY_VERSION = 3;
/** A working day's policy: the hub's defaults, and an hour to resolve what is critical. */
const POLICY: EscalationAnswer = { ...DEFAULT_ESCALATION, critical: { ackWithinS: 120, resolveWithinS: 3600 }, from: 'fuan-jie', version: POLICY_VERSION };

/** Acts on alerts as protocols/src/api/alerts.ts says that the hub does; `change` sends the new state to every screen. */
export function createFixtureAlerts(alerts: Map<string, Alert>, change: (alert: Alert) => Alert) {
  const timelines = new Map<string, AlertTimelineEntry[]>();
  const timelineOf = (alert: Alert): AlertTimelineEntry[] => timelines.get(alert.id) ?? timelines.set(alert.id, beginningOf(alert)).get(alert.id) ?? [];

  function step(alert: Alert, entry: Omit<AlertTimelineEntry, 'at'>, next: Alert): Alert {
    timelineOf(alert).push({ at: Date.now(), ...entry });
    return change(next);
  }
  function withClock(alert: Alert): Alert {
    const within = POLICY[alert.severity];
    const rest = without(alert, 'clock');
    if (within === undefined || alert.tier === 'city') return rest;
    const seconds = alert.acked ? within.resolveWithinS : within.ackWithinS;
    return seconds === undefined ? rest : { ...rest, clock: { kind: alert.acked ? 'resolve' : 'acknowledge', dueAt: Date.now() + seconds * 1000, periodMs: seconds * 1000, policyArea: 'fuan-jie', policyVersion: POLICY_VERSION } };
  }
  const unacked = (alert: Alert): Alert => ({ ...without(alert, 'ackedBy', 'ackedAt'), acked: false });
  function ack(alert: Alert, by: string): Alert {
    return alert.acked ? alert : step(alert, { change: 'acked', by }, withClock({ ...alert, acked: true, ackedBy: by, ackedAt: Date.now() }));
  }
  function escalate(alert: Alert, by: string | undefined, note: string | undefined): Alert | undefined {
    const tier: Tier | undefined = TIERS[TIERS.indexOf(alert.tier) + 1];
    return tier === undefined ? undefined : step(alert, { change: 'escalated', tier, ...(by === undefined ? {} : { by }), ...noted(note) }, withClock({ ...unacked(alert), tier }));
  }
  function shelve(alert: Alert, by: string, { until, durationS, reason }: AlertShelve): Alert {
    const shelvedUntil = until ?? Date.now() + (durationS ?? 900) * 1000;
    const { clock } = alert;
    const stopped = clock?.dueAt === undefined ? {} : { clock: { ...clockWithout(clock, 'dueAt'), leftMs: Math.max(0, clock.dueAt - Date.now()) } };
    return step(alert, { change: 'shelved', by, until: shelvedUntil, note: reason }, { ...alert, shelvedUntil, shelvedBy: by, shelveReason: reason, ...stopped });
  }
  function unshelve(alert: Alert, by: string): Alert {
    const { clock } = alert;
    const rest = without(alert, 'shelvedUntil', 'shelvedBy', 'shelveReason', 'clock');
    const running = clock?.leftMs === undefined ? clock : { ...clockWithout(clock, 'leftMs'), dueAt: Date.now() + clock.leftMs };
    return step(alert, { change: 'unshelved', by }, { ...rest, ...(running === undefined ? {} : { clock: running }) });
  }
  function assign(alert: Alert, by: string, { assignee }: AlertAssign): Alert {
    const rest = without(alert, 'assignee');
    return step(alert, { change: 'assigned', by, ...(assignee === null ? {} : { assignee }) }, assignee === null ? rest : { ...rest, assignee });
  }
  function act(alert: Alert, verb: string, by: string, body: { note?: string }): FixtureAnswer {
    if (verb === 'comment') return { body: step(alert, { change: 'commented', by, ...noted(body.note) }, alert) };
    if (verb === 'ack') return { body: ack(alert, by) };
    if (!alert.active) return refuse('ALERT_NOT_ACTIVE', 409);
    switch (verb) {
      case 'unack': return alert.acked ? { body: step(alert, { change: 'unacked', by }, withClock(unacked(alert))) } : refuse('ALERT_STATE', 409);
      case 'shelve': return { body: shelve(alert, by, body as AlertShelve) }; // as the schema of this call has it, as below
      case 'unshelve': return alert.shelvedUntil === undefined ? refuse('ALERT_STATE', 409) : { body: unshelve(alert, by) };
      case 'assign': return { body: assign(alert, by, body as AlertAssign) };
      case 'escalate': { const higher = escalate(alert, by, body.note); return higher === undefined ? refuse('ALERT_STATE', 409) : { body: higher }; }
      case 'clear': return alert.manualClear === true ? { body: clear(alert, by, body.note) } : refuse('ALERT_CLEAR_REFUSED', 422);
      default: return refuse('NOT_FOUND', 404);
    }
  }
  function clear(alert: Alert, by?: string, note?: string): Alert {
    const rest = without(alert, 'clock');
    return step(alert, { change: 'cleared', ...(by === undefined ? {} : { by }), ...noted(note) }, { ...rest, active: false, clearedAt: Date.now() });
  }
  /** It has not recovered: its device went out of service, and the like. */
  function end(alert: Alert, endedBy: AlertEnd, note: string): Alert {
    return step(alert, { change: 'cleared', endedBy, note }, { ...without(alert, 'clock'), active: false, clearedAt: Date.now(), endedBy });
  }
  return {
    timelineOf, clear, end, withClock,
    ackBy: (id: string, by: string) => { const alert = alerts.get(id); return alert && ack(alert, by); },
    escalate: (id: string) => { const alert = alerts.get(id); return alert && escalate(alert, undefined, undefined); },
    /** Everything below /alerts, /shifts and an area's policy; undefined for what isn't one of these. */
    answer(method: string, path: string, by: string, body: unknown): FixtureAnswer | undefined {
      const [, kind, id = '', verb] = path.split('/');
      if (kind === 'shifts') return { body: onDuty(by) };
      if (kind === 'areas' && verb === 'escalation') return { body: POLICY };
      if (kind !== 'alerts' || id === '') return undefined;
      if (method === 'POST' && id === 'ack') return { body: many((body as { ids: string[] }).ids, by) };
      const alert = alerts.get(id);
      if (alert === undefined) return refuse('ALERT_NOT_FOUND', 404);
      if (verb === undefined) return { body: { ...alert, timeline: timelineOf(alert), condition: conditionOf(alert) } };
      return act(alert, verb, by, body ?? {});
    },
  };
  function many(ids: readonly string[], by: string): BulkAckAnswer {
    return { data: ids.map((id) => { const alert = alerts.get(id); return alert === undefined ? { id, code: 'ALERT_NOT_FOUND' } : { id, alert: ack(alert, by) }; }) };
  }
}

/** The same alert without these members. */
function without(alert: Alert, ...keys: ('clock' | 'ackedBy' | 'ackedAt' | 'assignee' | 'shelvedUntil' | 'shelvedBy' | 'shelveReason')[]): Alert {
  const rest: Alert = { ...alert };
  for (const key of keys) delete rest[key];
  return rest;
}
const noted = (note: string | undefined): { note?: string } => note === undefined ? {} : { note };

function beginningOf(alert: Alert): AlertTimelineEntry[] {
  const from = TIERS.indexOf(alert.tier);
  return [
    { at: alert.raisedAt, change: 'raised' as const, severity: alert.severity, ...(alert.value === undefined ? {} : { value: alert.value }) },
    ...TIERS.slice(1, from + 1).map((tier, index) => ({ at: alert.raisedAt + (index + 1) * 120_000, change: 'escalated' as const, tier })),
    ...(alert.ackedAt === undefined ? [] : [{ at: alert.ackedAt, change: 'acked' as const, by: alert.ackedBy ?? '' }]),
    ...(alert.clearedAt === undefined ? [] : [{ at: alert.clearedAt, change: 'cleared' as const }]),
  ];
}

function onDuty(me: string): OnDuty {
  const until = Math.ceil(Date.now() / 28_800_000) * 28_800_000;
  return { data: [
    { tier: 'community', shift: 's-1', name: '早班', area: 'fuan-jie', users: ['wang.fang', 'zhao.lei'], until },
    { tier: 'subdistrict', shift: 's-2', name: '街道值班', area: 'fuan-jie', users: ['li.na', me], until },
  ] };
}

/** What raised the fixture's alerts; most of them events. */
const CONDITIONS: Readonly<Record<string, AlertCondition>> = {
  'bin-fill': { type: 'threshold', metric: 'fill_level' }, 'default-bin-fill': { type: 'threshold', metric: 'fill_level' }, 'air-pm25': { type: 'threshold', metric: 'pm2_5' }, noise: { type: 'noise', metric: 'noise' },
  heating: { type: 'change', metric: 'temperature', direction: 'up', withinS: 600 },
};
const conditionOf = ({ ruleId }: Alert): AlertCondition => CONDITIONS[ruleId] ?? { type: 'event', withinS: 1, count: 1 };

/** The same clock without one of its members. */
function clockWithout(clock: AlertClock, member: 'dueAt' | 'leftMs'): AlertClock {
  const rest = { ...clock };
  delete rest[member];
  return rest;
}
