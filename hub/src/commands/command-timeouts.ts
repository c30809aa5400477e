import type { EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Feature } from '../feature.js';
import { insertAudit } from '../identity/audit-log.js';
import { Rounds } from '../rounds.js';

const TICK_MS = 1000;

export interface CommandTimeouts extends Feature {
  /** There is a command that runs out at that time. */
  watch(expiresAt: EpochMs): void;
  /** One look, as the clock ticks. */
  tick(): Promise<void>;
}

export interface CommandTimeoutsDependencies {
  readonly db: Db;
  readonly clock: Clock;
  /** Told when the database refuses; the next tick tries again. */
  readonly onError: (error: unknown) => void;
}

/** Ends commands that nobody answered. When they run out stands in the database, so a restart forgets none. */
export function createCommandTimeouts({ db, clock, onError }: CommandTimeoutsDependencies): CommandTimeouts {
  let nextAt: EpochMs = 0;
  const rounds = new Rounds(TICK_MS, () => expire().catch(onError));

  async function expire(): Promise<void> {
    const now = clock.now();
    if (now <= nextAt) return;
    const before = nextAt;
    nextAt = Infinity; // what is sent from here on lowers it again
    try {
      await db.transaction().execute(async (trx) => {
        const rows = await trx.updateTable('command').set({ state: 'timed_out' }).where('state', '=', 'pending').where('expires_at', '<', now).returning(['id', 'device', 'type']).execute();
        await insertAudit(trx, now, rows.map(({ id, device, type }) => ({ by: 'hub', action: 'command.timed-out', target: device, detail: `${type}, ${id}` })));
      });
      const first = await db.selectFrom('command').select((e) => e.fn.min('expires_at').as('at')).where('state', '=', 'pending').executeTakeFirst();
      nextAt = Math.min(nextAt, first?.at ?? Infinity);
    } catch (error) {
      nextAt = before;
      throw error;
    }
  }

  return {
    watch(expiresAt) { nextAt = Math.min(nextAt, expiresAt); },
    tick: () => rounds.now(),
    start: () => rounds.start(),
    stop: () => rounds.stop(),
  };
}
