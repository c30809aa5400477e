import { FLOOD, type Alert, type AreaId, type EpochMs } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Feature } from '../feature.js';
import { toAlert } from './alert-rows.js';

/** Alerts remembered of one sub-district. A storm is bigger; it is a flood all the same, and the oldest are forgotten first. */
const MOST_KEPT = 10_000;
/** So many are forgotten in one go, and what is past is looked for this often: whoever looks for the oldest of a map passes over all that were deleted before it. */
const FORGOTTEN_AT_ONCE = 1_000;
const AGED_EVERY_MS = 1_000;

/** One sub-district: its new alerts of the last 10 min, and since when they are too many. */
export interface FloodState { readonly area: AreaId; readonly alerts: number; readonly since: EpochMs | undefined }

/**
 * Flood detection (ISA-18.2): more new alerts than a person can take in. It only tells; nothing is dropped in a flood.
 * Counted are alerts that stand for themselves: not grouped, inhibited or shelved. A flood ends when fewer than half as many are new.
 */
export interface FloodWatch extends Feature {
  /** All sub-districts with new alerts. */
  states(): FloodState[];
}

export interface FloodDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: Pick<AreaTree, 'ancestor'>;
  readonly changes: Pick<ChangeLog, 'onChange'>;
  /** People on duty in a sub-district at a time; fewer than one count as one. Left out: one. */
  readonly operators?: (subdistrict: AreaId, at: EpochMs) => number;
  /** Told when what was new before a step of the clock can't be read again; it is not counted then. */
  readonly onError: (error: unknown) => void;
}

interface Scope {
  /** When each was raised. */
  readonly raised: Map<string, EpochMs>;
  /** Raised when the hub's clock was ahead, and counted from the step back on: they are no newer when the clock comes there again. */
  readonly ahead: Map<string, EpochMs>;
  since: EpochMs | undefined;
  agedAt: EpochMs;
}

export function createFloodWatch({ db, clock, areas, changes, operators = () => 1, onError }: FloodDependencies): FloodWatch {
  const scopes = new Map<AreaId, Scope>();
  let unsubscribe: (() => void) | undefined;
  /** The hub's clock when it was last looked at. */
  let latest = -Infinity;
  let reading: Promise<void> | undefined;
  /** Alerts that changed since reading began: what is read of them is of before. */
  let changed: Set<string> | undefined;

  function look(): EpochMs {
    const now = clock.now();
    // What was past by the clock that was ahead was dropped, and may be new all the same.
    if (now < latest) reading ??= read(now).catch(onError).finally(() => { reading = changed = undefined; });
    latest = now;
    return now;
  }

  async function read(now: EpochMs, to: EpochMs = now): Promise<void> {
    changed = new Set();
    const rows = await db.selectFrom('alert').selectAll().where('raised_at', '>', now - FLOOD.withinMs).where('raised_at', '<=', to).orderBy('raised_at', 'desc').limit(MOST_KEPT).execute();
    for (const row of rows.reverse()) if (unsubscribe !== undefined && !changed.has(row.id)) note(toAlert(row), clock.now());
  }

  function note(alert: Alert, now: EpochMs): void {
    const area = areas.ancestor(alert.area, 'subdistrict')?.id;
    if (area === undefined || alert.raisedAt <= now - FLOOD.withinMs) return;
    const scope = scopes.get(area) ?? { raised: new Map<string, EpochMs>(), ahead: new Map<string, EpochMs>(), since: undefined, agedAt: now };
    scopes.set(area, scope);
    if (standsForItself(alert) && !scope.raised.has(alert.id) && !scope.ahead.has(alert.id)) count(scope, alert, now);
    // One that was shelved, acknowledged away or cleared was still one to take in; one that turned out to be a child or an effect was none.
    else if (alert.groupId !== undefined || alert.inhibitedBy !== undefined) for (const known of [scope.raised, scope.ahead]) known.delete(alert.id);
    if (Math.abs(now - scope.agedAt) >= AGED_EVERY_MS) age(scope, now);
    judge(area, scope, now);
  }

  function count({ raised, ahead }: Scope, { id, raisedAt }: Pick<Alert, 'id' | 'raisedAt'>, now: EpochMs): void {
    raised.set(id, Math.min(raisedAt, now));
    if (raisedAt > now) ahead.set(id, raisedAt);
    for (const known of [raised, ahead]) if (known.size > MOST_KEPT) forgetOldest(known);
  }

  function forgetOldest(known: Map<string, EpochMs>): void {
    for (const id of known.keys()) {
      if (known.size <= MOST_KEPT - FORGOTTEN_AT_ONCE) return;
      known.delete(id);
    }
  }

  /** `isThorough`: also those that were grouped when they were new, and so stand behind newer ones. */
  function age(scope: Scope, now: EpochMs, isThorough = false): void {
    scope.agedAt = now;
    for (const [id, raisedAt] of scope.raised) {
      if (raisedAt > now) count(scope, { id, raisedAt }, now); // the hub's clock was set back: counted from now, or the flood would last as long as the step
      else if (raisedAt <= now - FLOOD.withinMs) scope.raised.delete(id);
      else if (!isThorough) break;
    }
    if (isThorough) for (const [id, raisedAt] of scope.ahead) if (raisedAt <= now - FLOOD.withinMs) scope.ahead.delete(id);
  }

  function judge(area: AreaId, scope: Scope, now: EpochMs): void {
    if (scope.since !== undefined && scope.since > now) scope.since = now;
    const limit = FLOOD.alerts * Math.max(1, operators(area, now));
    if (scope.since === undefined && scope.raised.size > limit) scope.since = now;
    else if (scope.since !== undefined && scope.raised.size * 2 < limit) scope.since = undefined;
    if (scope.raised.size + scope.ahead.size === 0) scopes.delete(area);
  }

  return {
    states() {
      const now = look();
      for (const [area, scope] of [...scopes]) {
        age(scope, now, true);
        judge(area, scope, now);
      }
      return [...scopes].filter(([, { raised }]) => raised.size > 0).map(([area, { raised, since }]) => ({ area, alerts: raised.size, since }));
    },
    async start() {
      if (unsubscribe !== undefined) return;
      unsubscribe = changes.onChange((change) => {
        if (change.kind !== 'alert' || change.movedTo !== undefined) return;
        changed?.add(change.alert.id);
        note(change.alert, look());
      });
      reading = read(look(), Number.MAX_SAFE_INTEGER).finally(() => { reading = changed = undefined; });
      await reading;
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      latest = -Infinity;
      await reading?.catch(() => undefined); // whoever began it is told
      scopes.clear();
    },
  };
}

const standsForItself = ({ groupId, inhibitedBy, shelvedUntil }: Alert): boolean => groupId === undefined && inhibitedBy === undefined && shelvedUntil === undefined;
