import { METRIC_KEYS, WINDOW_MS } from '@liandong/protocols';
import Database from 'libsql';
import { AREAS } from '../fleet.js';

/** A day of 15-minute rows of so many communities and metrics. */
export interface Day { readonly communities: number; readonly metrics: number; readonly start: number }

const QUARTERS = 96;
export const rowsOf = ({ communities, metrics }: Day): number => communities * metrics * QUARTERS;

/** Puts the day into the database of a hub that is not running, as its publisher would write it: through devices it would take a real day. `revision` 2 and up restates all of it. */
export function writeDay(file: string, day: Day, revision: number): void {
  const subdistrict = AREAS.find(({ level }) => level === 'subdistrict')?.id;
  if (subdistrict === undefined) throw new Error('the fleet has no sub-district');
  const db = new Database(file);
  try {
    db.exec('begin');
    const area = db.prepare('insert into area (id, level, parent, name) values (?, ?, ?, ?) on conflict do nothing');
    for (let index = 0; index < day.communities; index += 1) area.run([idOf(index), 'community', subdistrict, idOf(index)]);
    const { change_no: last } = db.prepare('select change_no from aggregate_state where id = 1').get() as { change_no: number }; // as the statement names it
    const put = db.prepare('insert into aggregate (area, metric, "window", start, change_no, revision, count, sum, min, max, last, last_ts, devices, coverage) values (?, ?, \'15m\', ?, ?, ?, 15, ?, 1.5, 40.25, 20.5, ?, 30, 0.96) on conflict do update set change_no = excluded.change_no, revision = excluded.revision, sum = excluded.sum');
    let change = last;
    for (let quarter = 0; quarter < QUARTERS; quarter += 1) {
      const start = day.start + quarter * WINDOW_MS['15m'];
      for (let community = 0; community < day.communities; community += 1) {
        for (const metric of METRIC_KEYS.slice(0, day.metrics)) put.run([idOf(community), metric, start, change += 1, revision, 300.123 + community + revision / 7, start + 1]);
      }
    }
    db.prepare('update aggregate_state set change_no = ?, watermark = max(watermark, ?) where id = 1').run([change, day.start + 86_400_000]);
    db.exec('commit');
  } finally {
    db.close();
  }
}

const idOf = (index: number): string => `day-${String(index).padStart(3, '0')}`;
