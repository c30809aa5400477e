import { LIMITS, type AreaId, type DeviceId, type EpochMs, type Label, type Maintenance, type NewMaintenance } from '@liandong/protocols';
import type { IdSource } from '../alerts/alert-ids.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory } from '../devices/types.js';
import { insertAudit } from '../identity/audit-log.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError, eitherError, fieldError } from '../problem.js';
import { toMaintenance, toMaintenanceRow } from './maintenance-rows.js';
import type { MaintenanceWindows } from './maintenance-windows.js';
import type { MaintenanceQuery, MaintenanceService } from './types.js';

/** Rows read at once while those in sight are looked for. */
const CHUNK = 500;

export interface MaintenanceServiceDependencies { db: Db; clock: Clock; ids: IdSource; areas: AreaTree; directory: DeviceDirectory; windows: MaintenanceWindows }

/** Maintenance windows in the database and in memory. Errors as in `MaintenanceService`. */
export function createMaintenanceService({ db, clock, ids, areas, directory, windows }: MaintenanceServiceDependencies): MaintenanceService {
  const areaOf = (device: DeviceId): AreaId | undefined => directory.get(device)?.device.area;

  function isDeviceVisible(principal: Principal, id: DeviceId): boolean {
    const area = areaOf(id);
    return principal.area === undefined || (area !== undefined && areas.contains(principal.area, area));
  }

  /** May they end it? Only who sees all that it is about. */
  const seesAll = (principal: Principal, { area, devices = [] }: Maintenance): boolean =>
    principal.area === undefined || ((area === undefined || areas.contains(principal.area, area)) && devices.every((id) => isDeviceVisible(principal, id)));

  /** What they see of it; undefined: nothing. A window over more than their area concerns them too. */
  function inSight(principal: Principal, window: Maintenance): Maintenance | undefined {
    if (principal.area === undefined) return window;
    if (window.devices === undefined) return window.area !== undefined && isRelated(principal.area, window.area) ? window : undefined;
    const devices = window.devices.filter((id) => isDeviceVisible(principal, id));
    return devices.length === 0 ? undefined : { ...window, devices };
  }

  const isRelated = (one: AreaId, other: AreaId): boolean => areas.contains(one, other) || areas.contains(other, one);

  function concerns(area: AreaId, window: Maintenance): boolean {
    if (window.devices === undefined) return window.area !== undefined && isRelated(area, window.area);
    return window.devices.some((id) => areas.contains(area, areaOf(id) ?? ''));
  }

  async function page(before: string | undefined, { open }: MaintenanceQuery, now: EpochMs): Promise<Maintenance[]> {
    let query = db.selectFrom('maintenance').selectAll().orderBy('id', 'desc').limit(CHUNK);
    if (before !== undefined) query = query.where('id', '<', before);
    if (open === true) query = query.where('ended_at', 'is', null).where('ends_at', '>', now);
    if (open === false) query = query.where((e) => e.or([e('ended_at', 'is not', null), e('ends_at', '<=', now)]));
    return (await query.execute()).map(toMaintenance);
  }

  return {
    async list(principal, query) {
      requirePermission(principal, 'alert:read');
      const { area, limit, cursor } = query;
      areas.requireVisible(principal, area);
      if (cursor !== undefined && !/^[0-9a-z]{26}$/.test(cursor)) throw new AppError('CURSOR_INVALID');
      const found: Maintenance[] = [];
      let rows: Maintenance[];
      let before = cursor;
      do {
        rows = await page(before, query, clock.now());
        before = rows.at(-1)?.id;
        for (const row of rows) {
          const seen = area === undefined || concerns(area, row) ? inSight(principal, row) : undefined;
          if (seen !== undefined) found.push(seen);
        }
      } while (rows.length === CHUNK && found.length <= limit);
      const data = found.slice(0, limit);
      const last = data.at(-1);
      return found.length > limit && last !== undefined ? { data, next: last.id } : { data };
    },

    async create(principal, wanted) {
      requirePermission(principal, 'alert:act');
      const at = clock.now();
      requireTimes(wanted, at);
      const { area, devices } = wanted;
      if ((area === undefined) === (devices === undefined)) throw eitherError(['/area', '/devices'], area !== undefined, { zh: '请选一个区域，或若干设备，两者取其一。', en: 'Give either `area` or `devices`.' });
      areas.requireVisible(principal, area);
      const stranger = devices?.find((id) => directory.get(id) === undefined || !isDeviceVisible(principal, id));
      if (stranger !== undefined) throw new AppError('DEVICE_NOT_FOUND', { zh: `没有设备 ${stranger}。`, en: `There is no device ${stranger}.` });
      const window: Maintenance = { ...wanted, ...(devices === undefined ? {} : { devices: [...new Set(devices)] }), id: ids(), by: principal.name, at };
      await db.transaction().execute(async (trx) => {
        await trx.insertInto('maintenance').values(toMaintenanceRow(window)).execute();
        await insertAudit(trx, at, [{ by: principal.name, action: 'maintenance.created', target: window.id, detail: `${nameOf(window)}, until ${new Date(window.to).toISOString()}: ${window.reason}` }]);
      });
      windows.put(window);
      return window;
    },

    async end(principal, id) {
      requirePermission(principal, 'alert:act');
      const endedAt = clock.now();
      const ended = await db.transaction().execute(async (trx) => {
        const row = await trx.selectFrom('maintenance').selectAll().where('id', '=', id).executeTakeFirst();
        if (row === undefined || !seesAll(principal, toMaintenance(row))) throw new AppError('MAINTENANCE_NOT_FOUND', { zh: `没有检修窗口 ${id}。`, en: `There is no maintenance window ${id}.` });
        if (row.ended_at !== null || row.ends_at <= endedAt) return undefined;
        await trx.updateTable('maintenance').set({ ended_at: endedAt }).where('id', '=', id).execute();
        await insertAudit(trx, endedAt, [{ by: principal.name, action: 'maintenance.ended', target: id, detail: nameOf(toMaintenance(row)) }]);
        return { ...toMaintenance(row), endedAt };
      });
      if (ended !== undefined) windows.put(ended);
    },
  };
}

/** @throws FieldError at `from` or `to` */
function requireTimes({ from, to }: NewMaintenance, now: EpochMs): void {
  const refuse = (path: '/from' | '/to', keyword: 'minimum' | 'maximum', limit: EpochMs, words: Label): never => { throw fieldError(path, words, { keyword, limit }); };
  const [latestStart, latestEnd] = [now + LIMITS.maintenanceAheadMs, Math.max(from, now) + LIMITS.longestMaintenanceMs];
  if (to <= from) refuse('/to', 'minimum', from + 1, { zh: '结束要晚于开始。', en: '`to` must be later than `from`.' });
  if (to <= now) refuse('/to', 'minimum', now + 1, { zh: '结束时间已经过去。', en: '`to` is in the past.' });
  if (from > latestStart) refuse('/from', 'maximum', latestStart, { zh: '检修最多提前一年安排，请核对开始的年份。', en: '`from` is more than a year ahead; look at its year.' });
  if (to > latestEnd) refuse('/to', 'maximum', latestEnd, { zh: '检修窗口最长一年。', en: 'A maintenance window is at most a year long.' });
}

const nameOf = ({ area, devices = [] }: Maintenance): string => area ?? (devices.length === 1 ? devices[0] ?? '' : `${devices.length} devices`);
