import { LIMITS, type Device, type DeviceId, type DeviceStatus, type EpochMs } from '@liandong/protocols';
import { sql, type Transaction } from 'kysely';
import type { ChangeLog } from '../changes/change-log.js';
import { chunksOf } from '../chunks-of.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { Feature } from '../feature.js';
import type { WritableDeviceDirectory } from './device-directory.js';
import type { DeviceEntry, PresenceSink } from './types.js';

const TICK_MS = 1000;
/** A device that flaps is announced at most this often. */
const ANNOUNCE_EVERY_MS = 1000;
/** `lastSeenAt` is current in memory at once; on disk it may be this far behind. */
const PERSIST_EVERY_MS = 5000;
/** Rows of one statement or transaction: other writers get their turn in between, and a critical alert waits for no more. Of a large fleet more, as each costs a sync. */
const FEWEST_ROWS = 100;
const MOST_ROWS = 500;
const CHUNKS = 40;

type Presence = Extract<DeviceStatus, 'online' | 'offline'>;
interface Sign { readonly status: Presence; readonly at: EpochMs }

export interface PresenceDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly directory: WritableDeviceDirectory;
  readonly changes: ChangeLog;
  /** Told when the database refuses; what was not written is tried again a second later. */
  readonly onError: (error: unknown) => void;
}

/**
 * Who is there. Everything is kept per device, so memory is bounded by their number.
 * Only `provisioned`, `online` and `offline` move by themselves; `maintenance` and `retired` are set and left by people.
 */
export function createDevicePresence({ db, clock, directory, changes, onError }: PresenceDependencies): PresenceSink & Feature {
  const pending = new Map<DeviceId, Sign>();
  const decidedAt = new Map<DeviceId, EpochMs>();
  const announcedAt = new Map<DeviceId, EpochMs>();
  const unsaved = new Set<DeviceId>();
  let graceFrom: EpochMs = 0;
  let savedAt: EpochMs = 0;
  /** The newest time the hub's clock has shown. */
  let clockAt: EpochMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let forget: (() => void) | undefined;
  let running: Promise<void> = Promise.resolve();
  let flushing: Promise<void> | undefined;
  let queued: Promise<void> | undefined;

  const windowMs = (entry: DeviceEntry): number => LIMITS.silentIntervals * entry.device.reportingIntervalS * 1000;
  const heardAt = (entry: DeviceEntry): EpochMs => Math.max(entry.device.lastSeenAt ?? 0, decidedAt.get(entry.device.id) ?? 0, graceFrom);

  /** The hub's time, after a step back of its clock was followed. */
  function readClock(): EpochMs {
    const now = clock.now();
    if (now < clockAt) limitTimes(now);
    clockAt = now;
    return now;
  }

  /** Nothing was heard, decided or announced in the future: it would outweigh all that follows until the clock is there again. */
  function limitTimes(now: EpochMs): void {
    for (const { device } of directory.values()) {
      if (device.lastSeenAt === undefined || device.lastSeenAt <= now) continue;
      device.lastSeenAt = now;
      unsaved.add(device.id);
    }
    for (const [id, at] of decidedAt) decidedAt.set(id, Math.min(at, now - 1)); // a sighting of this very moment is news
    for (const [id, at] of announcedAt) announcedAt.set(id, Math.min(at, now));
    graceFrom = Math.min(graceFrom, now);
    savedAt = Math.min(savedAt, now);
  }

  /** True when the status has to move. `at` is not after `now`. */
  function sight(entry: DeviceEntry, at: EpochMs, now: EpochMs): boolean {
    const { device } = entry;
    if (device.status === 'retired') return false;
    if (at > (device.lastSeenAt ?? 0)) {
      device.lastSeenAt = at;
      unsaved.add(device.id);
    }
    // A journal that is being caught up with tells of sightings long past: they don't bring a silent device back.
    const isNews = at > (decidedAt.get(device.id) ?? 0) && now - at <= windowMs(entry);
    return isNews && decide(entry, { status: 'online', at });
  }

  /** What is about to be announced counts as the present status, so a device that goes and comes back ends as it is. */
  function decide({ device }: DeviceEntry, sign: Sign): boolean {
    if (!mayBecome(pending.get(device.id)?.status ?? device.status, sign.status)) return false;
    decidedAt.set(device.id, sign.at);
    pending.set(device.id, sign);
    return true;
  }

  /** One flush runs, one waits, and what is decided meanwhile goes with the one that waits. */
  function flush(): Promise<void> {
    if (flushing === undefined) {
      flushing = announce().finally(() => { flushing = undefined; });
      return flushing;
    }
    const again = (): Promise<void> => {
      queued = undefined;
      return flush();
    };
    queued ??= flushing.then(again, again); // whoever waits for the first one gets its error
    return queued;
  }

  async function announce(): Promise<void> {
    const now = clock.now();
    const due = [...pending].filter(([id]) => now - (announcedAt.get(id) ?? -Infinity) >= ANNOUNCE_EVERY_MS);
    for (const some of inChunks(due)) await announceSome(some, now);
  }

  async function announceSome(signs: readonly (readonly [DeviceId, Sign])[], now: EpochMs): Promise<void> {
    const told = signs.flatMap(([id, { status }]) => {
      const entry = directory.get(id);
      return entry === undefined || entry.device.status === status || isSetByPeople(entry.device.status) ? [] : [{ ...entry.device, status }];
    });
    const moved = told.length === 0 ? [] : await db.transaction().execute(async (trx) => {
      const written = await writeStatus(trx, told);
      return changes.recordDevices(trx, told.filter(({ id }) => written.has(id)));
    });
    for (const change of moved) {
      if (change.kind !== 'device') continue;
      const { id, status } = change.device;
      const entry = directory.get(id);
      if (entry !== undefined && !isSetByPeople(entry.device.status)) entry.device.status = status;
      announcedAt.set(id, now);
    }
    for (const [id, sign] of signs) if (pending.get(id) === sign) pending.delete(id);
    changes.publish(moved);
  }

  function findSilent(now: EpochMs): void {
    for (const entry of directory.values()) {
      const at = heardAt(entry);
      // Dated by the last sign of life, so that whatever the device says after it is news.
      if (entry.device.status === 'online' && now - at > windowMs(entry)) decide(entry, { status: 'offline', at });
    }
  }

  /** VALUES columns are named column1, column2 on libSQL and on PostgreSQL alike. */
  async function save(): Promise<void> {
    for (const some of inChunks([...unsaved])) {
      for (const id of some) unsaved.delete(id);
      const rows = some.flatMap((id) => {
        const at = directory.get(id)?.device.lastSeenAt;
        return at === undefined ? [] : [sql`(${id}, ${at})`];
      });
      if (rows.length === 0) continue;
      try {
        await sql`update device set last_seen_at = cast(seen.column2 as bigint) from (values ${sql.join(rows)}) as seen where device.id = seen.column1`.execute(db);
      } catch (error) {
        for (const id of some) unsaved.add(id);
        throw error;
      }
    }
  }

  async function tick(): Promise<void> {
    const now = readClock();
    findSilent(now);
    if (pending.size > 0) await flush();
    if (now - savedAt < PERSIST_EVERY_MS) return;
    savedAt = now;
    await save();
  }

  return {
    async start() {
      if (timer !== undefined) return;
      graceFrom = clock.now();
      savedAt = clockAt = graceFrom;
      limitTimes(graceFrom); // the clock may have been set back while the hub was down
      let isTicking = false;
      timer = setInterval(() => {
        if (isTicking) return;
        isTicking = true;
        running = running.then(tick).catch(onError).finally(() => { isTicking = false; });
      }, TICK_MS);
      forget = directory.onChange((id, entry) => {
        if (entry === undefined || isSetByPeople(entry.device.status)) pending.delete(id);
        if (entry !== undefined) return;
        for (const map of [decidedAt, announcedAt]) map.delete(id);
        unsaved.delete(id);
      });
    },
    async stop() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      forget?.();
      await running;
      announcedAt.clear(); // nothing may wait for a tick that does not come
      await flush().then(save).catch(onError);
    },
    async seen(sightings) {
      const now = readClock();
      let hasMoved = false;
      for (const [id, at] of sightings) {
        const entry = directory.get(id);
        // Received before the clock was set back: that was no later than now.
        if (entry !== undefined) hasMoved = sight(entry, Math.min(at, now), now) || hasMoved;
      }
      if (hasMoved) await flush();
    },
    async setStatus(id, status, receivedAt) {
      const now = readClock();
      const at = Math.min(receivedAt, now);
      const entry = directory.get(id);
      if (entry === undefined || at < (decidedAt.get(id) ?? 0)) return;
      const hasMoved = status === 'online' ? sight(entry, at, now) : decide(entry, { status, at });
      if (hasMoved) await flush();
    },
  };
}

/** Answers whose status was written. A person may have set it in the same moment: theirs stands. VALUES columns as in `save`. */
async function writeStatus(trx: Transaction<Database>, devices: readonly Device[]): Promise<Set<DeviceId>> {
  const rows = devices.map(({ id, status, lastSeenAt }) => sql`(${id}, ${status}, ${lastSeenAt ?? null})`);
  const { rows: written } = await sql<{ id: DeviceId }>`update device set status = now.column2, last_seen_at = cast(now.column3 as bigint) from (values ${sql.join(rows)}) as now
    where device.id = now.column1 and device.status not in ('maintenance', 'retired') returning device.id`.execute(trx);
  return new Set(written.map(({ id }) => id));
}

const inChunks = <Item>(items: readonly Item[]): Iterable<readonly Item[]> => chunksOf(items, Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.ceil(items.length / CHUNKS))));

const isSetByPeople = (status: DeviceStatus): boolean => status === 'maintenance' || status === 'retired';

/** A device that was never seen can't go offline. */
function mayBecome(from: DeviceStatus, to: Presence): boolean {
  switch (from) {
    case 'provisioned': return to === 'online';
    case 'online': return to === 'offline';
    case 'offline': return to === 'online';
    case 'maintenance': case 'retired': return false;
  }
}
