import type { EndNow } from '../app.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config.js';
import { dataPaths, prepareDataDir, readOrCreateKey } from '../data-dir.js';
import { openDatabase, type Db } from '../database/database.js';
import type { Fence } from '../database/postgres/fence.js';
import { openPostgres } from '../database/postgres/open-postgres.js';
import type { FeatureStack } from '../feature-stack.js';
import type { JournalHandler } from '../journal/types.js';
import { Journal } from '../journal/journal.js';
import { createLease } from '../leadership/lease.js';
import { folderName, sharedKey } from '../leadership/shared-key.js';
import type { Logger } from '../logger.js';

const DAY_MS = 86_400_000;
/** As far back as a redelivery after a restart can reach: a device that was away over a week's holiday sends again what it got no answer for. */
const RECALLED_MS = 7 * DAY_MS;

/** The data folder and the database of a hub, open. Its readers are filled in before the journal starts. */
export type Folder = Awaited<ReturnType<typeof openFolder>>;

/** The journal's lock is the lock of the data folder, so it comes before anything else is opened. */
export async function openFolder(config: Config, { features, logger, end }: { features: FeatureStack; logger: Logger; end: EndNow }) {
  const paths = dataPaths(config.dataDir);
  await prepareDataDir(config.dataDir);
  const handlers: JournalHandler[] = [];
  const journal = new Journal({ path: paths.journal, handlers, maxBytes: config.journalMaxMb * 1024 * 1024, maxAgeMs: Math.min(config.gateRetentionDays * DAY_MS, RECALLED_MS), clock: systemClock, logger });
  await features.start('journal folder', { start: () => journal.open(), stop: () => journal.stop() });
  const fence: Fence = { term: undefined, onFenced: () => undefined };
  // Nothing goes on without it: thrown, it ends the process.
  const db: Db = config.databaseUrl === undefined
    ? await openDatabase(paths.database, { onDeath: (error) => { throw error; } })
    : await openPostgres({ url: config.databaseUrl, logger, fence });
  await features.start('database', { start: async () => undefined, stop: () => db.destroy() });
  const own = await readOrCreateKey(paths.pseudonymKey);
  if (config.databaseUrl === undefined) return { paths, journal, handlers, db, key: own, lease: undefined, positionOf: (reader: string) => reader };
  const holder = folderName(own);
  // On connections of its own: a renewal that waits for one behind writes that wait for their turn comes too late.
  const leaseDb = await openPostgres({ url: config.databaseUrl, logger });
  await features.start('database of the lease', { start: async () => undefined, stop: () => leaseDb.destroy() });
  const lease = createLease({ db: leaseDb, fence, holder, address: config.peerUrl?.origin, logger, onLost: end });
  await features.start('lease', { start: async () => undefined, stop: () => lease.stop() });
  return { paths, journal, handlers, db, key: await sharedKey(db, own), lease, positionOf: (reader: string) => `${reader}@${holder}` };
}
