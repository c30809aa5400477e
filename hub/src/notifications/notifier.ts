import { severityRank, type Alert, type Seq } from '@liandong/protocols';
import type { CompiledQuery, Transaction } from 'kysely';
import { toAlert } from '../alerts/alert-rows.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { movingReaders, readPosition } from '../database/reader-position.js';
import type { Database } from '../database/schema.js';
import type { Feature } from '../feature.js';
import { breathe } from '../breathe.js';
import { toStoredChannel } from './channel-rows.js';
import { keyOf, noticeOf, sightingOf } from './notice.js';
import { NoticeMemory } from './notice-memory.js';
import type { StoredChannel } from './types.js';

/** Name of its row in table `reader`. */
export const NOTIFIER = 'notifier';
/** Changes, or alerts, gone through in one transaction. */
const PAGE = 100;
/** It looks by itself this often, whatever was announced. */
const TICK_MS = 1_000;
/** What is announced within this is read together: each page is a synced transaction, which the next alert would wait for. */
const GATHER_MS = 100;
/** The position moves this often when nothing of an alert changed; device changes read again tell nothing. */
const POSITION_MS = 10_000;
/** An alert that is held no longer is told after this, unless it clears before: when a parent clears, those of its children that are still silent are about to come back one by one. */
export const RELEASE_MS = 120_000;

export interface NotifierDependencies {
  readonly db: Db; readonly clock: Clock; readonly changes: ChangeLog; readonly areas: AreaTree;
  /** There may be something to send. */
  readonly onQueued: (counts: { queued: number; withdrawn: number }) => void;
  /** Told once of a failure that lasts; the next tick tries again from where it stood. */
  readonly onError: (error: unknown) => void;
}

export interface Notifier extends Feature {
  /** Reads on as far as the log goes. Never rejects. */
  catchUp(): Promise<void>;
  /** Seq up to which everything was decided; undefined before the first start. What is above must not be dropped from the log. */
  position(): Seq | undefined;
}

/**
 * Reads the change log and decides what each channel is told. Messages, what was seen of each alert, and the position are one transaction: a crash neither loses nor
 * doubles, and a restart tells nothing that was known. The first start on a hub begins at the newest change, with the alerts of then as known.
 */
export function createNotifier({ db, clock, changes, areas, onQueued, onError }: NotifierDependencies): Notifier {
  let position: Seq | undefined;
  let written = { position: -1, at: 0 };
  let unsubscribe: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let isBehind = false;
  let isFailing = false;
  let reading: Promise<void> | undefined;
  /** The area an alert has left, until the next change of it, which says where it is. Both are one transaction, but not always one page. */
  const left = new Map<string, string>();

  async function begin(): Promise<Seq> {
    return await readPosition(db, NOTIFIER) ?? seed();
  }

  /** Nobody is told of what was there before: one transaction, so that nothing changes in between. */
  async function seed(): Promise<Seq> {
    return db.transaction().execute(async (trx) => {
      const newest = await trx.selectFrom('change').select((e) => e.fn.max('seq').as('seq')).executeTakeFirst();
      await trx.deleteFrom('notice_alert').execute();
      await trx.insertInto('notice_alert').columns(['alert_id', 'severity', 'tier', 'active', 'held', 'occurrence', 'at']).expression((e) => e.selectFrom('alert').select((a) => [
        'id', 'severity', 'tier', 'active',
        a.case().when(a.or([a('group_id', 'is not', null), a('inhibited_by', 'is not', null), a('shelved_until', 'is not', null)])).then(a.lit(1)).else(a.lit(0)).end().as('held'),
        a.lit(1).as('occurrence'), 'raised_at',
      ]).where('active', '=', 1)).execute();
      const seq = newest?.seq ?? 0;
      await writePosition(trx, seq);
      return seq;
    });
  }

  const writingPosition = (trx: Transaction<Database> | Db, seq: Seq): CompiledQuery => movingReaders(trx, [{ name: NOTIFIER, position: seq }]);

  async function writePosition(trx: Transaction<Database> | Db, seq: Seq): Promise<void> {
    await trx.executeQuery(writingPosition(trx, seq));
  }

  async function readOn(): Promise<void> {
    try {
      while (isBehind && unsubscribe !== undefined) {
        isBehind = false;
        await readPages();
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) onError(error);
      isFailing = true;
    }
  }

  async function readPages(): Promise<void> {
    for (let isMore = true; isMore && unsubscribe !== undefined;) {
      const from = position ?? 0;
      const page = await changes.after(from, PAGE);
      if (page === undefined) return reconcile();
      const last = page.at(-1);
      if (last === undefined) return;
      await take(page, last.seq);
      isMore = page.length === PAGE;
      if (isMore) await breathe();
    }
  }

  async function take(page: readonly Change[], to: Seq): Promise<void> {
    const ofAlerts = page.flatMap((change) => change.kind === 'alert' ? [change] : []);
    const now = clock.now();
    if (ofAlerts.length === 0) {
      position = to;
      if (Math.abs(now - written.at) < POSITION_MS) return;
      await writePosition(db, to);
    } else {
      await decide(ofAlerts, to);
      position = to;
    }
    written = { position: to, at: now };
  }

  /** One transaction; `to` undefined leaves the position where it is. */
  async function decide(page: readonly Pick<Change & { kind: 'alert' }, 'alert' | 'area' | 'movedTo'>[], to: Seq | undefined): Promise<void> {
    const now = clock.now();
    // Read before the transaction, which the next alert may be waiting for. Nobody else writes what was seen; what the sender settles meanwhile it could as well settle a moment later,
    // and what is told to a channel that is just being deleted is given up in time.
    const channels = (await db.selectFrom('channel').selectAll().orderBy('id').execute()).map(toStoredChannel);
    const memory = await NoticeMemory.read(db, [...new Set(page.map(({ alert }) => alert.id))], now);
    for (const change of page) consider(memory, channels, change, now);
    const counts = await db.transaction().execute((trx) => memory.write(trx, to === undefined ? [] : [writingPosition(trx, to)]));
    if (counts.queued + counts.withdrawn > 0) onQueued(counts);
  }

  function consider(memory: NoticeMemory, channels: readonly StoredChannel[], { alert, area, movedTo }: { alert: Alert; area: string; movedTo?: string }, now: number): void {
    const before = memory.seen(alert.id);
    const sighting = sightingOf(alert);
    const occurrence = before === undefined ? 1 : before.occurrence + (!before.isActive && sighting.isActive ? 1 : 0);
    const covers = (channel: StoredChannel, place: string): boolean => channel.area === undefined || areas.contains(channel.area, place);
    const cameFrom = left.get(alert.id);
    if (movedTo === undefined) left.delete(alert.id);
    else left.set(alert.id, area);
    let body: string | undefined;
    for (const channel of channels) {
      // One that is switched off hears only that what it was told of is over; that waits, with all else, until it is switched on again.
      if (!channel.isEnabled && sighting.isActive) continue;
      // Where it moved to comes in the next change; those who see both places have nothing to hear of this one.
      if (!covers(channel, area) || (movedTo !== undefined && covers(channel, movedTo))) continue;
      // To those who see only where it moved to it is new, whoever was told of it before.
      const isNewHere = cameFrom !== undefined && !covers(channel, cameFrom);
      if (!sighting.isActive && memory.isPending(channel.id, alert.id, occurrence)) {
        memory.withdraw(channel.id, alert.id, occurrence);
        continue;
      }
      const told = memory.told(channel.id, alert.id, occurrence);
      // That it was over for them was said when it left.
      const event = noticeOf(channel, isNewHere ? { before: undefined, now: sighting, told: told?.isCleared === true ? undefined : told } : { before, now: sighting, told });
      if (event === undefined) continue;
      const isReleased = event === 'raised' && before?.isActive === true && before.isHeld;
      body ??= JSON.stringify(alert);
      memory.tell({
        key: keyOf(channel.id, alert.id, event, sighting, { occurrence, told }), channel: channel.id, alert_id: alert.id, occurrence, event, severity: alert.severity, tier: alert.tier,
        state: 'waiting', at: now, next_at: isReleased ? now + RELEASE_MS : now, attempts: 0, sent_at: null, error: null, digest: null, body, rank: severityRank(alert.severity),
      });
    }
    const isNews = before === undefined || before.severity !== sighting.severity || before.tier !== sighting.tier || before.isActive !== sighting.isActive || before.isHeld !== sighting.isHeld;
    if (movedTo === undefined && isNews) memory.see(alert.id, { ...sighting, occurrence }, now);
  }

  /** Changes in between are no longer kept: how things stand now, against what was seen last, tells the same but for what came and went meanwhile. */
  async function reconcile(): Promise<void> {
    const newest = await changes.current();
    const alerts = db.selectFrom('alert').selectAll().orderBy('id').limit(PAGE);
    const open = alerts.where('active', '=', 1);
    const gone = alerts.where('active', '=', 0).where('id', 'in', (e) => e.selectFrom('notice_alert').select('alert_id').where('active', '=', 1));
    for (const query of [open, gone]) {
      for (let after = '', isMore = true; isMore && unsubscribe !== undefined;) {
        const page = (await query.where('id', '>', after).execute()).map(toAlert);
        if (page.length > 0) await decide(page.map((alert) => ({ alert, area: alert.area })), undefined);
        after = page.at(-1)?.id ?? after;
        isMore = page.length === PAGE;
        await breathe();
      }
    }
    if (unsubscribe === undefined) return;
    await writePosition(db, newest);
    position = newest;
    written = { position: newest, at: clock.now() };
    isBehind = true; // what changed while it went through them
  }

  function announced({ kind }: Change): void {
    if (kind !== 'alert' || gathering !== undefined) return;
    gathering = setTimeout(() => {
      gathering = undefined;
      void catchUp();
    }, GATHER_MS);
  }

  function catchUp(): Promise<void> {
    isBehind = true;
    reading ??= readOn().finally(() => { reading = undefined; });
    return reading;
  }

  return {
    catchUp,
    position: () => position,
    async start() {
      if (unsubscribe !== undefined) return;
      position = await begin();
      written = { position, at: clock.now() };
      unsubscribe = changes.onChange(announced);
      timer = setInterval(() => void catchUp(), TICK_MS);
      timer.unref();
      void catchUp(); // hours of changes may wait; the start doesn't
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      clearInterval(timer);
      clearTimeout(gathering);
      timer = gathering = undefined;
      await reading;
      if (position !== undefined && position !== written.position) await writePosition(db, position);
      if (position !== undefined) written = { ...written, position };
    },
  };
}
