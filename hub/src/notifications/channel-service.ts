import type { Channel, ChannelPatch, ChannelTest, NewChannel, Notification, NotificationQuery } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { insertAudit } from '../identity/audit-log.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { newRowId, systemRandom, type RandomBytes } from '../identity/secrets.js';
import { AppError } from '../problem.js';
import { requireWorkable } from './channel-check.js';
import { toChangedColumns, toChannel, toRow, toStoredChannel } from './channel-rows.js';
import { toNotification, type Outbox } from './outbox.js';
import type { Resolve } from './safe-address.js';
import type { Sender } from './sender.js';
import type { StoredChannel } from './types.js';

/** The sender and the notifier go through all of them. */
const MOST_CHANNELS = 200;
const DEFAULT_PAGE = 200;

/** Ways out of the hub, kept by admins; one who is bound to an area sees and makes channels in it only. Nothing answers a url's path or a secret. */
export interface ChannelService {
  list(principal: Principal): Promise<Channel[]>;
  /** Throws CHANNEL_INVALID, AREA_NOT_FOUND; FORBIDDEN when an admin of one area wants `allowPrivate`. Without `area` it is the maker's own. */
  create(principal: Principal, channel: NewChannel): Promise<Channel>;
  /** What waits goes out by what the channel is then, and at once when that changes where it goes. Throws CHANNEL_NOT_FOUND and what `create` throws. */
  patch(principal: Principal, id: string, patch: ChannelPatch): Promise<Channel>;
  /** With everything it was to send and has sent. Throws CHANNEL_NOT_FOUND. */
  remove(principal: Principal, id: string): Promise<void>;
  /** Sends a test message now and says how it went. Throws CHANNEL_NOT_FOUND. */
  test(principal: Principal, id: string): Promise<ChannelTest>;
  /** The outbox of the channels in sight, newest first. Throws CHANNEL_NOT_FOUND, CURSOR_INVALID. */
  notifications(principal: Principal, query: NotificationQuery): Promise<{ data: Notification[]; next?: string }>;
}

export interface ChannelServiceDependencies {
  readonly db: Db; readonly clock: Clock; readonly areas: AreaTree; readonly outbox: Outbox; readonly sender: Pick<Sender, 'sendNow' | 'hurry'>; readonly resolve: Resolve;
  /** Are the hub's SMTP settings there? */
  readonly hasSmtp: boolean; readonly random?: RandomBytes;
}

export function createChannelService({ db, clock, areas, outbox, sender, resolve, hasSmtp, random = systemRandom }: ChannelServiceDependencies): ChannelService {
  const isVisible = (principal: Principal, { area }: Pick<StoredChannel, 'area'>): boolean => principal.area === undefined || (area !== undefined && areas.contains(principal.area, area));

  async function find(principal: Principal, id: string): Promise<StoredChannel> {
    const row = await db.selectFrom('channel').selectAll().where('id', '=', id).executeTakeFirst();
    const channel = row === undefined ? undefined : toStoredChannel(row);
    if (channel === undefined || !isVisible(principal, channel)) throw new AppError('CHANNEL_NOT_FOUND');
    return channel;
  }

  async function visible(principal: Principal): Promise<StoredChannel[]> {
    const rows = await db.selectFrom('channel').selectAll().orderBy('created_at').orderBy('id').execute();
    return rows.map(toStoredChannel).filter((channel) => isVisible(principal, channel));
  }

  /** What lies in the hub's own network is everybody's, not one area's: who keeps one area can't reach into it, nor turn a channel that may elsewhere. */
  function requireMayReach(principal: Principal, { allowPrivate, isTurned }: { allowPrivate: boolean; isTurned: boolean }): void {
    if (principal.area !== undefined && allowPrivate && isTurned) throw new AppError('FORBIDDEN', { zh: '只有不限区域的管理员可以允许内网地址，或修改这种渠道的地址。', en: 'Only an admin who is bound to no area may let a channel reach private addresses, or change the url of one that may.' });
  }

  const answer = async (principal: Principal, id: string): Promise<Channel> => toChannel(await find(principal, id), (await outbox.waiting()).get(id) ?? 0);

  return {
    async list(principal) {
      requirePermission(principal, 'channel:write');
      const waiting = await outbox.waiting();
      return (await visible(principal)).map((channel) => toChannel(channel, waiting.get(channel.id) ?? 0));
    },

    async create(principal, wanted) {
      requirePermission(principal, 'channel:write');
      areas.requireVisible(principal, wanted.area);
      const { allowPrivate = false } = wanted;
      requireMayReach(principal, { allowPrivate, isTurned: true });
      await requireWorkable({ type: wanted.type, url: wanted.url, secret: wanted.secret, to: wanted.to ?? [], allowPrivate }, { resolve, hasSmtp });
      const id = newRowId(random);
      const at = clock.now();
      const area = wanted.area ?? principal.area;
      await db.transaction().execute(async (trx) => {
        const { count } = await trx.selectFrom('channel').select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
        if (Number(count) >= MOST_CHANNELS) throw new AppError('CHANNEL_INVALID', { zh: `已有 ${MOST_CHANNELS} 个渠道，请先删除一个。`, en: `There are ${MOST_CHANNELS} channels already; remove one first.` });
        await trx.insertInto('channel').values(toRow({ ...wanted, id, at, ...(area === undefined ? {} : { area }) })).execute();
        await insertAudit(trx, at, [{ by: principal.name, action: 'channel.created', target: id, detail: `${wanted.type} "${wanted.name}"${allowPrivate ? ', may reach private addresses' : ''}` }]);
      });
      return answer(principal, id);
    },

    async patch(principal, id, patch) {
      requirePermission(principal, 'channel:write');
      const before = await find(principal, id);
      areas.requireVisible(principal, patch.area ?? undefined);
      if (patch.area === null && principal.area !== undefined) throw new AppError('FORBIDDEN', { zh: '只有不限区域的管理员可以让渠道通知全部区域。', en: 'Only an admin who is bound to no area may let a channel tell of every area.' });
      const allowPrivate = patch.allowPrivate ?? before.allowPrivate;
      requireMayReach(principal, { allowPrivate, isTurned: patch.url !== undefined || patch.allowPrivate === true });
      const isRedirected = patch.url !== undefined || patch.to !== undefined || patch.secret !== undefined || patch.allowPrivate !== undefined;
      if (isRedirected) await requireWorkable({ type: before.type, url: patch.url ?? before.url, secret: patch.secret ?? before.secret, to: patch.to ?? before.to, allowPrivate }, { resolve, hasSmtp });
      const columns = toChangedColumns(patch);
      const at = clock.now();
      await db.transaction().execute(async (trx) => {
        if (Object.keys(columns).length > 0) await trx.updateTable('channel').set(columns).where('id', '=', id).execute();
        await insertAudit(trx, at, [{ by: principal.name, action: 'channel.changed', target: id, detail: changesOf(before, patch) }]);
      });
      if (isRedirected || patch.isEnabled === true) await sender.hurry(id);
      return answer(principal, id);
    },

    async remove(principal, id) {
      requirePermission(principal, 'channel:write');
      const { type, name } = await find(principal, id);
      await db.transaction().execute(async (trx) => {
        const { count } = await trx.selectFrom('outbox').select((e) => e.fn.countAll<number>().as('count')).where('channel', '=', id).where('state', '=', 'waiting').executeTakeFirstOrThrow();
        await trx.deleteFrom('outbox').where('channel', '=', id).execute();
        await trx.deleteFrom('channel').where('id', '=', id).execute();
        await insertAudit(trx, clock.now(), [{ by: principal.name, action: 'channel.removed', target: id, detail: `${type} "${name}", ${count} waiting messages dropped` }]);
      });
    },

    async test(principal, id) {
      requirePermission(principal, 'channel:write');
      const channel = await find(principal, id);
      const at = clock.now();
      const outcome = await sender.sendNow(channel, { kind: 'test', key: `${id}:test:${newRowId(random)}`, at });
      const error = outcome.state === 'sent' ? outcome.remark : outcome.error;
      await insertAudit(db, at, [{ by: principal.name, action: 'channel.tested', target: id, detail: error?.en ?? 'delivered' }]);
      return { ok: outcome.state === 'sent', ...(error === undefined ? {} : { error: error.en, errorZh: error.zh }) };
    },

    async notifications(principal, { channel, state, limit = DEFAULT_PAGE, cursor }) {
      requirePermission(principal, 'channel:write');
      let query = db.selectFrom('outbox').selectAll().orderBy('id', 'desc').limit(limit + 1);
      if (channel !== undefined) query = query.where('channel', '=', (await find(principal, channel)).id);
      else if (principal.area !== undefined) query = query.where('channel', 'in', ['', ...(await visible(principal)).map(({ id }) => id)]); // '': a list must not be empty
      if (state !== undefined) query = query.where('state', '=', state);
      if (cursor !== undefined) query = query.where('id', '<', positionOf(cursor));
      const rows = await query.execute();
      const data = rows.slice(0, limit).map(toNotification);
      const last = data.at(-1);
      return rows.length > limit && last !== undefined ? { data, next: String(last.id) } : { data };
    },
  };
}

/** For the audit: what was changed, and of what decides where messages go, how. No url, secret or address. */
function changesOf(before: StoredChannel, patch: ChannelPatch): string {
  const said = patch.allowPrivate !== undefined && patch.allowPrivate !== before.allowPrivate ? [`allowPrivate: ${before.allowPrivate} → ${patch.allowPrivate}`] : [];
  return [...Object.keys(patch).filter((key) => key !== 'allowPrivate' || said.length === 0), ...said].join(', ');
}

function positionOf(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new AppError('CURSOR_INVALID');
  return Number(cursor);
}
