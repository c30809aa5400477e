import type { AreaId, CityHub, CityHubList, HubPatch, NewHub } from '@liandong/protocols';
import type { Updateable } from 'kysely';
import { toRow } from '../areas/area-rows.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { insertAudit } from '../identity/audit-log.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { AppError } from '../problem.js';
import { dropHub } from './drop-hub.js';
import type { HubBook, HubEntry } from './hub-book.js';
import type { Pullers } from './pullers.js';

/** Each has two requests open and a page in memory. */
const MOST_HUBS = 500;

/** The hubs a city pulls from, kept by admins who are bound to no area. A hub's token is never answered. */
export interface HubService {
  /** Somebody bound to an area sees its hub only. */
  list(principal: Principal): Promise<CityHubList>;
  /** Its pull begins at once. Throws HUB_EXISTS, HUB_INVALID. */
  create(principal: Principal, hub: NewHub): Promise<CityHub>;
  /** The pull goes on with the new settings; behind another url it begins anew by itself when that hub doesn't know the cursor. Throws HUB_NOT_FOUND, HUB_INVALID. */
  patch(principal: Principal, id: AreaId, patch: HubPatch): Promise<CityHub>;
  /** With all that came from it. Throws HUB_NOT_FOUND, HUB_IN_USE. */
  remove(principal: Principal, id: AreaId): Promise<void>;
}

export function createHubService({ db, clock, areas, book, pullers }: { db: Db; clock: Clock; areas: AreaTree; book: HubBook; pullers: Pick<Pullers, 'apply'> }): HubService {
  function requireWrite(principal: Principal): void {
    requirePermission(principal, 'city:write');
    if (principal.area !== undefined) throw new AppError('FORBIDDEN', { zh: '只有不限区域的管理员可以登记街道平台。', en: 'Only an admin who is bound to no area may register hubs.' });
  }
  function find(id: AreaId): HubEntry {
    const entry = book.get(id);
    if (entry === undefined) throw new AppError('HUB_NOT_FOUND', { zh: `没有街道平台 ${id}。`, en: `There is no hub ${id}.` });
    return entry;
  }

  return {
    async list(principal) {
      requirePermission(principal, 'city:read');
      return { data: book.all().filter(({ id }) => principal.area === undefined || areas.contains(id, principal.area)).map((entry) => book.view(entry)), now: clock.now() };
    },

    async create(principal, { id, url, token, name, caFile, detail = 'grid', isEnabled = true }) {
      requireWrite(principal);
      if (book.get(id) !== undefined) throw new AppError('HUB_EXISTS', { zh: `街道 ${id} 的平台已经登记。`, en: `There is a hub of ${id} already.` });
      if (areas.get(id) !== undefined) throw new AppError('HUB_INVALID', { zh: `编号 ${id} 已是另一街道下的区域。`, en: `${id} is an area of another sub-district already.` });
      if (book.size >= MOST_HUBS) throw new AppError('HUB_INVALID', { zh: `已登记 ${MOST_HUBS} 个街道平台，不能再多。`, en: `There are ${MOST_HUBS} hubs already.` });
      const row = { id, name: name ?? null, url: checkedUrl(url), token, ca_file: caFile ?? null, detail, enabled: isEnabled ? 1 : 0, created_at: clock.now(), heard_at: null, skew_ms: null, watermark: null };
      const area = { id, level: 'subdistrict', name: name ?? id } as const;
      await db.transaction().execute(async (trx) => {
        // The id is the sub-district's from now on, before its hub has said a word.
        await trx.insertInto('area').values(toRow(area)).execute();
        await trx.insertInto('city_hub').values(row).execute();
        await insertAudit(trx, clock.now(), [{ by: principal.name, action: 'hub.created', target: id, detail: row.url }]);
      });
      areas.put(area);
      const entry = book.put(row);
      await pullers.apply(id);
      return book.view(entry);
    },

    async patch(principal, id, patch) {
      requireWrite(principal);
      find(id);
      const columns = toColumns(patch);
      const row = await db.transaction().execute(async (trx) => {
        if (Object.keys(columns).length > 0) await trx.updateTable('city_hub').set(columns).where('id', '=', id).execute();
        await insertAudit(trx, clock.now(), [{ by: principal.name, action: 'hub.changed', target: id, detail: Object.keys(patch).join(', ') }]);
        return trx.selectFrom('city_hub').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      });
      const entry = book.put(row);
      await pullers.apply(id);
      return book.view(entry);
    },

    async remove(principal, id) {
      requireWrite(principal);
      const entry = find(id);
      const below = areas.subtree(id);
      await requireUnused(db, below);
      book.drop(id);
      await pullers.apply(id);
      try {
        await dropHub(db, id, below);
      } catch (error) {
        // Nothing but its rows is gone: it goes on as it was.
        book.put(await db.selectFrom('city_hub').selectAll().where('id', '=', entry.id).executeTakeFirstOrThrow());
        await pullers.apply(id);
        throw error;
      }
      for (const area of below) areas.remove(area);
      await insertAudit(db, clock.now(), [{ by: principal.name, action: 'hub.deleted', target: id }]);
    },
  };
}

function toColumns({ url, token, name, caFile, detail, isEnabled }: HubPatch): Updateable<Database['city_hub']> {
  return {
    ...(url === undefined ? {} : { url: checkedUrl(url) }), ...(token === undefined ? {} : { token }), ...(name === undefined ? {} : { name }), ...(caFile === undefined ? {} : { ca_file: caFile }),
    ...(detail === undefined ? {} : { detail }), ...(isEnabled === undefined ? {} : { enabled: isEnabled ? 1 : 0 }),
  };
}

/** Without its slash at the end. A hub stands in the city's own network as a rule, so private addresses are right. @throws AppError HUB_INVALID */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain) throw new AppError('HUB_INVALID', { zh: '网址须是 http:// 或 https:// 开头，不带用户名、参数和片段。', en: 'The url must be http or https, without user, query and fragment.' });
  return url.href.replace(/\/+$/, '');
}

/** @throws AppError HUB_IN_USE */
async function requireUnused(db: Db, areas: ReadonlySet<AreaId>): Promise<void> {
  const users = await db.selectFrom('user').select('username').where('area', 'in', [...areas]).execute();
  const tokens = await db.selectFrom('token').select('name').where('area', 'in', [...areas]).execute();
  const names = [...users.map(({ username }) => username), ...tokens.map(({ name }) => `token:${name}`)];
  if (names.length > 0) throw new AppError('HUB_IN_USE', { zh: `仍有账号或令牌限定在该街道：${names.join('、')}。`, en: `Bound to its areas: ${names.join(', ')}.` });
}
