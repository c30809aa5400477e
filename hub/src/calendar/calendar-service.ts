import type { Calendar, CalendarDay } from '@liandong/protocols';
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
  /** Replaces all of it. Throws FORBIDDEN for somebody bound to an area, VALIDATION_FAILED for a date that isn't one or comes twice. */
  replace(principal: Principal, calendar: Calendar): Promise<Calendar>;
}

export function createCalendarService({ db, clock, days: memory }: { db: Db; clock: Clock; days: DayCalendar }): CalendarService {
  async function stored(): Promise<CalendarDay[]> {
    const rows = await db.selectFrom('calendar_day').selectAll().orderBy('date').execute();
    return rows.map(({ date, kind, name }) => ({ date, kind, ...(name === null ? {} : { name }) }));
  }

  return {
    async load() {
      memory.replace(await stored());
    },

    async read(principal) {
      requirePermission(principal, 'rule:read');
      return { days: await stored() };
    },

    async replace(principal, { days }) {
      requirePermission(principal, 'rule:write');
      if (principal.area !== undefined) throw new AppError('FORBIDDEN', { zh: '日历是整个中心共用的，只有不限区域的人可以修改。', en: 'The calendar is the whole hub\'s; only somebody who is bound to no area may change it.' });
      requireDates(days);
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom('calendar_day').execute();
        for (let from = 0; from < days.length; from += ROWS) {
          await trx.insertInto('calendar_day').values(days.slice(from, from + ROWS).map(({ date, kind, name = null }) => ({ date, kind, name }))).execute();
        }
        await insertAudit(trx, clock.now(), [{ by: principal.name, action: 'calendar.changed', target: 'calendar', detail: `${days.length} days` }]);
      });
      const now = await stored();
      memory.replace(now);
      return { days: now };
    },
  };
}

function requireDates(days: readonly CalendarDay[]): void {
  const seen = new Set<string>();
  for (const [index, { date }] of days.entries()) {
    if (Number.isNaN(midnightOf(date))) throw fieldError(`/days/${index}/date`, { zh: `没有 ${date} 这一天。`, en: `days: there is no date ${date}.` });
    if (seen.has(date)) throw fieldError(`/days/${index}/date`, { zh: `${date} 出现了两次。`, en: `days: ${date} is there twice.` });
    seen.add(date);
  }
}
