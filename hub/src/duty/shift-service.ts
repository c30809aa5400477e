import type { AreaId, EpochMs, NewShift, OnDuty, Person, Role, Shift } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { IdSource } from '../alerts/alert-ids.js';
import type { AreaTree } from '../areas/area-tree.js';
import { requireUnchanged } from '../changed-meanwhile.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { insertAudit } from '../identity/audit-log.js';
import { hasPermission, requirePermission, type Principal } from '../identity/principal.js';
import { AppError, fieldError } from '../problem.js';
import type { Roster } from './roster.js';
import { toRow } from './shift-rows.js';

/** All are in memory and looked through at each escalation; a sub-district has a few dozen. */
const MOST_SHIFTS = 1_000;

/** The shift calendar. Each method checks permission first; what lies out of the caller's area does not exist (AREA_NOT_FOUND, SHIFT_NOT_FOUND). */
export interface ShiftService {
  /** Those of the area, or of the caller's own, and below, by area, tier and time of day. */
  list(principal: Principal, area?: AreaId): Promise<Shift[]>;
  /** Those who may be on duty in the area, or anywhere within the caller's own, by user name. */
  people(principal: Principal, area?: AreaId): Promise<Person[]>;
  /** Throws USER_NOT_FOUND for somebody who does not exist or may not see the alerts of the area, VALIDATION_FAILED for a `validTo` that is not after `validFrom`. */
  create(principal: Principal, shift: NewShift): Promise<Shift>;
  /** Throws as `create`, and CHANGED_MEANWHILE when `shift.version` is given and not the one in force. */
  replace(principal: Principal, id: string, shift: NewShift): Promise<Shift>;
  remove(principal: Principal, id: string): Promise<void>;
  /** Who looks after an area; `at` is now unless told. Somebody who is bound to no area has to name one (VALIDATION_FAILED). */
  onDuty(principal: Principal, query: { area?: AreaId | undefined; at?: EpochMs | undefined }): Promise<OnDuty>;
}

export interface ShiftServiceDependencies { db: Db; clock: Clock; ids: IdSource; areas: AreaTree; roster: Roster }

export function createShiftService({ db, clock, ids, areas, roster }: ShiftServiceDependencies): ShiftService {
  function find(principal: Principal, id: string): Shift {
    const shift = roster.get(id);
    if (shift === undefined || !areas.isVisible(principal, shift.area)) throw notFound(id);
    return shift;
  }

  /** Somebody who could not see the alerts of the area is as good as nobody, and is not told apart. */
  async function requireUsers({ area, users }: NewShift): Promise<void> {
    const rows = await db.selectFrom('user').select(['username', 'role', 'area']).where('username', 'in', users).execute();
    const able = new Set(rows.filter((row) => readsAlerts(row) && reaches(row, area)).map(({ username }) => username));
    const missing = users.find((user) => !able.has(user));
    if (missing !== undefined) throw new AppError('USER_NOT_FOUND', { zh: `没有能看到区域 ${area} 告警的用户 ${missing}。`, en: `There is no user ${missing} who may see the alerts of area ${area}.` });
  }

  const reaches = (user: UserRow, area: AreaId): boolean => user.area === null || areas.contains(user.area, area);

  async function checked(principal: Principal, given: NewShift): Promise<NewShift> {
    areas.requireVisible(principal, given.area);
    const { validFrom = -Infinity, validTo = Infinity } = given;
    if (validTo <= validFrom) throw fieldError('/validTo', { zh: '停用日期要晚于启用日期。', en: '`validTo` must be after `validFrom`.' }, { keyword: 'minimum', limit: validFrom + 1 });
    const shift = { ...given, weekdays: [...new Set(given.weekdays)].sort((a, b) => a - b), users: [...new Set(given.users)] };
    await requireUsers(shift);
    return shift;
  }

  async function save(principal: Principal, shift: Shift, action: 'shift.created' | 'shift.changed'): Promise<Shift> {
    const saved = await db.transaction().execute(async (trx) => {
      const at = clock.now();
      const made: Shift = { ...shift, version: action === 'shift.created' ? 1 : await nextVersion(trx, shift), updatedAt: at, updatedBy: principal.name };
      const row = toRow(made);
      if (action === 'shift.created') await trx.insertInto('shift').values(row).execute();
      else await trx.updateTable('shift').set(row).where('id', '=', made.id).execute();
      await insertAudit(trx, at, [{ by: principal.name, action, target: made.id, detail: inWords(made) }]);
      return made;
    });
    roster.put(saved);
    return saved;
  }

  return {
    async list(principal, area) {
      requirePermission(principal, 'duty:read');
      areas.requireVisible(principal, area);
      const root = area ?? principal.area;
      return roster.all().filter((shift) => root === undefined || areas.contains(root, shift.area)).sort(byPlace);
    },
    async people(principal, area) {
      requirePermission(principal, 'duty:read');
      areas.requireVisible(principal, area);
      const own = principal.area;
      const rows = await db.selectFrom('user').select(['username', 'name', 'role', 'area']).orderBy('username').execute();
      const isAsked = (row: UserRow): boolean => area !== undefined ? reaches(row, area) : own === undefined || reaches(row, own) || (row.area !== null && areas.contains(own, row.area));
      return rows.filter((row) => readsAlerts(row) && isAsked(row)).map(({ username, name }) => ({ username, name }));
    },
    async create(principal, given) {
      requirePermission(principal, 'duty:write');
      const shift = await checked(principal, given);
      if (roster.size >= MOST_SHIFTS) throw new AppError('VALIDATION_FAILED', { zh: `已有 ${MOST_SHIFTS} 个班次，请先删除已经结束的。`, en: `There are ${MOST_SHIFTS} shifts already; delete some that are over.` });
      return save(principal, { id: ids(), ...shift }, 'shift.created');
    },
    async replace(principal, id, given) {
      requirePermission(principal, 'duty:write');
      find(principal, id);
      const shift = await checked(principal, given);
      return save(principal, { id, ...shift }, 'shift.changed');
    },
    async remove(principal, id) {
      requirePermission(principal, 'duty:write');
      const shift = find(principal, id);
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom('shift').where('id', '=', id).execute();
        await insertAudit(trx, clock.now(), [{ by: principal.name, action: 'shift.deleted', target: id, detail: inWords(shift) }]);
      });
      roster.remove(id);
    },
    async onDuty(principal, { area = principal.area, at = clock.now() }) {
      requirePermission(principal, 'duty:read');
      if (area === undefined) throw fieldError('/area', { zh: '请选一个区域。', en: 'Name an `area`.' }, { keyword: 'required' });
      areas.requireVisible(principal, area);
      return { data: roster.onDuty(area, at) };
    },
  };
}

/** @throws AppError SHIFT_NOT_FOUND when somebody has deleted it meanwhile, and it stays so; CHANGED_MEANWHILE */
async function nextVersion(trx: Transaction<Database>, { id, version: read }: Shift): Promise<number> {
  const stored = await trx.selectFrom('shift').select(['version', 'updated_at as at', 'updated_by as by']).where('id', '=', id).executeTakeFirst();
  if (stored === undefined) throw notFound(id);
  requireUnchanged(read, stored);
  return stored.version + 1;
}

const notFound = (id: string): AppError => new AppError('SHIFT_NOT_FOUND', { zh: `没有班次 ${id}。`, en: `There is no shift ${id}.` });

interface UserRow { username: string; role: string; area: string | null }
const readsAlerts = ({ username, role, area }: UserRow): boolean => hasPermission({ name: username, role: role as Role, area: area ?? undefined }, 'alert:read'); // roles are written from Role only

const inWords = ({ name, tier, area, weekdays, holidays, start, end, users }: Shift): string => `${name}: ${tier} of ${area}, days ${weekdays.join('')}${holidays === undefined ? '' : `, holidays ${holidays}`}, ${start}–${end}, ${users.join(', ')}`;

const byPlace = (a: Shift, b: Shift): number => compare(a.area, b.area) || compare(a.tier, b.tier) || compare(a.start, b.start) || compare(a.id, b.id);
const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;
