import type { DeviceId, EpochMs, PartState, Seq } from '@liandong/protocols';
import type { ActiveAlert, ActiveAlerts } from '../alerts/active-alerts.js';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import type { IdSource } from '../alerts/alert-ids.js';
import type { AreaTree } from '../areas/area-tree.js';
import { NO_DAYS, type Days } from '../calendar/day-calendar.js';
import type { Transaction } from 'kysely';
import type { Change, ChangeLog } from '../changes/change-log.js';
import { breathe } from '../breathe.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { movingReaders, readPosition } from '../database/reader-position.js';
import type { Database } from '../database/schema.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { Feature } from '../feature.js';
import type { JournalBatch, JournalHandler, NewerBatches } from '../journal/types.js';
import { nothingOutOfService, type OutOfService } from '../maintenance/types.js';
import { Effects } from './effects.js';
import type { Gathered } from './gathered.js';
import type { InTurns } from './in-turns.js';
import { Overtaking } from './overtaking.js';
import { RuleMemory } from './rule-memory.js';
import { forgetting, type Forgotten } from './rule-state.js';
import { loadRules, seedDefaultRules } from './rule-store.js';
import { RulesInForce, type RuleChange } from './rules-in-force.js';
import { createTakeRecord } from './take-record.js';

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
  reach(): Seq;
  holdMs(waiting: readonly JournalBatch[]): number;
  handleUrgent(waiting: readonly JournalBatch[]): Promise<boolean>;
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
/** Turns of ticks further apart mean that the hub itself wasn't running: nobody can be called silent for that. */
const LONGEST_TICK_GAP_MS = 10_000;
/** A batch received longer ago than this shows that the reader is catching up. */
const CATCHING_UP_MS = 5_000;

const nothingNewer: NewerBatches = () => [];

/**
 * Reads the journal, keeps the conditions of every rule and device, and raises, re-grades, counts and clears alerts.
 * Alerts, timeline, remembered state, changes and the position are one transaction, so a crash neither loses nor doubles. A batch is as many transactions as its alerts need, each in a
 * turn of its own. When one fails, memory is read anew from the database and the journal hands over the same batch again; what the position says is done is left out.
 *
 * What is critical waits for nothing else. Where more than a few records wait, or they are held for company, the evaluator looks ahead, through the batch and what newer records are in memory, for devices of which
 * something may become critical, and deals with all they have sent before the turn of those records. Of such a device it is written with its state up to which record it is done: that is left out when
 * it is its turn, and when it comes again after a crash. What is on disk alone (more than the journal's tail behind) is read in order. Devices have no effect on each other but grouping and
 * inhibition, which are settled with each commit, so all comes out as if read in order. Within a turn, too, the devices with critical alerts are written before the others, when there are many.
 */
export function createRuleEvaluator({ db, clock, ids, changes, activeAlerts, clocks, directory, areas, days = NO_DAYS, outOfService = nothingOutOfService, positionName = RULES, hasDefaults = true, onError }: RuleEvaluatorDependencies): RuleEvaluator {
  const effects = new Effects({ ids, activeAlerts, clocks });
  const inForce = new RulesInForce({ areas, days });
  const memory = new RuleMemory({ db, activeAlerts, directory, effects, inForce, days, outOfService });
  const touched = new Set<DeviceId>();
  const take = createTakeRecord({ reader: positionName, memory, effects, onError });
  const overtaking = new Overtaking({ reader: positionName, memory, effects, clock, take, handled: () => handled });
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void)[] = [];
  let ticking: Promise<void> | undefined;
  /** All up to here has been dealt with in order. */
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
        // By itself, as the rows of a device that is another one now must not go with those that the new one has.
        if (forgotten.devices.length + forgotten.conditions.length > 0) await commit(now, forgotten);
        work(now);
        await commit(now);
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
    overtaking.reset();
    written = { position: handled, at: clock.now(), agedAt: clock.now() };
  }

  async function commit(now: EpochMs, forgotten?: Forgotten): Promise<void> {
    effects.settle(now);
    const isQuiet = effects.gathered.isEmpty && forgotten === undefined;
    if (isQuiet && (handled === written.position || Math.abs(now - written.at) < POSITION_MS)) return;
    if (overtaking.furthest > handled) effects.gathered.complete((device) => device.hasDone(positionName, handled + 1), (id) => memory.device(id));
    const urgent = forgotten === undefined ? effects.gathered.takeUrgent((id) => memory.device(id)) : undefined;
    if (urgent !== undefined) changes.publish(await db.transaction().execute((trx) => urgent.write(trx, changes, { upTo: { reader: positionName, seq: handled } })));
    changes.publish(await db.transaction().execute((trx) => writeAll(trx, effects.gathered, forgotten)));
    effects.reset();
    written = { ...written, position: handled, at: now };
  }

  function writeAll(trx: Transaction<Database>, gathered: Gathered, forgotten: Forgotten | undefined): Promise<readonly Change[]> {
    return gathered.write(trx, changes, {
      andWrite: [...forgotten === undefined ? [] : forgetting(trx, forgotten), movingReaders(trx, [{ name: positionName, position: handled }])],
    });
  }

  /** The next records of the batch, in order, until it or the turn ends. */
  function takePart({ first, records }: JournalBatch, now: EpochMs): void {
    const from = Math.max(0, handled + 1 - first);
    let next = from;
    while (next < records.length && (next === from || !effects.gathered.isFull)) {
      take(records[next]!, first + next, now); // next < length
      next += 1;
    }
    if (next <= from) return;
    handled = first + next - 1;
    overtaking.noteSteps();
    // An edge that was cut off brings what it received long ago: that is no sign that this reader is behind. Nor is it one that it keeps up, when others went ahead.
    latest = { receivedAt: records.slice(from, next).findLast(({ edge }) => edge === undefined)?.at ?? now, handledAt: now };
  }

  function assertRunning(): void {
    if (timer === undefined) throw new Error('The rule evaluator is not running.');
  }

  function *watchTime(now: EpochMs): InTurns {
    const isCatchingUp = now - latest.receivedAt > CATCHING_UP_MS && now - latest.handledAt < CATCHING_UP_MS;
    yield* memory.tick(now, isCatchingUp ? undefined : listeningSince);
    if (Math.abs(now - written.agedAt) >= AGED_MS) {
      memory.late.begin();
      written = { ...written, agedAt: now };
    }
    yield* memory.late.gatherSome(clock.now()); // turns may have passed
  }

  async function tick(): Promise<void> {
    let work: InTurns | undefined;
    let since: EpochMs = 0;
    let isDone = false;
    const goOn = (now: EpochMs): void => {
      if (now - lastTickAt > LONGEST_TICK_GAP_MS) listeningSince = now;
      lastTickAt = now;
      if (work === undefined) {
        work = watchTime(now);
        since = listeningSince;
      }
      // Memory was read anew, the clock set back, or the hub stood still, in a turn between: the rest is left to the next tick, which knows of it.
      isDone = listeningSince !== since || work.next(now).done === true;
    };
    for (;;) {
      await run(goOn);
      if ((isDone && !memory.isUnsettled) || !isStarted) return;
      await breathe();
    }
  }

  /** Until what was changed is so for every device. Asked within a turn: between turns, that of somebody else may have brought the last of them to it, and not committed yet. */
  async function settle(): Promise<void> {
    for (let isSettled = false; isStarted && !isSettled;) await run(() => { isSettled = !memory.isUnsettled; });
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
    if (memory.isLoaded) await run(() => memory.late.gatherAll()).catch(onError);
    memory.unload();
  }

  return {
    name: RULES,
    maxRecords: 1_000,
    // An alert is on disk with its own transaction before anybody hears of it: it needn't wait for the journal's first.
    readsAhead: true,
    position,
    reach: () => memory.furthestDone(positionName),
    holdMs: (waiting) => overtaking.holdMs(waiting),
    async handleUrgent(waiting) {
      assertRunning();
      if (!overtaking.hasUrgent(waiting)) return false;
      await run((now) => { overtaking.takeFirst(waiting, now); });
      return true;
    },
    tick,
    async changeRule(change) {
      inForce.change(change);
      await settle().catch(onError);
    },
    adopt(active) {
      const { deviceId, ruleId } = active.alert;
      if (memory.isLoaded && deviceId !== undefined) memory.device(deviceId)?.condition(ruleId)?.adopt(active);
    },
    state: () => isFailing ? 'down' : 'ready',
    async handle(batch, newer = nothingNewer) {
      do {
        assertRunning();
        const batches = [batch, ...newer(batch.last)];
        if (await overtaking.hasFirst(batches)) await run((now) => overtaking.takeFirst(batches, now));
        assertRunning();
        await run((now) => takePart(batch, now));
      } while (handled < batch.last);
    },
    async start() {
      if (isStarted) return;
      isStarted = true;
      unsubscribe = [directory.onChange((id) => { touched.add(id); }), areas.onChange(() => { inForce.move(); })];
      listeningSince = lastTickAt = clock.now();
      try {
        if (hasDefaults) await seedDefaultRules(db, clock.now());
        inForce.use(await loadRules(db));
        await settle();
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
