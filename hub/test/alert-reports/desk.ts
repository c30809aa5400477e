import type { Alert, AlertTimelineEntry, Area, Shift } from '@liandong/protocols';
import type { Insertable } from 'kysely';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAlertReports } from '../../src/alert-reports/alert-reports.js';
import { createActiveAlerts } from '../../src/alerts/active-alerts.js';
import { addTimelineEntries, saveAlert } from '../../src/alerts/alert-rows.js';
import { AreaTree } from '../../src/areas/area-tree.js';
import { NO_DAYS } from '../../src/calendar/day-calendar.js';
import type { Database } from '../../src/database/schema.js';
import { Roster } from '../../src/duty/roster.js';
import { openTestDatabase } from '../support/databases.js';
import { rethrow } from '../support/rethrow.js';

/** 2026-11-02 10:00 at UTC+8, a Monday. */
export const NOW = Date.UTC(2026, 10, 2, 2);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const AREAS: Area[] = [
  { id: 'city', level: 'city', name: '市' }, { id: 'street', level: 'subdistrict', parent: 'city', name: '街道' },
  { id: 'east', level: 'community', parent: 'street', name: '东' }, { id: 'west', level: 'community', parent: 'street', name: '西' },
];

/** Reports over alerts in a real database; alerts are written as the hub writes them, or many at once. */
export async function openDesk() {
  const folder = await mkdtemp(join(tmpdir(), 'liandong-reports-'));
  const db = await openTestDatabase(folder);
  const clock = { at: NOW, now: () => clock.at };
  const areas = new AreaTree(rethrow);
  AREAS.forEach((area) => areas.put(area));
  const activeAlerts = createActiveAlerts({ db });
  const roster = new Roster({ areas, days: NO_DAYS });
  let made = 0;

  function alertOf(more: Partial<Alert>): Alert {
    made += 1;
    return {
      id: `a${String(made).padStart(6, '0')}`, ruleId: `r${made}`, deviceId: `d${made}`, area: 'east', kind: 'waste_bin', severity: 'minor', tier: 'community', active: true, acked: false,
      raisedAt: NOW - HOUR, lastAt: NOW, count: 1, message: { zh: '', en: '' }, seq: made, ...more,
    };
  }

  return {
    db, clock, activeAlerts, reports: createAlertReports({ db, clock, areas, activeAlerts, roster }),
    /** A parent is without a device: `device: null`. */
    async raise(more: Partial<Alert> = {}, entries: AlertTimelineEntry[] = []): Promise<Alert> {
      const alert = alertOf(more);
      await db.transaction().execute(async (trx) => {
        await saveAlert(trx, alert);
        await addTimelineEntries(trx, [{ at: alert.raisedAt, change: 'raised' as const }, ...entries].map((entry) => ({ alertId: alert.id, entry })));
      });
      await activeAlerts.load();
      return alert;
    },
    async insert(alerts: readonly Insertable<Database['alert']>[], entries: readonly Insertable<Database['alert_timeline']>[]): Promise<void> {
      await db.transaction().execute(async (trx) => {
        for (let from = 0; from < alerts.length; from += 500) await trx.insertInto('alert').values(alerts.slice(from, from + 500)).execute();
        for (let from = 0; from < entries.length; from += 500) await trx.insertInto('alert_timeline').values(entries.slice(from, from + 500)).execute();
      });
      await activeAlerts.load();
    },
    putShift(id: string, shift: Omit<Shift, 'id' | 'name' | 'weekdays'>) { roster.put({ id, name: id, weekdays: [1, 2, 3, 4, 5, 6, 7], ...shift }); },
    async close(): Promise<void> {
      await db.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type Desk = Awaited<ReturnType<typeof openDesk>>;
