import type { Alert, AreaId, Device, EpochMs, Seq } from '@liandong/protocols';
import type { CompiledQuery, Insertable, Transaction } from 'kysely';
import type { Clock } from '../clock.js';
import { isOursAlone, type Db } from '../database/database.js';
import { inParts, rowsStatement } from '../database/rows-statement.js';
import type { Database } from '../database/schema.js';
import { breathe } from '../breathe.js';
import { Listeners } from '../listeners.js';
import { RecentChanges } from './recent-changes.js';

/** An hour after a storm a hundred thousand go: rows of one statement, as the database keeps the thread while it runs. */
const DROPPED_AT_ONCE = 1_000;

/**
 * A state change that every screen in its area must see exactly once.
 * What moves to another area is two changes. The first is for screens that see only the area it left: to them the alert is cleared and the device
 * retired, as is one that is deleted, and where it went is not said. `movedTo` is on this one only: screens that see that area as well skip it,
 * because the second change tells them the whole of it.
 */
export type Change =
  | { readonly seq: Seq; readonly area: AreaId; readonly movedTo?: AreaId; readonly kind: 'alert'; readonly alert: Alert }
  | { readonly seq: Seq; readonly area: AreaId; readonly movedTo?: AreaId; readonly kind: 'device'; readonly device: Device };

/** What becomes of an alert that has its seq. */
export const toChange = (alert: Alert): Change => ({ seq: alert.seq, area: alert.area, kind: 'alert', alert });

export interface ChangeLog {
  /** Records a change inside the caller's transaction and gives its seq, which the alert has from then on; `body` is stored without it. */
  recordAlert(trx: Transaction<Database>, alert: Alert, movedTo?: AreaId): Promise<Alert>;
  /**
   * Gives many alerts their seq, in their order; a few hundred at most. `recording` has to run in the same transaction, before what may be undone by itself: where the numbers are known beforehand, that is
   * the statements that record the changes, so that they can travel with those that need the numbers; else they are recorded already, and there are none.
   */
  numberAlerts(trx: Transaction<Database>, alerts: readonly AlertChange[]): Promise<{ readonly numbered: readonly Alert[]; readonly recording: readonly CompiledQuery[] }>;
  recordDevice(trx: Transaction<Database>, device: Device, movedTo?: AreaId): Promise<Change>;
  /** The same for many in one statement; a few hundred at most. */
  recordDevices(trx: Transaction<Database>, devices: readonly Device[]): Promise<Change[]>;
  /** Tells listeners; call after the transaction has committed, in the order of the commits. Never throws: whoever committed would take that for a failed transaction. */
  publish(changes: readonly Change[]): void;
  onChange(listener: (change: Change) => void): () => void;
  /** Seq of the newest change; 0 when there is none. */
  current(): Promise<Seq>;
  /** Changes after `since`, oldest first; undefined when some of them are no longer kept, or `since` is of no change: then it is from another life of the hub, which a backup took back. */
  after(since: Seq, limit: number): Promise<Change[] | undefined>;
  /** Drops changes older than this; none after `upTo`, which a reader of its own pace has still to read. */
  dropBefore(at: EpochMs, upTo?: Seq): Promise<void>;
}

type NewRow = Omit<Insertable<Database['change']>, 'seq'>;
const recordingRows = rowsStatement((db: Db, rows: readonly Insertable<Database['change']>[]) => db.insertInto('change').values(rows).compile());

/** `movedTo`: see `Change`. */
export interface AlertChange { readonly alert: Alert; readonly movedTo?: AreaId }

export interface ChangeLogDependencies {
  readonly db: Db; readonly clock: Clock;
  /** Told of a listener that threw; the others heard the change all the same. */
  readonly onError: (error: unknown) => void;
}

export function createChangeLog({ db, clock, onError }: ChangeLogDependencies): ChangeLog {
  const listeners = new Listeners<[Change]>({ onError });
  const recent = new RecentChanges();
  const knowsNumbers = isOursAlone(db);
  /** Last number given out within a transaction; undefined while that is for the database to say. Only whoever has the turn to write looks at it. */
  let last: Seq | undefined;
  /** The transaction that it was given out in: what that records is not in the database yet. */
  let lastIn: Transaction<Database> | undefined;
  /** Of the newest change told; a number after it may be of a transaction that was taken back. */
  let told: Seq = 0;

  async function insert(trx: Transaction<Database>, row: NewRow): Promise<Seq> {
    const { seq } = await trx.insertInto('change').values(row).returning('seq').executeTakeFirstOrThrow();
    last = seq;
    return seq;
  }

  const alertRow = (alert: Alert, movedTo: AreaId | undefined, at: EpochMs): NewRow => ({ at, kind: 'alert', entity: alert.id, area: alert.area, moved_to: movedTo ?? null, body: JSON.stringify(alert) });
  const deviceRow = (device: Device, movedTo: AreaId | undefined, at: EpochMs): NewRow => ({ at, kind: 'device', entity: device.id, area: device.area, moved_to: movedTo ?? null, body: JSON.stringify(device) });

  const newest = async (from: Db): Promise<Seq> => (await from.selectFrom('change').select((e) => e.fn.max('seq').as('seq')).executeTakeFirst())?.seq ?? 0;

  /** Whether everything after it is there: it is the one before the oldest, or there itself. */
  const isKept = async (since: Seq, oldest: Seq): Promise<boolean> =>
    oldest === since + 1 || (oldest <= since && await db.selectFrom('change').select('seq').where('seq', '=', since).executeTakeFirst() !== undefined);

  return {
    async recordAlert(trx, alert, movedTo) {
      const seq = await insert(trx, alertRow(alert, movedTo, clock.now()));
      return { ...alert, seq };
    },
    async numberAlerts(trx, alerts) {
      if (alerts.length === 0) return { numbered: [], recording: [] };
      const at = clock.now();
      const unnumbered = alerts.map(({ alert, movedTo }) => alertRow(alert, movedTo, at));
      if (!knowsNumbers) {
        const rows = await trx.insertInto('change').values(unnumbered).returning('seq').execute();
        // Rows get their numbers in the order they are given; in which order they are answered is not said.
        const seqs = rows.map(({ seq }) => seq).sort((a, b) => a - b);
        return { numbered: alerts.map(({ alert }, index) => ({ ...alert, seq: seqs[index] ?? 0 })), recording: [] }; // every one was just inserted
      }
      // What was taken back is not counted; what was committed and not told yet is.
      if (last === undefined || (last > told && lastIn !== trx)) last = await newest(trx);
      lastIn = trx;
      const first = last + 1;
      last += alerts.length;
      return {
        numbered: alerts.map(({ alert }, index) => ({ ...alert, seq: first + index })),
        recording: [...inParts(unnumbered.map((row, index) => ({ seq: first + index, ...row })))].map((rows) => recordingRows(trx, rows)),
      };
    },
    async recordDevice(trx, device, movedTo) {
      const seq = await insert(trx, deviceRow(device, movedTo, clock.now()));
      return { seq, area: device.area, kind: 'device', device, ...(movedTo === undefined ? {} : { movedTo }) };
    },
    async recordDevices(trx, devices) {
      if (devices.length === 0) return [];
      const at = clock.now();
      const rows = await trx.insertInto('change').values(devices.map((device) => deviceRow(device, undefined, at)))
        .returning(['seq', 'entity']).execute();
      const seqs = new Map(rows.map(({ entity, seq }) => [entity, seq]));
      last = Math.max(...seqs.values());
      const changes = devices.map((device): Change => ({ seq: seqs.get(device.id) ?? 0, area: device.area, kind: 'device', device })); // every device was just inserted
      return changes.sort((a, b) => a.seq - b.seq);
    },
    publish(changes) {
      for (const { seq } of changes) told = Math.max(told, seq);
      for (const change of changes) recent.note(change); // before anybody is told, who may read on at once
      for (const change of changes) listeners.tell(change);
    },
    onChange: (listener) => listeners.add(listener),
    current: () => newest(db),
    async after(since, limit) {
      const inMemory = recent.after(since, limit);
      if (inMemory !== undefined) return inMemory;
      const rows = await db.selectFrom('change').selectAll().where('seq', '>', since).orderBy('seq').limit(limit).execute();
      const oldest = await db.selectFrom('change').select((e) => e.fn.min('seq').as('seq')).executeTakeFirst();
      const current = await newest(db);
      if (since > current || (since < current && !await isKept(since, oldest?.seq ?? 1))) return undefined;
      return rows.map(({ seq, area, moved_to: movedTo, kind, body }) => {
        const place = { seq, area, ...(movedTo === null ? {} : { movedTo }) };
        return kind === 'alert'
          ? { ...place, kind, alert: { ...JSON.parse(body) as Alert, seq } } // written by recordAlert
          : { ...place, kind, device: JSON.parse(body) as Device }; // written by recordDevice
      });
    },
    async dropBefore(at, upTo = Infinity) {
      // The newest change stays, so that `current` never goes back.
      const end = Math.min(await this.current(), upTo + 1);
      for (let dropped = DROPPED_AT_ONCE; dropped === DROPPED_AT_ONCE;) {
        const { numDeletedRows } = await db.deleteFrom('change').where('seq', 'in', (e) => e.selectFrom('change').select('seq').where('at', '<', at).where('seq', '<', end).orderBy('seq').limit(DROPPED_AT_ONCE)).executeTakeFirstOrThrow();
        dropped = Number(numDeletedRows);
        if (dropped > 0) recent.forget();
        await breathe();
      }
    },
  };
}
