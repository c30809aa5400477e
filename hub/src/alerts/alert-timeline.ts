import type { AlertTimelineEntry } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { inParts } from '../database/rows-statement.js';
import { storable } from '../database/storable.js';
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

/** Words of a person on an alert. */
interface Words { readonly id: string; readonly by: string | undefined; readonly note: string | undefined }

/** Tells of these words, with whatever step they came, whether they are on the timeline of their alert since it was last acknowledged: said again later they are news. */
export async function saidOn(db: Pick<Db, 'selectFrom'>, words: readonly Words[]): Promise<(one: Words) => boolean> {
  const keyOf = ({ id, by, note }: Words): string => JSON.stringify([id, by, storable(note)]); // as they are read back
  const notes = [...new Set(words.flatMap(({ note }) => note ?? []))];
  const people = [...new Set(words.flatMap(({ by }) => by ?? []))];
  const said = new Set<string>();
  for (const part of inParts(words.map(({ id }) => id))) {
    const rows = await db.selectFrom('alert_timeline as entry').select(['alert_id', 'by', 'note']).where('alert_id', 'in', part).where('by', 'in', people).where('note', 'in', notes)
      .where((e) => e('entry.id', '>=', e.fn.coalesce(e.selectFrom('alert_timeline as ack').select((f) => f.fn.max('ack.id').as('id')).whereRef('ack.alert_id', '=', 'entry.alert_id').where('ack.change', '=', 'acked'), e.lit(0)))).execute();
    for (const row of rows) said.add(keyOf({ id: row.alert_id, by: row.by ?? undefined, note: row.note ?? undefined }));
  }
  return (one) => said.has(keyOf(one));
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
