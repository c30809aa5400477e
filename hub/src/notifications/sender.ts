import type { EpochMs, Label } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Feature } from '../feature.js';
import { breathe } from '../breathe.js';
import { Rounds } from '../rounds.js';
import { backOffMs } from './back-off.js';
import { toStoredChannel } from './channel-rows.js';
import { LONGEST_PAUSE_MS, type Outbox, type Parcel, type Result } from './outbox.js';
import { PACE, Pace } from './pace.js';
import { isPaced, type Deliver, type Message, type Outcome, type StoredChannel } from './types.js';

/** It looks by itself this often. */
const TICK_MS = 1_000;
/** Requests to one channel at the same time; each is of another alert. */
export const IN_FLIGHT = 4;
/** More than this waiting for a paced channel goes out as one message. */
export const DIGEST_ABOVE = 20;
/** A message that could not be delivered for so long is given up. */
export const GIVE_UP_MS = 24 * 3_600_000;
/** What was settled so long ago is forgotten. */
const KEPT_MS = 7 * 24 * 3_600_000;
const HOUSEKEEPING_MS = 60_000;
/** Longest pause of a channel whose receiver is down: it is seen to be back within this. Where somebody has to put settings right, which ends the pause, it is longer: a password tried each minute may lock its user out. */
const LONGEST_DOWN_MS = 60_000;
/** How long after its channel's pause a message that failed is due again. */
const BEHIND_MS = 1_000;
/** What is under way when the hub stops has so long to end. */
const STOP_MS = 3_000;

/** What became of messages since the start. `retried` counts attempts that failed and will be made again. */
export interface SenderCounts { sent: number; retried: number; given_up: number }
export interface Sender extends Feature {
  readonly counts: Readonly<SenderCounts>;
  /** One look at every channel, as the timer takes; what it starts goes on by itself. Never rejects. */
  tick(): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Ends a channel's pause, as when its url was put right. */
  hurry(channel: string): Promise<void>;
  /** Sends a message of its own past the outbox, within the channel's limit of messages a minute. */
  sendNow(channel: StoredChannel, message: Message): Promise<Outcome>;
}

export interface SenderDependencies {
  readonly db: Db; readonly outbox: Outbox; readonly clock: Clock; readonly deliver: Deliver;
  /** 0 to 1. */
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
}

/** A channel's way out. */
interface Lane { failures: number; retryAt: EpochMs; working: Promise<void> | undefined }

/**
 * Takes what is due from the outbox, a few rows at a time, and sends it. What was sent and not yet marked when the hub was killed is sent again, with the same key.
 * A channel whose receiver fails pauses as a whole (1 s to 1 min; to 5 min where it is a matter of settings) and is then tried with one message; the outbox keeps everything meanwhile, and memory nothing.
 */
export function createSender({ db, outbox, clock, deliver, random, onError }: SenderDependencies): Sender {
  const counts: SenderCounts = { sent: 0, retried: 0, given_up: 0 };
  const lanes = new Map<string, Lane>();
  /** By address: two channels to one robot share its limit. */
  const paces = new Map<string, Pace>();
  const rounds = new Rounds(TICK_MS, async () => { if (isRunning) await look().catch(onError); });
  let stopping = new AbortController();
  let isRunning = false;
  let keptHouseAt: EpochMs | undefined;

  async function look(): Promise<void> {
    const now = clock.now();
    if (keptHouseAt === undefined || Math.abs(now - keptHouseAt) >= HOUSEKEEPING_MS) await keepHouse(now);
    const channels = (await db.selectFrom('channel').selectAll().execute()).map(toStoredChannel);
    for (const id of lanes.keys()) if (!channels.some((channel) => channel.id === id)) lanes.delete(id);
    for (const address of paces.keys()) if (!channels.some((channel) => addressOf(channel) === address)) paces.delete(address);
    for (const channel of channels) if (channel.isEnabled) open(channel);
  }

  async function keepHouse(now: EpochMs): Promise<void> {
    const late = await outbox.giveUpBefore(now - GIVE_UP_MS);
    counts.given_up += late;
    await outbox.dropBefore(now - KEPT_MS);
    if (late === 0) keptHouseAt = now; // else there may be more
  }

  function open(channel: StoredChannel): void {
    const lane = lanes.get(channel.id) ?? { failures: 0, retryAt: 0, working: undefined };
    lanes.set(channel.id, lane);
    if (lane.working !== undefined || isPausing(lane)) return;
    lane.working = work(channel, lane).catch(onError).finally(() => { lane.working = undefined; });
  }

  /** A pause longer than any is what a clock that was set back made of one. */
  function isPausing({ retryAt }: Lane): boolean {
    const left = retryAt - clock.now();
    return left > 0 && left <= LONGEST_PAUSE_MS;
  }

  /** Until nothing is due, the receiver fails, or its limit is reached. The channel is as it was when the work began, for a few seconds at most. */
  async function work(channel: StoredChannel, lane: Lane): Promise<void> {
    const until = clock.now() + TICK_MS * 5;
    while (isRunning && !isPausing(lane) && clock.now() <= until) {
      const parcels = await withinPace(channel, await pick(channel, lane.failures > 0 ? 1 : IN_FLIGHT));
      if (parcels.length === 0) return;
      const outcomes = await Promise.all(parcels.map((parcel) => send(channel, parcel)));
      if (stopping.signal.aborted && outcomes.every(({ state }) => state === 'retry')) return; // cut off by us, not failed
      await settle(channel, lane, parcels.map((parcel, index) => ({ parcel, outcome: outcomes[index]! }))); // one outcome for each
      await breathe();
    }
  }

  async function pick(channel: StoredChannel, most: number): Promise<Parcel[]> {
    const now = clock.now();
    if (!isPaced(channel)) return outbox.nextSingles(channel.id, now, most);
    const left = (await paceOf(channel)).left(now);
    if (left <= 0) return [];
    const open = await outbox.openDigest(channel.id, now);
    if (open !== undefined) return open.isDue ? [open] : [];
    if (!await outbox.hasMoreDue(channel.id, now, DIGEST_ABOVE)) return outbox.nextSingles(channel.id, now, Math.min(most, left));
    await outbox.makeDigest(channel.id, now);
    const made = await outbox.openDigest(channel.id, now);
    return made === undefined ? [] : [made];
  }

  /** Taken in one go: another channel of the same robot may have sent since these were picked. */
  async function withinPace(channel: StoredChannel, parcels: Parcel[]): Promise<Parcel[]> {
    if (!isPaced(channel)) return parcels;
    const pace = await paceOf(channel);
    return parcels.filter(() => pace.take(clock.now()));
  }

  async function send(channel: StoredChannel, { content }: Parcel): Promise<Outcome> {
    return deliver(channel, 'notice' in content ? { kind: 'notice', notice: content.notice } : { kind: 'digest', digest: content.digest }, stopping.signal);
  }

  async function settle(channel: StoredChannel, lane: Lane, results: readonly { parcel: Parcel; outcome: Outcome }[]): Promise<void> {
    const now = clock.now();
    // One message that fails while others get through is its own trouble, not the receiver's.
    lane.failures = results.every(({ outcome }) => outcome.state === 'retry') ? lane.failures + 1 : 0;
    const asked = results.flatMap(({ outcome }) => outcome.state === 'retry' && outcome.afterMs !== undefined ? [outcome.afterMs] : []);
    const isSettings = results.some(({ outcome }) => outcome.state === 'retry' && outcome.isSettings === true);
    lane.retryAt = now + Math.max(0, ...asked, lane.failures > 0 ? backOffMs(lane.failures, random(), isSettings ? undefined : LONGEST_DOWN_MS) : 0);
    await outbox.record(channel.id, results.map(({ parcel, outcome }) => resultOf(lane, { parcel, outcome }, now)), now);
    for (const { parcel, outcome } of results) {
      if (outcome.state === 'retry') counts.retried += 1;
      else counts[outcome.state === 'sent' ? 'sent' : 'given_up'] += parcel.ids.length;
    }
  }

  function resultOf({ failures, retryAt }: Lane, { parcel, outcome }: { parcel: Parcel; outcome: Outcome }, now: EpochMs): Result {
    switch (outcome.state) {
      case 'sent': return { parcel, state: 'sent', error: outcome.remark };
      case 'refused': return { parcel, state: 'given_up', error: outcome.error };
      // Just behind the pause, so that the next try is made with another message if there is one: this one may be what the receiver stumbles over.
      case 'retry': return { parcel, state: 'waiting', error: outcome.error, nextAt: failures > 0 ? retryAt + BEHIND_MS : now + backOffMs(parcel.attempts + 1, random()) };
    }
  }

  /** After a restart it counts what the outbox knows of the last minute, whichever channel of the address it went by. */
  async function paceOf(channel: StoredChannel): Promise<Pace> {
    const address = addressOf(channel);
    const known = paces.get(address);
    if (known !== undefined) return known;
    const now = clock.now();
    const pace = new Pace();
    const since = now - PACE.withinMs;
    const channels = (await db.selectFrom('channel').selectAll().execute()).map(toStoredChannel).filter((other) => addressOf(other) === address && (other.lastSentAt ?? 0) > since);
    if (channels.length > 0) for (const at of await outbox.sentSince(channels.map(({ id }) => id), since)) pace.add(at);
    const other = paces.get(address); // made while the outbox was asked
    paces.set(address, other ?? pace);
    return other ?? pace;
  }

  async function idle(): Promise<void> {
    await rounds.idle();
    await Promise.all([...lanes.values()].flatMap(({ working }) => working === undefined ? [] : [working]));
  }

  return {
    counts, idle,
    tick: () => rounds.now(),
    async hurry(channel) {
      const lane = lanes.get(channel);
      if (lane !== undefined) Object.assign(lane, { failures: 0, retryAt: 0 });
      await outbox.hurry(channel, clock.now());
      void rounds.now();
    },
    async sendNow(channel, message) {
      if (isPaced(channel)) {
        const pace = await paceOf(channel);
        const now = clock.now();
        if (!pace.take(now)) return { state: 'retry', error: fullWords(Math.ceil((pace.freeAt(now) - now) / 1000)) };
      }
      return deliver(channel, message, stopping.signal);
    },
    async start() {
      if (isRunning) return;
      isRunning = true;
      stopping = new AbortController();
      await rounds.start();
    },
    async stop() {
      isRunning = false;
      const cut = setTimeout(() => { stopping.abort(); }, STOP_MS);
      await rounds.stop();
      await idle();
      clearTimeout(cut);
    },
  };
}

const fullWords = (seconds: number): Label => ({ zh: `每分钟只向它发 20 条，${seconds} 秒后有空位`, en: `only 20 messages a minute go to it; there is room again in ${seconds} s` });

/** Where messages really go. */
const addressOf = ({ id, type, url }: StoredChannel): string => `${type} ${url ?? id}`;
