import { UPLINK_LIMITS, type EdgeAlertRecord, type Seq } from '@liandong/protocols';
import { toAlert, toTimelineEntry } from '../alerts/alert-rows.js';
import type { Db } from '../database/database.js';

/** Alerts in one go. */
const ALERTS = 50;

/** Alerts that changed after `seq`, oldest change first, each with the end of its history. Read from the alerts themselves, which are kept for good: however long the link was away, none is missed. */
export async function alertsAfter(db: Db, seq: Seq): Promise<EdgeAlertRecord[]> {
  const rows = await db.selectFrom('alert').selectAll().where('seq', '>', seq).where('device_id', 'is not', null).orderBy('seq').limit(ALERTS).execute();
  const records: EdgeAlertRecord[] = [];
  for (const row of rows) {
    const alert = toAlert(row);
    const entries = await db.selectFrom('alert_timeline').selectAll().where('alert_id', '=', alert.id).orderBy('id', 'desc').limit(UPLINK_LIMITS.entries).execute();
    if (alert.deviceId === undefined) continue; // asked for above
    records.push({
      type: 'alert', device: alert.deviceId, at: Math.max(alert.raisedAt, alert.lastAt, alert.ackedAt ?? 0, alert.clearedAt ?? 0), alert,
      entries: entries.reverse().map((entry) => ({ n: entry.id, ...toTimelineEntry(entry) })),
    });
  }
  return records;
}
