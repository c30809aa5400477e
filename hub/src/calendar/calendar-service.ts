import type { Calendar, CalendarDay, EpochMs } from '@liandong/protocols';
import { requireUnchanged, type Edit } from '../changed-meanwhile.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { insertAudit } from '../identity/audit-log.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError, fieldError } from '../problem.js';
import { midnightOf, type DayCalendar } from './day-calendar.js';

/** Rows of one statement. */
const ROWS = 200;

/** Holidays and moved working days of the whole hub; rules' schedules follow at once. */
export interface CalendarService {
  /** Fills memory from the database; call once before the rules start. */
  load(): Promise<void>;
  read(principal: Principal): Promise<Calendar>;
  /** Replaces all of it. Throws FORBIDDEN for somebody bound to an area, VALIDATION_FAILED for a date that isn't one or comes twice, CHANGED_MEANWHILE when `calendar.version` is given and not the one in force. */
  replace(principal: Principal, calendar: Calendar): Promise<Calendar>;
}

export function createCalendarService({ db, clock, days: memory }: { db: Db; clock: Clock; days: DayCalendar }): CalendarService {
  async function daysIn(from: Db): Promise<CalendarDay[]> {
    const rows = await from.selectFrom('calendar_day').selectAll().orderBy('date').execute();
    return rows.map(({ date, kind, name }) => ({ date, kind, ...(name === null ? {} : { name }) }));
  }

  /** The version first: one that is older than its days is refused at the next save, one that is newer would lose days. */
  async function stored(): Promise<Calendar> {
    const { version, at, by } = await lastEdit(db);
    return { days: await daysIn(db), version, ...(at === undefined ? {} : { updatedAt: at }), ...(by === undefined ? {} : { updatedBy: by }) };
  }

  return {
    async load() {
      memory.replace(await daysIn(db));
    },

    async read(principal) {
      requirePermission(principal, 'rule:read');
      return stored();
    },

    async replace(principal, { days, version: read }) {
      requirePermission(principal, 'rule:write');
      if (principal.area !== undefined) throw new AppError('FORBIDDEN', { zh: '日历是整个中心共用的，只有不限区域的人可以修改。', en: 'The calendar is the whole hub\'s; only somebody who is bound to no area may change it.' });
      requireDates(days);
      const saved = await db.transaction().execute(async (trx): Promise<Calendar> => {
        const last = await lastEdit(trx);
        requireUnchanged(read, last);
        const edit = { version: last.version + 1, at: clock.now(), by: principal.name };
        await trx.insertInto('calendar_version').values(edit).execute();
        await trx.deleteFrom('calendar_day').execute();
        for (let from = 0; from < days.length; from += ROWS) {
          await trx.insertInto('calendar_day').values(days.slice(from, from + ROWS).map(({ date, kind, name = null }) => ({ date, kind, name }))).execute();
        }
        await insertAudit(trx, edit.at, [{ by: principal.name, action: 'calendar.changed', target: 'calendar', detail: `${days.length} days` }]);
        return { days: await daysIn(trx), version: edit.version, updatedAt: edit.at, updatedBy: edit.by };
      });
      memory.replace(saved.days);
      return saved;
    },
  };
}

interface CalendarEdit extends Edit { readonly at?: EpochMs; readonly by?: string }
async function lastEdit(db: Db): Promise<CalendarEdit> {
  return await db.selectFrom('calendar_version').select(['version', 'at', 'by']).orderBy('version', 'desc').limit(1).executeTakeFirst() ?? { version: 0 };
}

function requireDates(days: readonly CalendarDay[]): void {
  const seen = new Set<string>();
  for (const [index, { date }] of days.entries()) {
    if (Number.isNaN(midnightOf(date))) throw fieldError(`/days/${index}/date`, { zh: `没有 ${date} 这一天。`, en: `days: there is no date ${date}.` });
    if (seen.has(date)) throw fieldError(`/days/${index}/date`, { zh: `${date} 出现了两次。`, en: `days: ${date} is there twice.` });
    seen.add(date);
  }
}
