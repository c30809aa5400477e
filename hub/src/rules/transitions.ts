import { severityRank, type Alert, type AlertTimelineEntry } from '@liandong/protocols';
import type { CompiledQuery, Transaction } from 'kysely';
import type { ActiveAlert } from '../alerts/active-alerts.js';
import type { TimelineEntries } from '../alerts/alert-rows.js';
import { toChange, type Change, type ChangeLog } from '../changes/change-log.js';
import type { Database } from '../database/schema.js';
import { breathe } from '../breathe.js';
import { chunksOf } from '../chunks-of.js';

/** One step of an alert. Without entries it is nothing for the timeline, such as another place. `left`: what screens of the area it left are told. `isWithheld`: it cleared as its device is out of service. */
export interface Transition { readonly active: ActiveAlert; readonly alert: Alert; readonly entries: readonly AlertTimelineEntry[]; readonly left?: Alert; readonly isWithheld?: boolean }

/** Steps that get their numbers in one go; in a storm of alerts the thread is given up after it. */
const STEPS = 50;

/** Changes to publish once the transaction has committed; all else has still to be written. `recording`: see `ChangeLog.numberAlerts`. */
export interface Recorded { readonly published: readonly Change[]; readonly recording: readonly CompiledQuery[]; readonly alerts: readonly Alert[]; readonly timeline: TimelineEntries }

/**
 * What happened to alerts as changes, many to a statement: there they get their seq. The worst alerts come first, so that in a storm of warnings a screen has
 * a critical one before them; the steps of one alert stay in their order.
 */
export async function recordTransitions(trx: Transaction<Database>, transitions: readonly Transition[], changes: Pick<ChangeLog, 'numberAlerts'>): Promise<Recorded> {
  const published: Change[] = [];
  const recordings: CompiledQuery[] = [];
  const last = new Map<string, Alert>();
  const ordered = worstFirst(transitions);
  for (const [index, part] of [...chunksOf(ordered, STEPS)].entries()) {
    if (index > 0) await breathe();
    const { numbered, recording } = await changes.numberAlerts(trx, part.flatMap(({ alert, left }) => left === undefined ? [{ alert }] : [{ alert: left, movedTo: alert.area }, { alert }]));
    recordings.push(...recording);
    let at = 0;
    for (const { active, alert, left } of part) {
      const gone = left === undefined ? undefined : numbered[at++];
      const now = numbered[at++] ?? alert; // one was recorded for each
      if (gone !== undefined) published.push({ ...toChange(gone), movedTo: alert.area });
      published.push(toChange(now));
      active.alert = active.alert === alert ? now : { ...active.alert, seq: now.seq };
      last.set(now.id, now);
    }
  }
  return {
    published, recording: recordings,
    // What cleared makes room first: there is one active alert of a rule and device at most.
    alerts: [...last.values()].sort((a, b) => Number(a.active) - Number(b.active)),
    timeline: ordered.flatMap(({ alert, entries }) => entries.map((entry) => ({ alertId: alert.id, entry }))),
  };
}

function worstFirst(transitions: readonly Transition[]): readonly Transition[] {
  if (transitions.length < 2) return transitions;
  const ranks = new Map<string, number>();
  for (const { alert } of transitions) ranks.set(alert.id, Math.min(ranks.get(alert.id) ?? Infinity, severityRank(alert.severity)));
  return [...transitions].sort((a, b) => (ranks.get(a.alert.id) ?? 0) - (ranks.get(b.alert.id) ?? 0));
}
