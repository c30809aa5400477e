import type { Alert } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { ChangeLog } from '../changes/change-log.js';
import { inParts } from '../database/rows-statement.js';
import type { Database } from '../database/schema.js';
import { together } from '../database/together.js';
import { addingTimelineEntries, savingAlerts, toAlert, type TimelineEntries } from './alert-rows.js';

/** Alerts as the database has them now, each once; one that is not there is left out. */
export async function readAlerts(trx: Transaction<Database>, ids: readonly string[]): Promise<Map<string, Alert>> {
  const found = new Map<string, Alert>();
  for (const part of inParts([...new Set(ids)])) {
    for (const row of await trx.selectFrom('alert').selectAll().where('id', 'in', part).execute()) found.set(row.id, toAlert(row));
  }
  return found;
}

/**
 * Numbers what became of these alerts as changes, and writes it with the entries of their timelines. In a few statements that travel together: twenty alerts that escalate took thirty milliseconds one by one, and a
 * critical one that is raised meanwhile waits for them. Answers them with their seq, to be published. The transaction ends with it: call nothing in it afterwards.
 */
export async function recordAlerts(trx: Transaction<Database>, changes: Pick<ChangeLog, 'numberAlerts'>, { alerts, timeline = [] }: { alerts: readonly Alert[]; timeline?: TimelineEntries }): Promise<readonly Alert[]> {
  if (alerts.length === 0) return [];
  const { numbered, recording } = await changes.numberAlerts(trx, alerts.map((alert) => ({ alert })));
  await together(trx, [...recording, ...savingAlerts(trx, numbered), ...addingTimelineEntries(trx, timeline)], { commits: true });
  return numbered;
}
