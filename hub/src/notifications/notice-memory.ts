import type { EpochMs, NoticeEvent, Severity, Tier } from '@liandong/protocols';
import type { CompiledQuery, Insertable, Transaction } from 'kysely';
import type { Db } from '../database/database.js';
import { inParts, rowsStatement } from '../database/rows-statement.js';
import type { Database } from '../database/schema.js';
import { together } from '../database/together.js';
import { withNotice, type Sighting, type Told } from './notice.js';

export interface Seen extends Sighting { readonly occurrence: number }
export type NewOutboxRow = Insertable<Database['outbox']>;

const queueing = rowsStatement((db: Db, rows: readonly NewOutboxRow[]) => db.insertInto('outbox').values(rows).onConflict((conflict) => conflict.column('key').doNothing()).returning('id').compile());
const writingSeen = rowsStatement((db: Db, rows: readonly Insertable<Database['notice_alert']>[]) => db.insertInto('notice_alert').values(rows).onConflict((conflict) => conflict.column('alert_id').doUpdateSet((e) => ({
  severity: e.ref('excluded.severity'), tier: e.ref('excluded.tier'), active: e.ref('excluded.active'), held: e.ref('excluded.held'), occurrence: e.ref('excluded.occurrence'), at: e.ref('excluded.at'),
}))).compile());

/** What is due within this is not withdrawn any more: it may be on its way before that is written (ms). */
const ON_ITS_WAY_MS = 10_000;

/** What the database knows of some alerts, read at once, kept in step while a page of changes is gone through, and written at once. */
export class NoticeMemory {
  readonly #seen = new Map<string, Seen>();
  readonly #changed = new Map<string, EpochMs>();
  readonly #told = new Map<string, Told>();
  readonly #rows: NewOutboxRow[] = [];
  /** Occurrences of alerts that cleared before what was to be said of them was due, by channel. */
  readonly #withdrawn: { channel: string; alertId: string; occurrence: number }[] = [];
  /** Channel, alert and occurrence of messages that are not due for a while yet and were never tried. */
  readonly #pending = new Set<string>();

  static async read(db: Db, alertIds: readonly string[], now: EpochMs): Promise<NoticeMemory> {
    const memory = new NoticeMemory();
    if (alertIds.length === 0) return memory;
    const [known, rows] = await Promise.all([
      db.selectFrom('notice_alert').selectAll().where('alert_id', 'in', [...alertIds]).execute(),
      // What was given up or withdrawn is not known there. Not sorted out by SQL, which would then read all that was ever sent.
      db.selectFrom('outbox').select(['channel', 'alert_id', 'occurrence', 'event', 'severity', 'tier', 'state', 'attempts', 'next_at']).where('alert_id', 'in', [...alertIds]).orderBy('id').execute(),
    ]);
    for (const row of known) {
      // Casts here and below: both tables are written from typed values only.
      memory.#seen.set(row.alert_id, { severity: row.severity as Severity, tier: row.tier as Tier, isActive: row.active === 1, isHeld: row.held === 1, occurrence: row.occurrence });
    }
    for (const row of rows) if (row.state === 'waiting' || row.state === 'sent') memory.#note(row, row.state === 'waiting' && row.attempts === 0 && row.next_at > now + ON_ITS_WAY_MS);
    return memory;
  }

  seen(alertId: string): Seen | undefined { return this.#seen.get(alertId); }
  told(channel: string, alertId: string, occurrence: number): Told | undefined { return this.#told.get(`${channel} ${alertId} ${occurrence}`); }
  isPending(channel: string, alertId: string, occurrence: number): boolean { return this.#pending.has(`${channel} ${alertId} ${occurrence}`); }
  get noticeCount(): number { return this.#rows.length; }

  see(alertId: string, sighting: Seen, at: EpochMs): void {
    this.#seen.set(alertId, sighting);
    this.#changed.set(alertId, at);
  }

  tell(row: NewOutboxRow): void {
    this.#rows.push(row);
    this.#note(row, row.next_at > row.at);
  }

  withdraw(channel: string, alertId: string, occurrence: number): void {
    const key = `${channel} ${alertId} ${occurrence}`;
    this.#withdrawn.push({ channel, alertId, occurrence });
    this.#pending.delete(key);
    // Nothing was told, so that it cleared is none of the channel's business, whatever is said of the alert later on the same page.
    this.#told.delete(key);
  }

  /** Writes all, and what else belongs to it. Answers how many rows are new and how many were withdrawn. */
  async write(trx: Transaction<Database>, andWrite: readonly CompiledQuery[] = []): Promise<{ queued: number; withdrawn: number }> {
    const withdrawing = [...this.#withdrawing(trx)];
    const queued = [...this.#queueing(trx)];
    const answers = await together(trx, [...queued, ...this.#hurryingEarlier(trx), ...this.#writingSeen(trx), ...andWrite, ...withdrawing]);
    const rows = answers.map((answer) => answer.rows.length);
    return { queued: sum(rows.slice(0, queued.length)), withdrawn: sum(rows.slice(rows.length - withdrawing.length)) };
  }

  *#queueing(trx: Transaction<Database>): Generator<CompiledQuery> {
    for (const part of inParts(this.#rows)) yield queueing(trx, part);
  }

  *#withdrawing(trx: Transaction<Database>): Generator<CompiledQuery> {
    for (const { channel, alertId, occurrence } of this.#withdrawn) {
      yield trx.updateTable('outbox').set({ state: 'withdrawn', body: null, error: 'its alert cleared before it was due' })
        .where('alert_id', '=', alertId).where('channel', '=', channel).where('occurrence', '=', occurrence).where('state', '=', 'waiting').where('attempts', '=', 0).returning('id').compile();
    }
  }

  /** An alert's story is told in order: what waits before a worse word of it is as urgent as that. */
  *#hurryingEarlier(trx: Transaction<Database>): Generator<CompiledQuery> {
    for (const { event, channel, alert_id, rank } of this.#rows) {
      if (event !== 'regraded') continue;
      yield trx.updateTable('outbox').set({ rank }).where('alert_id', '=', alert_id).where('channel', '=', channel).where('state', '=', 'waiting').where('rank', '>', rank).compile();
    }
  }

  *#writingSeen(trx: Transaction<Database>): Generator<CompiledQuery> {
    const rows = [...this.#changed].flatMap(([alert_id, at]) => {
      const seen = this.#seen.get(alert_id);
      return seen === undefined ? [] : [{ alert_id, severity: seen.severity, tier: seen.tier, active: seen.isActive ? 1 : 0, held: seen.isHeld ? 1 : 0, occurrence: seen.occurrence, at }];
    });
    for (const part of inParts(rows)) yield writingSeen(trx, part);
  }

  #note({ channel, alert_id, occurrence, event, severity, tier }: Pick<NewOutboxRow, 'channel' | 'alert_id' | 'occurrence' | 'event' | 'severity' | 'tier'>, isPending: boolean): void {
    const key = `${channel} ${alert_id} ${occurrence}`;
    this.#told.set(key, withNotice(this.#told.get(key), event as NoticeEvent, { severity: severity as Severity, tier: tier as Tier }));
    if (isPending) this.#pending.add(key);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
