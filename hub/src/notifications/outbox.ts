import { NOTICE_EVENTS, NOTIFICATION_STATES, severityRank, type Alert, type EpochMs, type Label, type Notification, type NoticeEvent, type Severity, type Tier } from '@liandong/protocols';
import type { Selectable, SelectQueryBuilder } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { failureOf, storedFailure } from './stored-failure.js';
import type { Digest, Notice } from './types.js';

type OutboxRow = Selectable<Database['outbox']>;
/** What goes out in one request: a row by itself, or all rows of a digest. */
export interface Parcel { readonly key: string; readonly ids: readonly number[]; readonly attempts: number; readonly content: { readonly notice: Notice } | { readonly digest: Digest } }

/** What became of it. `error` of what was sent: to whom it did not go. */
export type Result =
  | { readonly parcel: Parcel; readonly state: 'sent' | 'given_up'; readonly error: Label | undefined }
  | { readonly parcel: Parcel; readonly state: 'waiting'; readonly nextAt: EpochMs; readonly error: Label };

/** A row is due at `next_at`. Further ahead than any pause lies only what a clock that was set back left there. */
export const LONGEST_PAUSE_MS = 16 * 60_000;
/** Rows in one digest, and alerts it names. */
export const DIGEST_ROWS = 500;
const NAMED = 10;

/** The outbox as the sender uses it. */
export interface Outbox {
  /** Has a channel more due rows than that? */
  hasMoreDue(channel: string, now: EpochMs, than: number): Promise<boolean>;
  /**
   * The next rows of a channel that are due, the worst first and of these the oldest; of each alert only the first that isn't settled, so that its story is told in order. When there is room for
   * several, one is the oldest of all: however many bad ones come, the others move on.
   */
  nextSingles(channel: string, now: EpochMs, limit: number): Promise<Parcel[]>;
  /** The digest that a channel has been given and that isn't settled, due or not: it goes before all else. `isDue` false: it waits. */
  openDigest(channel: string, now: EpochMs): Promise<(Parcel & { readonly isDue: boolean }) | undefined>;
  /** Ties the due rows of a channel together under one key, for good: sent again, it is the same digest. */
  makeDigest(channel: string, now: EpochMs): Promise<void>;
  /** Writes down what became of some messages of a channel, and on the channel when it last went well and what last went wrong; one transaction. */
  record(channel: string, results: readonly Result[], at: EpochMs): Promise<void>;
  /** Makes what failed before due now. */
  hurry(channel: string, now: EpochMs): Promise<void>;
  /** Ends what waits since before `at`; answers how many, at most 1,000 at once. */
  giveUpBefore(at: EpochMs): Promise<number>;
  /** Forgets what was settled before `at`, of alerts that are active no longer or not kept any more, and what was seen of these; at most 1,000 of each at once. */
  dropBefore(at: EpochMs): Promise<void>;
  /** When each message of these channels went that went after `at`, a digest being one, for the limit of messages a minute over a restart; the newest 100. */
  sentSince(channels: readonly string[], at: EpochMs): Promise<EpochMs[]>;
  /** Waiting rows by channel; of channels that have any. */
  waiting(): Promise<Map<string, number>>;
  waitingTotal(): Promise<number>;
}

const CHUNK = 1_000;
const TOO_LATE: Label = { zh: '24 小时内没有送达', en: 'not delivered within 24 h' };

export function createOutbox({ db }: { db: Db }): Outbox {
  const waitingOf = (channel: string) => db.selectFrom('outbox as o').where('o.channel', '=', channel).where('o.state', '=', 'waiting');
  const due = <O>(query: SelectQueryBuilder<Database & { o: Database['outbox'] }, 'o', O>, now: EpochMs) => query
    .where((e) => e.or([e('o.next_at', '<=', now), e('o.next_at', '>', now + LONGEST_PAUSE_MS)]))
    .where('o.digest', 'is', null);

  return {
    async hasMoreDue(channel, now, than) {
      return (await due(waitingOf(channel), now).select('o.id').limit(than + 1).execute()).length > than;
    },

    async nextSingles(channel, now, limit) {
      const next = due(waitingOf(channel), now).selectAll('o')
        .where((e) => e.not(e.exists(e.selectFrom('outbox as earlier').select('earlier.id').whereRef('earlier.alert_id', '=', 'o.alert_id').whereRef('earlier.channel', '=', 'o.channel')
          .where('earlier.state', '=', 'waiting').whereRef('earlier.id', '<', 'o.id'))));
      const worst = await next.orderBy('o.rank').orderBy('o.id').limit(limit).execute();
      const [oldest] = limit > 1 && worst.length === limit ? await next.orderBy('o.id').limit(1).execute() : [];
      const rows = oldest === undefined || worst.some(({ id }) => id === oldest.id) ? worst : [...worst.slice(0, -1), oldest];
      return rows.map((row) => ({ key: row.key, ids: [row.id], attempts: row.attempts, content: { notice: toNotice(row) } }));
    },

    async openDigest(channel, now) {
      const first = await waitingOf(channel).select(['o.digest', 'o.next_at', 'o.attempts']).where('o.digest', 'is not', null).limit(1).executeTakeFirst();
      if (first?.digest === null || first === undefined) return undefined;
      const rows = await db.selectFrom('outbox').select(['id', 'alert_id', 'event', 'severity', 'at']).where('channel', '=', channel).where('state', '=', 'waiting').where('digest', '=', first.digest).orderBy('id').execute();
      const named = worstOf(rows);
      const bodies = named.length === 0 ? [] : await db.selectFrom('outbox').selectAll().where('id', 'in', named).execute();
      const worst = named.flatMap((id) => bodies.filter((row) => row.id === id)).map(toNotice);
      const counts = Object.fromEntries(NOTICE_EVENTS.map((event) => [event, rows.filter((row) => row.event === event).length]).filter(([, count]) => count !== 0)) as Digest['counts']; // keys are the events'
      const digest: Digest = { key: first.digest, from: rows[0]?.at ?? now, to: rows.at(-1)?.at ?? now, counts, worst };
      return { key: first.digest, ids: rows.map(({ id }) => id), attempts: first.attempts, content: { digest }, isDue: first.next_at <= now || first.next_at > now + LONGEST_PAUSE_MS };
    },

    async makeDigest(channel, now) {
      await db.transaction().execute(async (trx) => {
        // As many as fit, and nothing before what of the same alert has to wait longer.
        const rows = await due(trx.selectFrom('outbox as o').where('o.channel', '=', channel).where('o.state', '=', 'waiting'), now).select('o.id')
          .where((e) => e.not(e.exists(e.selectFrom('outbox as earlier').select('earlier.id').whereRef('earlier.alert_id', '=', 'o.alert_id').whereRef('earlier.channel', '=', 'o.channel')
            .where('earlier.state', '=', 'waiting').whereRef('earlier.id', '<', 'o.id').where('earlier.next_at', '>', now).where('earlier.next_at', '<=', now + LONGEST_PAUSE_MS))))
          .orderBy('o.id').limit(DIGEST_ROWS).execute();
        const ids = rows.map(({ id }) => id);
        if (ids.length > 0) await trx.updateTable('outbox').set({ digest: `${channel}:digest:${ids[0]}-${ids.at(-1)}` }).where('id', 'in', ids).execute();
      });
    },

    async record(channel, results, at) {
      await db.transaction().execute(async (trx) => {
        for (const { parcel: { ids, attempts }, ...result } of results) {
          const columns = result.state === 'waiting' ? { next_at: result.nextAt, error: storedFailure(result.error) }
            : { state: result.state, body: null, error: result.error === undefined ? null : storedFailure(result.error), sent_at: result.state === 'sent' ? at : null };
          await trx.updateTable('outbox').set({ ...columns, attempts: attempts + 1 }).where('id', 'in', [...ids]).execute();
        }
        const error = results.find((result) => result.error !== undefined)?.error;
        const isSent = results.some(({ state }) => state === 'sent');
        if (isSent) await trx.updateTable('channel').set({ last_sent_at: at }).where('id', '=', channel).execute();
        if (error !== undefined) await trx.updateTable('channel').set({ last_error: storedFailure(error), last_error_at: at }).where('id', '=', channel).execute();
      });
    },

    async hurry(channel, now) {
      await db.updateTable('outbox').set({ next_at: now }).where('channel', '=', channel).where('state', '=', 'waiting').where('attempts', '>', 0).execute();
    },
    async giveUpBefore(at) {
      const late = await db.selectFrom('outbox').select(['id']).where('state', '=', 'waiting').where('at', '<=', at).orderBy('at').limit(CHUNK).execute();
      if (late.length === 0) return 0;
      const ids = late.map(({ id }) => id);
      await db.updateTable('outbox').set((e) => ({ state: 'given_up', body: null, error: e.fn.coalesce('error', e.val(storedFailure(TOO_LATE))) })).where('id', 'in', ids).execute();
      return ids.length;
    },
    async dropBefore(at) {
      // Its end was never heard of when it cleared and was dropped while the notifier was away for longer than changes are kept.
      await db.deleteFrom('notice_alert').where('alert_id', 'in', (e) => e.selectFrom('notice_alert as seen').select('seen.alert_id').where('seen.active', '=', 1).where('seen.at', '<', at)
        .where((s) => s.not(s.exists(s.selectFrom('alert').select('alert.id').whereRef('alert.id', '=', 'seen.alert_id')))).limit(CHUNK)).execute();
      const settled = NOTIFICATION_STATES.filter((state) => state !== 'waiting');
      await db.deleteFrom('outbox').where('id', 'in', (e) => e.selectFrom('outbox').select('id').where('state', 'in', settled).where('at', '<', at)
        .where('alert_id', 'not in', (a) => a.selectFrom('notice_alert').select('alert_id').where('active', '=', 1)).limit(CHUNK)).execute();
      await db.deleteFrom('notice_alert').where('alert_id', 'in', (e) => e.selectFrom('notice_alert').select('alert_id').where('active', '=', 0).where('at', '<', at).limit(CHUNK)).execute();
    },

    async sentSince(channels, at) {
      const rows = await db.selectFrom('outbox').select((e) => ['sent_at', e.fn.coalesce('digest', 'key').as('message')]).distinct()
        .where('channel', 'in', [...channels]).where('state', '=', 'sent').where('sent_at', '>', at).orderBy('sent_at', 'desc').limit(100).execute();
      return rows.flatMap(({ sent_at: sentAt }) => sentAt === null ? [] : [sentAt]);
    },
    async waiting() {
      const rows = await db.selectFrom('outbox').select(['channel', (e) => e.fn.countAll<number>().as('count')]).where('state', '=', 'waiting').groupBy('channel').execute();
      return new Map(rows.map(({ channel, count }) => [channel, Number(count)]));
    },
    async waitingTotal() {
      const { count } = await db.selectFrom('outbox').select((e) => e.fn.countAll<number>().as('count')).where('state', '=', 'waiting').executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}

/** Ids of the rows a digest names: of each alert that hasn't cleared in it, the newest, the worst first. */
function worstOf(rows: readonly Pick<OutboxRow, 'id' | 'alert_id' | 'event' | 'severity'>[]): number[] {
  const newest = new Map<string, Pick<OutboxRow, 'id' | 'event' | 'severity'>>();
  for (const row of rows) newest.set(row.alert_id, row);
  return [...newest.values()].filter(({ event }) => event !== 'cleared')
    .sort((a, b) => severityRank(a.severity as Severity) - severityRank(b.severity as Severity) || b.id - a.id).slice(0, NAMED).map(({ id }) => id);
}

/** Casts: written by the notifier. A row that waits has a body. */
const toNotice = ({ key, event, at, body }: OutboxRow): Notice => ({ key, event: event as NoticeEvent, at, alert: JSON.parse(body ?? '{}') as Alert });

export function toNotification({ id, key, channel, alert_id: alertId, event, severity, tier, state, at, attempts, sent_at: sentAt, next_at: nextAt, error, digest }: OutboxRow): Notification {
  return {
    id, key, channel, alertId, event: event as NoticeEvent, severity: severity as Severity, tier: tier as Tier, state: state as Notification['state'], at, attempts,
    ...(sentAt === null ? {} : { sentAt }), ...(state === 'waiting' ? { nextAt } : {}), ...(error === null ? {} : failureOf(error)), ...(digest === null ? {} : { digest }),
  };
}
