import { isBlank, type Alert, type AlertTimelineEntry, type AreaId, type DeviceId, type EdgeAlertEntry, type EdgeAlertRecord, type EpochMs } from '@liandong/protocols';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import { applyStep, type AlertStep, type StepDetail } from '../alerts/life-cycle.js';

/** What the hub makes of an edge's alert: as it is from now on, and what its history gains. */
export interface Merged { readonly alert: Alert; readonly entries: readonly AlertTimelineEntry[] }

/**
 * Steps that are an edge's to make. Groups, causes, tiers and who it is assigned to are decided at the hub, which sees more. But what another alert stood for there until it cleared did not go
 * unseen, and the hub can't find that out afterwards: `inhibitedBy` of what is over is taken over.
 */
const FOLLOWED: ReadonlySet<string> = new Set<AlertStep>(['repeated', 'regraded', 'cleared', 'reraised', 'acked', 'unacked', 'commented', 'shelved', 'unshelved']);

/** The hub hears of it for the first time. Who acknowledged it there, and when it was raised and cleared, stays; the clock that makes it escalate starts now, as nobody here could act before. */
export function firstOf({ alert: told, entries, edge }: EdgeAlertRecord, { area, at, clocks }: { area: AreaId; at: EpochMs; clocks: AlertClocks }): Merged {
  const { ackedBy, ...rest } = told;
  const alert: Alert = { ...rest, area, tier: 'community', seq: 0, ...(ackedBy === undefined ? {} : { ackedBy: atEdge(ackedBy, edge) }) };
  for (const member of ['clock', 'groupId', 'caseId', 'assignee', 'isWithheld'] as const) delete alert[member];
  if (alert.active) delete alert.inhibitedBy;
  return { alert: alert.active ? clocks.after(undefined, alert, 'raised', at) : alert, entries: entries.filter(({ change }) => change === 'raised' || FOLLOWED.has(change)).map((entry) => plain(entry, edge)) };
}

/**
 * The hub knows it: what happened there since is done here too, where it is still possible. An acknowledgement that was made here first stands, and what was cleared here
 * by a person stays so until it comes again. `fresh`: entries not merged before, oldest first.
 */
export function mergedWith(known: Alert, { alert: told, edge }: EdgeAlertRecord, fresh: readonly EdgeAlertEntry[], { at, clocks }: { at: EpochMs; clocks: AlertClocks }): Merged {
  let alert = known;
  const entries: AlertTimelineEntry[] = [];
  const take = (entry: AlertTimelineEntry): void => {
    const next = FOLLOWED.has(entry.change) ? applyStep(alert, entry.change as AlertStep, detailOf(entry, told)) : undefined; // FOLLOWED holds steps only
    // What somebody wrote with an acknowledgement that comes second is kept, as it is of one made here.
    if (next === undefined && entry.change === 'acked' && alert.acked && !isBlank(entry.note ?? '')) return take({ ...entry, change: 'commented' });
    if (next === undefined) return;
    alert = clocks.after(alert, { ...next, count: alert.count, ...(entry.change === 'cleared' && !told.active ? given({ inhibitedBy: told.inhibitedBy }) : {}) }, entry.change, at);
    entries.push(entry);
  };
  for (const entry of fresh) take(plain(entry, edge));
  // Of a history longer than one record only the end is told.
  if (fresh.length > 0 && alert.active && !told.active) take({ at: told.clearedAt ?? told.lastAt, change: 'cleared', ...given({ endedBy: told.endedBy }) });
  const isNewer = told.lastAt > alert.lastAt;
  return { alert: { ...alert, count: Math.max(alert.count, told.count), ...(isNewer ? { lastAt: told.lastAt, ...(told.value === undefined ? {} : { value: told.value }) } : {}) }, entries };
}

/** Users of an edge are its own: `admin` there is somebody else. */
const atEdge = (user: string, edge: DeviceId | undefined): string => `${user}@${edge ?? ''}`;

function plain({ n: _n, byName: _byName, assigneeName: _assigneeName, ...entry }: EdgeAlertEntry, edge: DeviceId | undefined): AlertTimelineEntry {
  return entry.by === undefined ? entry : { ...entry, by: atEdge(entry.by, edge) };
}

function detailOf({ at, by, severity, value, note, until, change, endedBy }: AlertTimelineEntry, { message, threshold, isChattering }: Alert): StepDetail {
  const isGrade = change === 'regraded' || change === 'reraised';
  return {
    at, ...given({ by, severity: isGrade ? severity : undefined, value, until, endedBy, reason: note, threshold: isGrade ? threshold : undefined }),
    ...(isGrade ? { message } : {}), ...(isChattering === true ? { isChattering } : {}),
  };
}

/** The same object without what is undefined. */
function given<T extends Record<string, unknown>>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }; // only these were taken out
}
