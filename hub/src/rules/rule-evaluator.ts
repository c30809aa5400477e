import type { DeviceId, EpochMs, JournalRecord, PartState, Seq } from '@liandong/protocols';
import type { ActiveAlert, ActiveAlerts } from '../alerts/active-alerts.js';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import type { IdSource } from '../alerts/alert-ids.js';
import type { AreaTree } from '../areas/area-tree.js';
import { NO_DAYS, type Days } from '../calendar/day-calendar.js';
import type { Transaction } from 'kysely';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { movingReaders, readPosition } from '../database/reader-position.js';
import type { Database } from '../database/schema.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { Feature } from '../feature.js';
import type { JournalBatch, JournalHandler } from '../journal/types.js';
import { nothingOutOfService, type OutOfService } from '../maintenance/types.js';
import type { DeviceMemory } from './device-memory.js';
import { Effects } from './effects.js';
import type { Gathered } from './gathered.js';
import { RuleMemory, type RuleChange } from './rule-memory.js';
import { forgetting, type Forgotten } from './rule-state.js';
import { loadRules, seedDefaultRules } from './rule-store.js';

/** Name of the journal's reader. */
export const RULES = 'rules';

export interface RuleEvaluatorDependencies {
  db: Db; clock: Clock; ids: IdSource; changes: ChangeLog; activeAlerts: ActiveAlerts; clocks: AlertClocks;
  /** Both have to be loaded before `start`. */
  directory: DeviceDirectory;
  /** False: rules come from elsewhere, and there are no default ones. */
  hasDefaults?: boolean;
  /** Maintenance windows; left out, there are none. */
  outOfService?: OutOfService;
  areas: Pick<AreaTree, 'lineage' | 'onChange'>;
  /** What schedules ask; left out, there are no holidays. */
  days?: Days;
  /** Name of its position in table `reader`; left out, that of the reader itself. */
  positionName?: string;
  /** Told of a tick or a record that failed; neither stops the evaluator. */
  onError: (error: unknown) => void;
}

export interface RuleEvaluator extends JournalHandler, Feature {
  position(): Promise<Seq | undefined>;
  /** What the timer does every second: delays, silence, held-back writes. */
  tick(): Promise<void>;
  /** A rule was made, changed or deleted: it is so for every device when this resolves, or with the next tick when that fails. Never throws. */
  changeRule(change: RuleChange): Promise<void>;
  /** An alert that an edge raised stands now: the condition here knows it as its own. Call in a turn of the active alerts. */
  adopt(active: ActiveAlert): void;
  /** `down` while its last run failed. */
  state(): PartState;
}

const TICK_MS = 1_000;
/** The position moves this often when records change nothing; they are evaluated again after a crash, to no effect. */
const POSITION_MS = 1_000;
/** Times last seen and windows reach the disk this often. */
const AGED_MS = 10_000;
/** Ticks further apart mean that the hub itself wasn't running: nobody can be called silent for that. */
const LONGEST_TICK_GAP_MS = 10_000;
/** What an edge received longer ago than this, or than two reports of its device, tells of the past and raises nothing. */
const STALE_MS = 10 * 60_000;
const STALE_REPORTS = 2;
/** A batch received longer ago than this shows that the reader is catching up. */
const CATCHING_UP_MS = 5_000;

/**
 * Reads the journal, keeps the conditions of every rule and device, and raises, re-grades, counts and clears alerts.
 * Alerts, timeline, remembered state, changes and the position are one transaction, so a crash neither loses nor doubles. Of a batch with many alerts the devices with critical
 * ones go ahead in a transaction without the position: it says of each of these devices up to which record it is dealt with, and a batch that comes again leaves those out.
 * When it fails, memory is read anew from the database and the journal hands over the same batch again.
 */
export function createRuleEvaluator({ db, clock, ids, changes, activeAlerts, clocks, directory, areas, days = NO_DAYS, outOfService = nothingOutOfService, positionName = RULES, hasDefaults = true, onError }: RuleEvaluatorDependencies): RuleEvaluator {
  const effects = new Effects({ ids, activeAlerts, clocks });
  const memory = new RuleMemory({ db, activeAlerts, directory, effects, areas, days, outOfService });
  const touched = new Set<DeviceId>();
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void)[] = [];
  let ticking: Promise<void> | undefined;
  let handled: Seq = 0;
  let written: { position: Seq; at: EpochMs; agedAt: EpochMs } = { position: 0, at: 0, agedAt: 0 };
  let latest: { receivedAt: EpochMs; handledAt: EpochMs } = { receivedAt: Infinity, handledAt: 0 };
  let listeningSince: EpochMs = 0;
  let lastTickAt: EpochMs = 0;
  let isStarted = false;
  let isFailing = false;

  const position = (): Promise<Seq | undefined> => readPosition(db, positionName);

  /** Runs `work` on memory and commits what it changed; one run at a time. */
  async function run(work: (now: EpochMs) => void): Promise<void> {
    await activeAlerts.exclusive(async () => {
      try {
        if (!memory.isLoaded) await load();
        const now = clock.now();
        if (now < lastTickAt) followClockBack(now);
        const forgotten = await memory.applyChanges(touched, now);
        work(now);
        await commit(now, forgotten);
        isFailing = false;
      } catch (error) {
        isFailing = true;
        memory.unload();
        listeningSince = clock.now();
        throw error;
      }
    });
  }

  function followClockBack(now: EpochMs): void {
    listeningSince = lastTickAt = now;
    memory.limitTimes(now);
  }

  async function load(): Promise<void> {
    await memory.load(clock.now());
    handled = await position() ?? 0;
    written = { position: handled, at: clock.now(), agedAt: clock.now() };
  }

  async function commit(now: EpochMs, forgotten: Forgotten): Promise<void> {
    effects.settle(now);
    const isQuiet = effects.gathered.isEmpty && forgotten.devices.length + forgotten.conditions.length === 0;
    if (isQuiet && (handled === written.position || Math.abs(now - written.at) < POSITION_MS)) return;
    const urgent = forgotten.devices.length === 0 ? effects.gathered.takeUrgent((id) => memory.device(id)) : undefined;
    if (urgent !== undefined) changes.publish(await db.transaction().execute((trx) => urgent.write(trx, changes, { upTo: { reader: positionName, seq: handled } })));
    changes.publish(await db.transaction().execute((trx) => writeAll(trx, effects.gathered, forgotten)));
    effects.reset();
    written = { ...written, position: handled, at: now };
  }

  function writeAll(trx: Transaction<Database>, gathered: Gathered, forgotten: Forgotten): Promise<readonly Change[]> {
    return gathered.write(trx, changes, {
      andWrite: [...forgetting(trx, forgotten), movingReaders(trx, [{ name: positionName, position: handled }])],
    });
  }

  function take(record: JournalRecord, seq: Seq, now: EpochMs): void {
    const device = memory.device(record.device);
    if (device === undefined || record.type === 'alert' || (device.doneUpTo?.reader === positionName && seq <= device.doneUpTo.seq)) return; // how alerts stand at edges is read by `edge-alerts`
    // A will (`online: false`) is no sign of life, and no alert either: a device that reconnects within its window was never silent.
    if (record.type !== 'status' || record.online) device.heard(record.at, now);
    if (!device.isWatched) return;
    device.origin = record.edge === undefined ? 'direct' : now - record.at > staleMs(device) ? 'stale' : 'edge';
    try {
      if (record.type === 'telemetry') device.sample(record);
      else if (record.type === 'event' && device.event(record)) effects.sighted(device);
    } finally {
      device.origin = 'direct'; // what is due by time is the hub's own
    }
  }

  function takeBatch({ first, last, records }: JournalBatch, now: EpochMs): void {
    for (let index = Math.max(0, handled + 1 - first); index < records.length; index += 1) {
      try {
        take(records[index]!, first + index, now); // index < length
      } catch (error) {
        // One record that can't be evaluated must not stop the alerts of all others.
        onError(error);
      }
    }
    if (last <= handled) return;
    handled = last;
    // An edge that was cut off brings what it received long ago: that is no sign that this reader is behind.
    latest = { receivedAt: records.findLast(({ edge }) => edge === undefined)?.at ?? now, handledAt: now };
  }

  function watchTime(now: EpochMs): void {
    const gapMs = now - lastTickAt;
    lastTickAt = now;
    if (gapMs > LONGEST_TICK_GAP_MS) listeningSince = now;
    const isCatchingUp = now - latest.receivedAt > CATCHING_UP_MS && now - latest.handledAt < CATCHING_UP_MS;
    memory.tick(now, isCatchingUp ? undefined : listeningSince);
    if (Math.abs(now - written.agedAt) >= AGED_MS) {
      memory.beginAging();
      written = { ...written, agedAt: now };
    }
    memory.gatherSome();
  }

  async function tick(): Promise<void> {
    await run(watchTime);
  }

  function onTimer(): void {
    ticking ??= tick().catch(onError).finally(() => { ticking = undefined; });
  }

  async function stop(): Promise<void> {
    if (!isStarted) return;
    isStarted = false;
    clearInterval(timer);
    timer = undefined;
    for (const end of unsubscribe.splice(0)) end();
    await ticking;
    if (memory.isLoaded) await run(() => memory.gatherAll()).catch(onError);
    memory.unload();
  }

  return {
    name: RULES,
    // A batch is one transaction: a storm within it must not keep the next alert waiting for long.
    maxRecords: 1_000,
    position,
    tick,
    async changeRule(change) {
      memory.changeRule(change);
      if (isStarted) await run(() => undefined).catch(onError);
    },
    adopt(active) {
      const { deviceId, ruleId } = active.alert;
      if (memory.isLoaded && deviceId !== undefined) memory.device(deviceId)?.condition(ruleId)?.adopt(active);
    },
    state: () => isFailing ? 'down' : 'ready',
    async handle(batch) {
      if (timer === undefined) throw new Error('The rule evaluator is not running.');
      await run((now) => takeBatch(batch, now));
    },
    async start() {
      if (isStarted) return;
      isStarted = true;
      unsubscribe = [directory.onChange((id) => { touched.add(id); }), areas.onChange(() => { memory.moveRules(); })];
      listeningSince = lastTickAt = clock.now();
      try {
        if (hasDefaults) await seedDefaultRules(db, clock.now());
        memory.useRules(await loadRules(db));
        await run(() => undefined);
      } catch (error) {
        await stop();
        throw error;
      }
      timer = setInterval(onTimer, TICK_MS);
      timer.unref();
    },
    stop,
  };
}

const staleMs = ({ entry: { device } }: DeviceMemory): number => Math.max(STALE_MS, STALE_REPORTS * device.reportingIntervalS * 1000);
