import type { AlertTimelineEntry } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { toTimelineEntry } from './alert-rows.js';

/** At most as many are answered of one alert. */
const TIMELINE_ENTRIES = 200;

/** Oldest first, with the names of people. An alert that flaps for months has no end of entries; how it began is always among those answered. */
export async function timelineOf(db: Db, alertId: string): Promise<AlertTimelineEntry[]> {
  const entries = db.selectFrom('alert_timeline').selectAll().where('alert_id', '=', alertId);
  const newest = (await entries.orderBy('id', 'desc').limit(TIMELINE_ENTRIES).execute()).reverse();
  const [first] = newest.length < TIMELINE_ENTRIES ? newest : await entries.orderBy('id').limit(1).execute();
  return first === undefined ? [] : withNames(db, [first, ...newest.slice(1)].map(toTimelineEntry));
}

async function withNames(db: Db, entries: readonly AlertTimelineEntry[]): Promise<AlertTimelineEntry[]> {
  const usernames = new Set(entries.flatMap(({ by, assignee }) => [by, assignee]).filter((name) => name !== undefined));
  const users = usernames.size === 0 ? [] : await db.selectFrom('user').select(['username', 'name']).where('username', 'in', [...usernames]).execute();
  const names = new Map(users.map(({ username, name }) => [username, name]));
  return entries.map((entry) => {
    const [byName, assigneeName] = [entry.by, entry.assignee].map((username) => username === undefined ? undefined : names.get(username));
    return { ...entry, ...(byName === undefined ? {} : { byName }), ...(assigneeName === undefined ? {} : { assigneeName }) };
  });
}
