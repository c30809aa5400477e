import { WINDOW_MS, type EpochMs, type Seq } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { Feature } from '../feature.js';
import { breathe } from '../breathe.js';
import { Rounds } from '../rounds.js';
import type { TelemetryStore } from '../telemetry/types.js';
import { questionOf, workOutCommunities } from './community-stage.js';
import { AGGREGATE_RETENTION_MS, dropPast } from './drop-past.js';
import { dirtyKeys, markDirty, unmark, type DirtyKey } from './dirty.js';
import { Levels, workOutFolds } from './fold-stage.js';
import type { Places } from './places.js';
import { changedOf, putRows, type Outcome } from './published-rows.js';
import type { RollupReader } from './rollup-reader.js';
import { STAGES, STAGE_WINDOW, startOf, type Stage, type WindowKey } from './stages.js';
import { ensureState, moveWatermark, type AggregateState } from './state.js';

const TICK_MS = 5_000;
/** A window is worked out so long after its end: most of what is under way has arrived by then. */
export const GRACE_MS = 60_000;
/** What came late is published this often, so that a backlog restates a window a few times and not with each batch. */
const LATE_MS = 60_000;
const KEYS = 2_000;
/** Batches of late windows in one run, so that a backlog of months does not hold up the next quarter hour. */
const LATE_BATCHES = 20;

export interface PublisherDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: AreaTree;
  readonly places: Places;
  readonly store: Pick<TelemetryStore, 'summarise'>;
  readonly reader: Pick<RollupReader, 'flush'>;
  /** Where the journal and the roll-ups' reader stand. */
  readonly progress: () => { last: Seq; position: Seq };
  /** Values older than this are not taken any more, nor kept (ms): a window that began earlier stays as it is. */
  readonly retentionMs: number;
  readonly newLogName: () => string;
  readonly onError: (error: unknown) => void;
}

export interface Publisher extends Feature {
  /** Publishes what is due now; rejects when the store or the database does, and goes on from there next time. */
  run(): Promise<void>;
  /** Windows that end up to here are published; 0 before the first start. */
  watermark(): EpochMs;
}

/**
 * Works out marked windows that have ended, stage by stage, and publishes what has changed: rows, marks of the next stage and the mark that is
 * done with go into one transaction, so a crash at any point repeats at most a calculation with the same outcome. The watermark moves only when
 * everything that was received before the grace period ended has been marked, and all that was marked is published; a store that is down delays it.
 */
export function createPublisher({ db, clock, areas, places, store, reader, progress, retentionMs, newLogName, onError }: PublisherDependencies): Publisher {
  let state: AggregateState | undefined;
  /** What the reader must have read before the windows that end up to `due` can be published. */
  let target: { due: EpochMs; last: Seq } | undefined;
  let lateAt = -Infinity;
  /** Since when what is older than its retention has been dropped: once a day. */
  let droppedOn: EpochMs | undefined;
  const rounds = new Rounds(TICK_MS, tick);
  let isStarted = false;
  let isFailing = false;
  let isStopping = false;

  async function run(): Promise<void> {
    await reader.flush();
    const now = clock.now();
    const due = startOf(now - GRACE_MS, '15m');
    state ??= await ensureState(db, { log: newLogName(), watermark: due });
    if (state.watermark > now) await advance(due); // the clock was set back
    if (due > state.watermark && isAllMarked(due)) {
      if (!await drain({ after: state.watermark, upTo: due }, Infinity)) return;
      await advance(due);
    }
    if (Math.abs(now - lateAt) < LATE_MS) return;
    await drain({ after: -Infinity, upTo: Math.min(due, state.watermark) }, LATE_BATCHES);
    lateAt = now;
    const today = startOf(now, '1d');
    if (droppedOn !== today) await dropPast(db, areas.all().map(({ id }) => id), today);
    droppedOn = today;
  }

  async function advance(watermark: EpochMs): Promise<void> {
    await moveWatermark(db, watermark);
    if (state !== undefined) state = { ...state, watermark };
  }

  function isAllMarked(due: EpochMs): boolean {
    if (target?.due !== due) target = { due, last: progress().last };
    return progress().position >= target.last;
  }

  /** Publishes marked windows whose ends are after one time and up to another. False: stopped before all was done. */
  async function drain({ after, upTo }: { after: EpochMs; upTo: EpochMs }, batches: number): Promise<boolean> {
    const levels = new Levels(areas);
    for (const stage of STAGES) {
      const length = WINDOW_MS[STAGE_WINDOW[stage]];
      for (let batch = 0; batch < batches; batch += 1) {
        if (isStopping) return false;
        const keys = await dirtyKeys(db, stage, { after: Math.max(after - length, 0), upTo: upTo - length }, KEYS);
        if (keys.length === 0) break;
        await publish(stage, keys, levels);
        await breathe();
      }
    }
    return true;
  }

  async function publish(stage: Stage, keys: readonly DirtyKey[], levels: Levels): Promise<void> {
    if (stage === 'community') return publishCommunities(keys);
    await commit(stage, keys, await workOutFolds(stage, keys, { db, places, levels }));
  }

  async function publishCommunities(keys: readonly DirtyKey[]): Promise<void> {
    const now = clock.now();
    // Nor can an hour be restated of whose quarters some are dropped.
    const oldest = Math.max(now - retentionMs, startOf(now, '1d') - AGGREGATE_RETENTION_MS['15m']);
    for (let rest = keys.filter(({ start }) => start >= oldest); rest.length > 0 && !isStopping;) {
      const question = questionOf(rest, places);
      await commit('community', question.keys, await workOutCommunities(question, { store, places }));
      rest = rest.slice(question.keys.length);
      await breathe();
    }
    const past = keys.filter(({ start }) => start < oldest);
    if (past.length > 0) await commit('community', past, []);
  }

  async function commit(stage: Stage, keys: readonly DirtyKey[], outcomes: readonly Outcome[]): Promise<void> {
    const changed = await changedOf(db, STAGE_WINDOW[stage], outcomes);
    await db.transaction().execute(async (trx) => {
      await putRows(trx, STAGE_WINDOW[stage], changed);
      await markNext(trx, stage, changed);
      await unmark(trx, stage, keys);
    });
  }

  async function markNext(trx: Transaction<Database>, stage: Stage, changed: readonly Outcome[]): Promise<void> {
    if (stage === 'day') return;
    if (stage === 'hour') return markDirty(trx, 'day', changed.map(({ area, metric, start }) => ({ area, metric, start: startOf(start, '1d') })));
    await markDirty(trx, 'hour', changed.map(({ area, metric, start }) => ({ area, metric, start: startOf(start, '1h') })));
    const above: Record<'subdistrict' | 'city', WindowKey[]> = { subdistrict: [], city: [] };
    for (const { area, metric, start } of changed) {
      const parent = areas.get(areas.get(area)?.parent ?? '');
      if (parent?.level === 'subdistrict' || parent?.level === 'city') above[parent.level].push({ area: parent.id, metric, start });
    }
    for (const level of ['subdistrict', 'city'] as const) await markDirty(trx, level, above[level]);
  }

  async function tick(): Promise<void> {
    try {
      await run();
      isFailing = false;
    } catch (error) {
      // A store that is down says so elsewhere; here it is told once.
      if (!isFailing) onError(error);
      isFailing = true;
    }
  }

  return {
    run,
    watermark: () => Math.min(state?.watermark ?? 0, clock.now()),
    async start() {
      if (isStarted) return;
      isStopping = false;
      state = await ensureState(db, { log: newLogName(), watermark: startOf(clock.now() - GRACE_MS, '15m') });
      await places.load(db);
      await rounds.start();
      isStarted = true;
    },
    async stop() {
      isStopping = true;
      isStarted = false;
      await rounds.stop();
      places.close();
      await reader.flush();
    },
  };
}
