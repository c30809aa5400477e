import { parentLevel, type Area, type AreaId, type AreaLevel, type AreaNode, type AreaPatch, type NewArea } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import type { AuditLog } from '../identity/types.js';
import { AppError, fieldError } from '../problem.js';
import { toArea, toChangedColumns, toRow } from './area-rows.js';
import type { AreaTree } from './area-tree.js';
import { boundaryFault } from './boundary.js';

/** City, sub-districts, communities and grids. An area outside the caller's own does not exist (AREA_NOT_FOUND). */
export interface AreaService {
  /** Fills the tree from the database; call once before anything else. */
  load(): Promise<void>;
  /** What the caller may see, from its own area down. */
  tree(principal: Principal): Promise<AreaNode[]>;
  /** Throws AREA_EXISTS, AREA_NOT_FOUND (parent), PARENT_LEVEL, VALIDATION_FAILED (boundary). */
  create(principal: Principal, area: NewArea): Promise<Area>;
  /** Throws AREA_NOT_FOUND, VALIDATION_FAILED (boundary). */
  patch(principal: Principal, id: AreaId, patch: AreaPatch): Promise<Area>;
}

export function createAreaService({ db, areas, audit }: { db: Db; areas: AreaTree; audit: AuditLog }): AreaService {
  return {
    async load() {
      for (const row of await db.selectFrom('area').selectAll().execute()) areas.put(toArea(row));
    },

    async tree(principal) {
      requirePermission(principal, 'area:read');
      return areas.nodes(principal);
    },

    async create(principal, area) {
      requirePermission(principal, 'area:write');
      requireParent(principal, area, areas);
      requireBoundary(area);
      const made = await db.insertInto('area').values(toRow(area)).onConflict((conflict) => conflict.doNothing()).returning('id').executeTakeFirst();
      if (made === undefined) throw new AppError('AREA_EXISTS', { zh: `已有区域 ${area.id}。`, en: `There is an area ${area.id} already.` });
      areas.put({ ...area });
      await audit.record({ by: principal.name, action: 'area.created', target: area.id, detail: area.level });
      return area;
    },

    async patch(principal, id, patch) {
      requirePermission(principal, 'area:write');
      areas.requireVisible(principal, id);
      requireBoundary(patch);
      const columns = toChangedColumns(patch);
      if (Object.keys(columns).length > 0) await db.updateTable('area').set(columns).where('id', '=', id).execute();
      const area = toArea(await db.selectFrom('area').selectAll().where('id', '=', id).executeTakeFirstOrThrow());
      areas.put(area);
      await audit.record({ by: principal.name, action: 'area.changed', target: id, detail: Object.keys(patch).join(', ') });
      return area;
    },
  };
}

const LEVEL_ZH: Record<AreaLevel, string> = { city: '城市', subdistrict: '街道', community: '社区', grid: '网格' };

function requireParent(principal: Principal, { level, parent }: NewArea, areas: AreaTree): void {
  const wanted = parentLevel(level);
  if (wanted === undefined) {
    if (parent !== undefined) throw new AppError('PARENT_LEVEL', { zh: '城市没有上级区域。', en: 'A city has no parent.' });
    if (principal.area !== undefined) throw new AppError('FORBIDDEN', { zh: '只有不限区域的人可以添加城市。', en: 'Only somebody who is bound to no area may add a city.' });
    return;
  }
  if (parent === undefined) throw new AppError('PARENT_LEVEL', { zh: `${LEVEL_ZH[level]}须有上级${LEVEL_ZH[wanted]}。`, en: `A ${level} needs a parent of level ${wanted}.` });
  areas.requireVisible(principal, parent);
  const found = areas.get(parent)?.level;
  if (found === wanted) return;
  const foundZh = found === undefined ? '未知区域' : LEVEL_ZH[found];
  throw new AppError('PARENT_LEVEL', { zh: `${LEVEL_ZH[level]}的上级须是${LEVEL_ZH[wanted]}，而 ${parent} 是${foundZh}。`, en: `The parent of a ${level} is a ${wanted}, and ${parent} is a ${found}.` });
}

function requireBoundary({ boundary }: AreaPatch): void {
  const fault = boundary === undefined ? undefined : boundaryFault(boundary);
  if (fault !== undefined) throw fieldError(`/boundary/coordinates/${fault.ring}`, fault.words);
}
