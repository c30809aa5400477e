import type { DeviceId, EpochMs, Refusal, RefusalReason, Refusals } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Feature } from '../feature.js';
import { KEPT_BYTES, keptPayload } from './refused-payload.js';
import type { DeviceDirectory, RefusalSink } from './types.js';

const FLUSH_EVERY_MS = 1000;
/** Rows of one statement. */
const CHUNK = 200;
const LONGEST_TOPIC = 256;
const LONGEST_DETAIL = 200;

interface LastRefusal { readonly at: EpochMs; readonly refusal: Refusal; readonly topic: string; readonly head: Uint8Array; readonly isCut: boolean }
interface Tally { readonly counts: Map<RefusalReason, number>; last: LastRefusal }

/** Counts by reason and the last refused payload of each device; bounded by the number of devices. */
export interface RefusalLog extends RefusalSink, Feature {
  /** Counts since the device was made. Callers have checked who asks. */
  of(device: DeviceId): Promise<Refusals>;
  /** The device is gone, and its refusals with it. */
  forget(device: DeviceId): Promise<void>;
  /** Every refusal since the start by reason, those of unknown senders included: for metrics. */
  totals(): ReadonlyMap<RefusalReason, number>;
}

export interface RefusalLogDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly directory: DeviceDirectory;
  /** Told when the database refuses; the counts are kept and written a second later. */
  readonly onError: (error: unknown) => void;
}

export function createRefusalLog({ db, clock, directory, onError }: RefusalLogDependencies): RefusalLog {
  const totals = new Map<RefusalReason, number>();
  let pending = new Map<DeviceId, Tally>();
  let flushing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  /** Flushes follow each other, so a reader that waits for one sees everything refused before it asked. */
  function flush(): Promise<void> {
    flushing = flushing.catch(() => undefined).then(write); // the failed one's caller has its error, and its counts are pending again
    return flushing;
  }

  async function write(): Promise<void> {
    const tallies = [...pending].filter(([id]) => directory.get(id) !== undefined);
    pending = new Map();
    if (tallies.length === 0) return;
    try {
      await db.transaction().execute(async (trx) => {
        const counts = tallies.flatMap(([device, tally]) => [...tally.counts].map(([reason, count]) => ({ device, reason, count })));
        for (let start = 0; start < counts.length; start += CHUNK) {
          await trx.insertInto('device_refusal').values(counts.slice(start, start + CHUNK)).onConflict((conflict) => conflict.columns(['device', 'reason'])
            .doUpdateSet((e) => ({ count: e('device_refusal.count', '+', e.ref('excluded.count')) }))).execute();
        }
        const lasts = tallies.map(([device, { last }]) => ({
          device, at: last.at, reason: last.refusal.reason, detail: last.refusal.detail?.slice(0, LONGEST_DETAIL) ?? null,
          topic: last.topic, payload: keptPayload(last.topic, last.head, last.isCut, last.refusal.reason),
        }));
        for (let start = 0; start < lasts.length; start += CHUNK) {
          await trx.insertInto('device_refusal_last').values(lasts.slice(start, start + CHUNK)).onConflict((conflict) => conflict.column('device')
            .doUpdateSet((e) => ({ at: e.ref('excluded.at'), reason: e.ref('excluded.reason'), detail: e.ref('excluded.detail'), topic: e.ref('excluded.topic'), payload: e.ref('excluded.payload') }))).execute();
        }
      });
    } catch (error) {
      for (const [id, tally] of tallies) giveBack(id, tally);
      throw error;
    }
  }

  function giveBack(id: DeviceId, tally: Tally): void {
    const newer = pending.get(id);
    if (newer === undefined) pending.set(id, tally);
    else for (const [reason, count] of tally.counts) newer.counts.set(reason, (newer.counts.get(reason) ?? 0) + count);
  }

  return {
    refuse({ device, topic, payload, refusals }) {
      count(totals, refusals);
      const refusal = refusals.at(-1);
      if (refusal === undefined || device === undefined || directory.get(device) === undefined) return;
      // A payload that is biometric in any part is not even held; of others a copy, because the broker reuses its buffers.
      const isBiometric = refusals.some(({ reason }) => reason === 'biometric');
      const head = isBiometric ? new Uint8Array() : new Uint8Array(payload.subarray(0, KEPT_BYTES));
      const last: LastRefusal = { at: clock.now(), refusal, topic: topic.slice(0, LONGEST_TOPIC), head, isCut: payload.length > KEPT_BYTES };
      const tally = pending.get(device) ?? { counts: new Map<RefusalReason, number>(), last };
      count(tally.counts, refusals);
      tally.last = last;
      pending.set(device, tally);
    },
    async of(device) {
      await flush();
      const counts = await db.selectFrom('device_refusal').select(['reason', 'count']).where('device', '=', device).execute();
      const last = await db.selectFrom('device_refusal_last').selectAll().where('device', '=', device).executeTakeFirst();
      // Reasons are written from RefusalReason only.
      const refusals: Refusals = { counts: Object.fromEntries(counts.map(({ reason, count }) => [reason as RefusalReason, count])) };
      if (last !== undefined) {
        const { at, detail, topic, payload } = last;
        refusals.last = { at, reason: last.reason as RefusalReason, topic, payload, ...(detail === null ? {} : { detail }) };
      }
      return refusals;
    },
    async forget(device) {
      pending.delete(device);
      await flushing.catch(onError);
      await db.deleteFrom('device_refusal').where('device', '=', device).execute();
      await db.deleteFrom('device_refusal_last').where('device', '=', device).execute();
    },
    totals: () => totals,
    async start() {
      timer ??= setInterval(() => { if (pending.size > 0) flush().catch(onError); }, FLUSH_EVERY_MS);
    },
    async stop() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      await flush().catch(onError);
    },
  };
}

function count(counts: Map<RefusalReason, number>, refusals: readonly Refusal[]): void {
  for (const { reason } of refusals) counts.set(reason, (counts.get(reason) ?? 0) + 1);
}
