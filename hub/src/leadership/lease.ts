import { sql } from 'kysely';
import type { Db } from '../database/database.js';
import type { Fence } from '../database/postgres/fence.js';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';

/** A leader that is gone is replaced this long after its last renewal, and half a second. */
export const LEASE_MS = 6_000;
const RENEW_MS = 1_500;
/** Without a renewal for so long a leader gives up, well before another can take over; it looks this often. */
const GIVE_UP_MS = LEASE_MS - 1_500;
const LOOK_MS = 500;
const NAME = 'leader';
/** The database server's clock (ms since the epoch): the hubs' own may differ. */
const now = sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;

/** Who leads, as the database says. */
export interface Leader { readonly holder: string; readonly address: string | null; readonly isAlive: boolean }

/**
 * One leader among the hubs that share a database. The row names the holder and when its lease ends; the term grows with every take-over, and every
 * transaction that writes checks it (`Fence`), so a leader that stood still and wakes too late writes nothing.
 */
export interface Lease extends Feature {
  /** Takes it when it is free, has ended, or was this data folder's own before. False: another one leads. */
  take(): Promise<boolean>;
  leader(): Promise<Leader | undefined>;
  /** Renews from now on. `stop` gives it back at once. */
  start(): Promise<void>;
}

export interface LeaseDependencies {
  /** On connections that nobody else waits for. */
  readonly db: Db;
  readonly fence: Fence;
  /** The same over restarts of one data folder, of which there is one process at a time. */
  readonly holder: string;
  /** Where the other hubs reach this one; undefined: it has no others, and goes on while the database is away. */
  readonly address: string | undefined;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  /** It is not the leader any more, or can't know: whatever it does must end now. */
  readonly onLost: (reason: string) => void;
  readonly stopwatch?: () => number;
}

export function createLease({ db, fence, holder, address, logger, onLost, stopwatch = () => performance.now() }: LeaseDependencies): Lease {
  let term: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let renewing: Promise<void> | undefined;
  let [askedAt, renewedAt] = [0, 0];

  function lose(reason: string): void {
    if (term === undefined) return;
    clearInterval(timer);
    timer = undefined;
    onLost(reason);
  }

  async function renew(): Promise<void> {
    const asked = askedAt = stopwatch();
    try {
      if (!await renewTerm(db, holder, term ?? 0)) return lose('another hub has taken over');
      renewedAt = asked;
    } catch (error) {
      logger.error({ err: error }, 'the lease could not be renewed; trying again');
    }
  }

  /** A hub without others has nobody who could take over: it waits for its database. */
  function onTimer(): void {
    if (address !== undefined && stopwatch() - renewedAt > GIVE_UP_MS) return lose('the lease could not be renewed in time');
    if (stopwatch() - askedAt >= RENEW_MS) renewing ??= renew().finally(() => { renewing = undefined; });
  }

  return {
    async take() {
      const asked = stopwatch();
      const taken = await takeTerm(db, { holder, address: address ?? null });
      if (taken === undefined) return false;
      term = fence.term = taken;
      fence.onFenced = () => { lose('another hub has taken over'); };
      askedAt = renewedAt = asked;
      logger.info({ term: taken }, 'this hub leads');
      return true;
    },
    async leader() {
      return db.selectFrom('lease').select(['holder', 'address', sql<boolean>`expires_at > ${now}`.as('isAlive')]).where('name', '=', NAME).executeTakeFirst();
    },
    async start() {
      timer ??= setInterval(onTimer, LOOK_MS);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await renewing;
      const held = term;
      term = undefined; // not the fence's: what still writes after this is refused once another leads
      if (held === undefined) return;
      await endTerm(db, holder, held).catch((error: unknown) => { logger.error({ err: error }, 'the lease could not be given back; it ends by itself'); });
    },
  };
}

/** The new term; undefined: another one leads. */
async function takeTerm(db: Db, who: { readonly holder: string; readonly address: string | null }): Promise<number | undefined> {
  return db.transaction().execute(async (trx) => {
    const row = await trx.selectFrom('lease').select(['holder', 'term', sql<boolean>`expires_at > ${now}`.as('isAlive')]).where('name', '=', NAME).executeTakeFirst();
    if (row?.isAlive === true && row.holder !== who.holder) return undefined;
    const next = { ...who, term: (row?.term ?? 0) + 1 };
    await trx.insertInto('lease').values({ name: NAME, ...next, expires_at: sql`${now} + ${sql.lit(LEASE_MS)}` })
      .onConflict((conflict) => conflict.column('name').doUpdateSet((e) => ({ ...next, expires_at: e.ref('excluded.expires_at') }))).execute();
    return next.term;
  });
}

/** False: the term is over, as another one has begun. */
async function renewTerm(db: Db, holder: string, term: number): Promise<boolean> {
  const { numUpdatedRows } = await db.updateTable('lease').set({ expires_at: sql`${now} + ${sql.lit(LEASE_MS)}` })
    .where('name', '=', NAME).where('holder', '=', holder).where('term', '=', term).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** At once, rather than when it would run out. */
async function endTerm(db: Db, holder: string, term: number): Promise<void> {
  await db.updateTable('lease').set({ expires_at: 0 }).where('name', '=', NAME).where('holder', '=', holder).where('term', '=', term).execute();
}
