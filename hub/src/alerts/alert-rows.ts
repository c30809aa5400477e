import { SEVERITIES, severityRank, type Alert, type AlertChange, type AlertClock, type AlertEnd, type AlertTimelineEntry, type DeviceKind, type Label, type Severity, type Tier } from '@liandong/protocols';
import type { CompiledQuery, Insertable, Kysely, Selectable, Transaction } from 'kysely';
import { inParts, rowsStatement } from '../database/rows-statement.js';
import type { Database } from '../database/schema.js';

type AlertRow = Selectable<Database['alert']>;

/** Column `weight`, by which lists are sorted: more is worse, and whatever is active comes before whatever has cleared. Migration 0015 gave it to the rows of before. */
export const weightOf = ({ active, severity }: Pick<Alert, 'active' | 'severity'>): number => (active ? SEVERITIES.length : 0) + SEVERITIES.length - severityRank(severity);
export const LEAST_ACTIVE_WEIGHT = SEVERITIES.length + 1;

/** Writes the alert as it is now: a new row, or over the one with its id. */
export async function saveAlert(trx: Transaction<Database>, alert: Alert): Promise<void> {
  const row = toRow(alert);
  await trx.insertInto('alert').values(row).onConflict((conflict) => conflict.column('id').doUpdateSet(row)).execute();
}

/** The statements that write many, each alert once. */
export function* savingAlerts(trx: Transaction<Database>, alerts: readonly Alert[]): Generator<CompiledQuery> {
  for (const part of inParts(alerts)) yield savingRows(trx, part.map(toRow));
}

const savingRows = rowsStatement((db: Kysely<Database>, rows: readonly Insertable<Database['alert']>[]) => {
  const columns = Object.keys(rows[0] ?? {}) as (keyof Insertable<Database['alert']>)[]; // every row has the same
  return db.insertInto('alert').values(rows)
    .onConflict((conflict) => conflict.column('id').doUpdateSet((e) => Object.fromEntries(columns.map((column) => [column, e.ref(`excluded.${column}`)])))).compile();
});

/** Entries with the alerts they are of. */
export type TimelineEntries = readonly { readonly alertId: string; readonly entry: AlertTimelineEntry }[];

/** Writes many, in their order. */
export async function addTimelineEntries(trx: Transaction<Database>, entries: TimelineEntries): Promise<void> {
  for (const statement of addingTimelineEntries(trx, entries)) await trx.executeQuery(statement);
}

/** The statements that do so. */
export function* addingTimelineEntries(trx: Transaction<Database>, entries: TimelineEntries): Generator<CompiledQuery> {
  for (const part of inParts(entries)) yield addingRows(trx, part.map(toTimelineRow));
}

function toTimelineRow({ alertId, entry }: TimelineEntries[number]): Insertable<Database['alert_timeline']> {
  const { at, change, by = null, severity = null, value = null, note = null, tier = null, assignee = null, until = null, alertId: ref = null, endedBy = null } = entry;
  return { alert_id: alertId, at, change, by, severity, value, note, tier, assignee, until, ref, ended_by: endedBy };
}

const addingRows = rowsStatement((db: Kysely<Database>, rows: readonly Insertable<Database['alert_timeline']>[]) => db.insertInto('alert_timeline').values(rows).compile());

/** Casts: the columns were written by `saveAlert` from a typed alert. */
export function toAlert(row: AlertRow): Alert {
  return {
    id: row.id, ruleId: row.rule_id, area: row.area, kind: row.kind as DeviceKind, severity: row.severity as Severity, tier: row.tier as Tier,
    active: row.active === 1, acked: row.acked === 1, raisedAt: row.raised_at, lastAt: row.last_at, count: row.count,
    message: JSON.parse(row.message) as Label, seq: row.seq,
    ...given({
      deviceId: row.device_id, shelvedUntil: row.shelved_until, value: row.value, threshold: row.threshold, ackedBy: row.acked_by,
      ackedAt: row.acked_at, clearedAt: row.cleared_at, groupId: row.group_id, caseId: row.case_id,
      shelvedBy: row.shelved_by, shelveReason: row.shelve_reason, assignee: row.assignee, inhibitedBy: row.inhibited_by, ruleVersion: row.rule_version,
      isChattering: row.chattering === 1 ? true : null, manualClear: row.manual_clear === 1 ? true : null, isWithheld: row.withheld === 1 ? true : null,
      endedBy: row.ended_by as AlertEnd | null,
      clock: row.clock === null ? null : JSON.parse(row.clock) as AlertClock,
    }),
  };
}

/** Cast: written by `addTimelineEntries`. */
export function toTimelineEntry(row: Selectable<Database['alert_timeline']>): AlertTimelineEntry {
  return { at: row.at, change: row.change as AlertChange, ...given({ by: row.by, severity: row.severity as Severity | null, value: row.value, note: row.note, tier: row.tier as Tier | null, assignee: row.assignee, until: row.until, alertId: row.ref, endedBy: row.ended_by as AlertEnd | null }) };
}

function toRow(alert: Alert): Insertable<Database['alert']> {
  return {
    id: alert.id, rule_id: alert.ruleId, device_id: alert.deviceId ?? null, area: alert.area, kind: alert.kind, severity: alert.severity, tier: alert.tier,
    active: alert.active ? 1 : 0, acked: alert.acked ? 1 : 0, shelved_until: alert.shelvedUntil ?? null, raised_at: alert.raisedAt, last_at: alert.lastAt,
    count: alert.count, value: alert.value ?? null, threshold: alert.threshold ?? null, message: JSON.stringify(alert.message),
    acked_by: alert.ackedBy ?? null, acked_at: alert.ackedAt ?? null, cleared_at: alert.clearedAt ?? null, group_id: alert.groupId ?? null,
    case_id: alert.caseId ?? null, seq: alert.seq,
    shelved_by: alert.shelvedBy ?? null, shelve_reason: alert.shelveReason ?? null, assignee: alert.assignee ?? null, inhibited_by: alert.inhibitedBy ?? null,
    chattering: alert.isChattering === true ? 1 : 0, withheld: alert.isWithheld === true ? 1 : 0, manual_clear: alert.manualClear === true ? 1 : 0, rule_version: alert.ruleVersion ?? null, ended_by: alert.endedBy ?? null,
    clock: alert.clock === undefined ? null : JSON.stringify(alert.clock), weight: weightOf(alert),
  };
}

/** The same object without its nulls. */
function given<T extends Record<string, unknown>>(columns: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(columns).filter(([, value]) => value !== null);
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> }; // only nulls were taken out
}
