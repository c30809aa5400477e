import { CHATTER, type Alert, type AlertTimelineEntry, type AreaId, type DeviceId, type EpochMs, type Seq } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { toAlert } from './alert-rows.js';
import { loadLastCleared, loadShelved } from './alert-memory.js';

/** The condition behind an alert, as the alert service and inhibition see it. */
export interface AlertOwner {
  /** A person cleared its alert; called in that person's turn. */
  clearedByHand(at: EpochMs): void;
  /** It ended at the edge that raised it; called in the turn of whoever heard that. */
  endedAtEdge(): void;
  /** Rules, or families of rules, whose alerts make this one pointless to act on. */
  readonly inhibitors: readonly string[];
  readonly family: string | undefined;
  readonly gateway: DeviceId | undefined;
}

/** One alert as the evaluator and the alert service share it. */
export interface ActiveAlert {
  /** Replaced, never changed in place. */
  alert: Alert;
  /** Hub time at which the condition was last seen; reaches the `last_at` column at most every 10 s. */
  seenAt: EpochMs;
  /** When screens were last told of it. */
  publishedAt: EpochMs;
  /** A repetition that screens were not told of yet. */
  unpublished: AlertTimelineEntry | undefined;
  /** When a repetition last became an entry of the timeline. */
  notedAt: EpochMs;
  /** When somebody else than the evaluator changed it last; an entry that was held back since before is no older than that. */
  steppedAt: EpochMs;
  owner: AlertOwner | undefined;
}

/**
 * The active alerts, at most one per rule and device, in memory and in step with the database; with them what the next alert of the same
 * rule and device has to know: the one that cleared within the last minute, and whether the alarm is shelved.
 * Whoever changes an alert does so inside `exclusive`, from reading it to publishing it, so that an acknowledgement
 * and a re-grading never overwrite each other and changes are published in the order of their commits.
 */
export interface ActiveAlerts {
  /** Reads them from the database, forgetting what was in memory. */
  load(): Promise<void>;
  find(ruleId: string, device: DeviceId): ActiveAlert | undefined;
  byId(id: string): ActiveAlert | undefined;
  /** The active alerts of one device. */
  ofDevice(device: DeviceId): Iterable<ActiveAlert>;
  values(): IterableIterator<ActiveAlert>;
  /** Those of the hub itself, such as the parent of many. */
  ofNoRule(): Iterable<ActiveAlert>;
  /** Those whose rules name inhibitors, and those that are inhibited, whatever their rules name by now. */
  inhibitable(): Iterable<ActiveAlert>;
  readonly size: number;
  /** Moves whenever an alert becomes active or ends, or finds its owner. */
  readonly version: number;
  add(alert: Alert): ActiveAlert;
  /** A condition stands behind it from now on. */
  claim(active: ActiveAlert, owner: AlertOwner): void;
  /** It has cleared: `active.alert` says so already. */
  remove(active: ActiveAlert): void;
  /** The one that would be opened again instead of a new one: cleared within the last minute. */
  past(alarm: Alarm, at: EpochMs): ActiveAlert | undefined;
  /** A past one is active again: `active.alert` says so already. */
  reopen(active: ActiveAlert): void;
  /** The newest alert of an alarm that is shelved at that time, active or not. */
  shelf(alarm: Alarm, at: EpochMs): Alert | undefined;
  /** What somebody other than the evaluator made of an alert; committed. */
  put(alert: Alert, at: EpochMs): void;
  /**
   * A transaction over these failed, and whether it stands nobody knows: the connection may have been lost while its commit was answered. Before the next turn they are
   * read anew, and those that did change are given to `follow`, which does what was to come after the commit.
   */
  doubt(touched: readonly Doubtful[], follow: (changed: readonly Alert[]) => void): void;
  /** Runs these one after the other; not to be nested. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

/** An alert and its `seq` before the transaction; none: it was not there. */
export interface Doubtful { readonly id: string; readonly seq: Seq | undefined }

/** What ISA-18.2 calls an alarm, of which an alert is one occurrence: a rule on a device, or on an area for a parent without a device. */
export type Alarm = Readonly<{ ruleId: string; deviceId?: DeviceId; area: AreaId }>;

export function createActiveAlerts({ db }: { db: Db }): ActiveAlerts {
  const ids = new Map<string, ActiveAlert>();
  const keys = new Map<string, ActiveAlert>();
  const devices = new Map<DeviceId, Set<ActiveAlert>>();
  const inhibitable = new Set<ActiveAlert>();
  const ofNoRule = new Set<ActiveAlert>();
  /** By alarm, in the order of their clearing. */
  const past = new Map<string, ActiveAlert>();
  const shelved = new Map<string, Alert>();
  let version = 0;
  let tail: Promise<unknown> = Promise.resolve();
  const doubts: { readonly touched: readonly Doubtful[]; readonly follow: (changed: readonly Alert[]) => void }[] = [];

  function insert(active: ActiveAlert): void {
    const { id, deviceId } = active.alert;
    ids.set(id, active);
    keys.set(keyOf(active.alert), active);
    if (isOfNoRule(active.alert)) ofNoRule.add(active);
    if (deviceId !== undefined) {
      const others = devices.get(deviceId);
      if (others === undefined) devices.set(deviceId, new Set([active]));
      else others.add(active);
    }
    version += 1;
  }

  function add(alert: Alert): ActiveAlert {
    const active = shared(alert);
    insert(active);
    noteShelf(alert);
    return active;
  }

  function remove(active: ActiveAlert): void {
    const { id, deviceId } = active.alert;
    ids.delete(id);
    const key = keyOf(active.alert);
    if (keys.get(key) === active) keys.delete(key);
    inhibitable.delete(active);
    ofNoRule.delete(active);
    const others = deviceId === undefined ? undefined : devices.get(deviceId);
    if (deviceId !== undefined && others?.delete(active) === true && others.size === 0) devices.delete(deviceId);
    active.owner = undefined;
    version += 1;
    remember(active);
  }

  /** What cleared more than a minute before the newest can't be opened again. */
  function remember(active: ActiveAlert): void {
    const key = keyOf(active.alert);
    past.delete(key);
    past.set(key, active);
    for (const [oldest, { alert }] of past) {
      if (isRecent(alert, active.alert.clearedAt ?? 0)) break;
      past.delete(oldest);
    }
  }

  /** Only the newest alert of an alarm says whether the alarm is shelved: the active one, or the one whose shelf outlives it. Whatever becomes of one before says nothing. */
  function noteShelf(alert: Alert): void {
    const key = keyOf(alert);
    const isKnown = shelved.get(key)?.id === alert.id;
    if (alert.shelvedUntil === undefined) {
      if (isKnown) shelved.delete(key);
    } else if (isKnown || alert.active) shelved.set(key, alert);
  }

  /** Read from the database that may still be away: then the turn fails, and the doubt stays. */
  async function settleDoubts(): Promise<void> {
    for (let doubt = doubts[0]; doubt !== undefined; doubt = doubts[0]) {
      const before = new Map(doubt.touched.map(({ id, seq }) => [id, seq]));
      const rows = await db.selectFrom('alert').selectAll().where('id', 'in', [...before.keys()]).orderBy('seq').execute();
      doubts.shift();
      doubt.follow(rows.filter(({ id, seq }) => seq !== before.get(id)).map(toAlert));
    }
  }

  return {
    add, remove,
    async load() {
      const rows = await db.selectFrom('alert').selectAll().where('active', '=', 1).execute();
      const [cleared, shelves] = [await loadLastCleared(db), await loadShelved(db)];
      for (const map of [ids, keys, devices, inhibitable, ofNoRule, past, shelved]) map.clear();
      for (const row of rows) insert(shared(toAlert(row)));
      for (const alert of cleared) past.set(keyOf(alert), shared(alert));
      for (const alert of shelves) shelved.set(keyOf(alert), alert);
    },
    find: (ruleId, device) => keys.get(`${ruleId} ${device}`),
    byId: (id) => ids.get(id),
    ofDevice: (device) => devices.get(device) ?? [],
    values: () => ids.values(),
    ofNoRule: () => ofNoRule,
    inhibitable: () => inhibitable,
    get size() { return ids.size; },
    get version() { return version; },
    claim(active, owner) {
      active.owner = owner;
      version += 1;
      if (owner.inhibitors.length > 0 || active.alert.inhibitedBy !== undefined) inhibitable.add(active);
      else inhibitable.delete(active);
    },
    past(alarm, at) {
      const found = past.get(keyOf(alarm));
      return found !== undefined && isRecent(found.alert, at) ? found : undefined;
    },
    reopen(active) {
      past.delete(keyOf(active.alert));
      insert(active);
    },
    shelf(alarm, at) {
      const alert = shelved.get(keyOf(alarm));
      return alert?.shelvedUntil !== undefined && alert.shelvedUntil > at ? alert : undefined;
    },
    put(alert, at) {
      noteShelf(alert);
      const active = ids.get(alert.id);
      if (active === undefined) {
        const cleared = past.get(keyOf(alert));
        if (cleared?.alert.id === alert.id) cleared.alert = alert;
        return;
      }
      active.alert = alert;
      active.steppedAt = at;
      if (alert.active) return;
      active.owner?.clearedByHand(alert.clearedAt ?? alert.lastAt);
      remove(active);
    },
    doubt(touched, follow) {
      if (touched.length > 0) doubts.push({ touched, follow });
    },
    exclusive(work) {
      const run = tail.then(() => doubts.length === 0 ? work() : settleDoubts().then(work));
      // The next one runs whether or not this one fails; the failure is the caller's.
      tail = run.then(() => undefined, () => undefined);
      return run;
    },
  };
}

const shared = (alert: Alert): ActiveAlert => ({ alert, seenAt: alert.lastAt, publishedAt: alert.lastAt, unpublished: undefined, notedAt: alert.lastAt, steppedAt: -Infinity, owner: undefined });

/** Ids of rules hold no colon. */
const isOfNoRule = ({ ruleId }: Alert): boolean => ruleId.startsWith(':');

/** Ids hold neither space nor @. */
const keyOf = ({ ruleId, deviceId, area }: Alarm): string => `${ruleId} ${deviceId ?? `@${area}`}`;

/** Counted both ways: the hub's clock may have been set back since. */
const isRecent = ({ clearedAt }: Alert, at: EpochMs): boolean => clearedAt !== undefined && Math.abs(at - clearedAt) <= CHATTER.withinMs;
