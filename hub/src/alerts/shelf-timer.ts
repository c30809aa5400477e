import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Feature } from '../feature.js';
import { Rounds } from '../rounds.js';
import { AlertBatches } from './alert-batches.js';
import type { AlertWriter } from './alert-writer.js';

const TICK_MS = 1_000;
/** Shelves ended in one look; more wait for the next tick. */
const AT_ONCE = 200;

export interface ShelfTimer extends Feature {
  /** One look, as the clock ticks. */
  tick(): Promise<void>;
}

export interface ShelfTimerDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly writer: Pick<AlertWriter, 'writeAll'>;
  /** Told when the database refuses; the next tick tries again. */
  readonly onError: (error: unknown) => void;
}

/** Brings shelved alerts back when their time is over. The time stands in the alert itself, so one that ran out while the hub was down ends with the first tick. */
export function createShelfTimer({ db, clock, writer, onError }: ShelfTimerDependencies): ShelfTimer {
  const batches = new AlertBatches();
  const rounds = new Rounds(TICK_MS, () => end().catch(onError));

  async function end(): Promise<void> {
    const due = await db.selectFrom('alert').select('id').where('shelved_until', '<=', clock.now()).orderBy('shelved_until').limit(AT_ONCE).execute();
    await batches.run([{
      ids: due.map(({ id }) => id),
      // Anew within the transaction: somebody may have shelved it again meanwhile.
      work: (ids) => writer.writeAll(ids, ({ shelvedUntil }, at) => shelvedUntil === undefined || shelvedUntil > at ? undefined : { step: 'unshelved', detail: { by: 'hub' } }),
    }]);
  }

  return {
    tick: () => rounds.now(),
    start: () => rounds.startAtOnce(),
    stop: () => rounds.stop(),
  };
}
