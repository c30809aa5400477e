import { nativeTopic, type DeviceId, type JournalRecord, type Latest, type Seq, type TelemetryRecord, type UplinkRecord } from '@liandong/protocols';
import { encodeUplinks } from '../edges/uplink-codec.js';
import type { Feature } from '../feature.js';
import type { JournalBatch, JournalTenant } from '../journal/types.js';
import type { Logger } from '../logger.js';
import { pause } from '../pause.js';
import { byMoment } from '../telemetry/by-moment.js';
import type { EdgeState } from './edge-state.js';
import { Lanes, type BacklogOrder, type Lane, type SavedLanes } from './lanes.js';
import type { EdgePlace } from './registry-keeper.js';
import { Signal } from './signal.js';

/** Records of one batch. */
const BATCH_RECORDS = 400;
/** Of a fleet's latest values, as many at once. */
const SNAPSHOT_RECORDS = 400;
/** How far it got reaches the disk this often; after a crash so much is sent again. */
const SAVE_MS = 1_000;
/** What the database or the journal refuses is tried again after this. */
const RETRY_MS = 1_000;

/** Where the batches go. */
export interface UplinkLink {
  readonly isUp: boolean;
  /** Told when `isUp` may be another. */
  onChange(listener: () => void): () => void;
  publish(topic: string, payload: Buffer): Promise<void>;
}

export interface UplinkDependencies {
  readonly link: UplinkLink;
  /** The edge's own topic; undefined while it has not heard where it stands. */
  readonly topic: () => string | undefined;
  readonly journal: { readonly last: Seq; read(from: Seq, maxRecords: number): Promise<JournalBatch | undefined> };
  /** Alerts that changed after that, oldest change first. */
  readonly alertsAfter: (seq: Seq) => Promise<readonly (UplinkRecord & { type: 'alert' })[]>;
  /** Latest values of every device. */
  readonly latest: () => Iterable<readonly [DeviceId, Latest['values']]>;
  readonly state: EdgeState;
  readonly order: BacklogOrder;
  readonly backlogPerS: number;
  readonly stopwatch: () => number;
  readonly logger: Logger;
}

interface SavedUplink { lanes: SavedLanes; alerts: Seq }

/** What it has passed on; for metrics. */
export interface UplinkCounts { alerts: number; live: number; backlog: number }

/**
 * Passes on what the edge has to its hub. Alerts go first, whenever there are any; after a connection came up, then the latest value of each metric, so that the hub's
 * rules know how things stand now before they are shown how they came to be so; then what comes in, and beside it the backlog, at a bounded pace.
 * It is a tenant of the journal: what it has not passed on is kept. What the hub did not confirm is sent again; the hub knows it again by its identity.
 */
export class Uplink implements Feature, JournalTenant {
  readonly name = 'uplink';
  readonly counts: UplinkCounts = { alerts: 0, live: 0, backlog: 0 };
  readonly #dependencies: UplinkDependencies;
  #lanes: Lanes;
  #alerts: Seq = 0;
  #session: Session | undefined;
  #ending: Promise<void> = Promise.resolve();
  #forget: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isSaved = true;
  #saving: Promise<void> = Promise.resolve();

  constructor(dependencies: UplinkDependencies) {
    this.#dependencies = dependencies;
    this.#lanes = new Lanes(dependencies.order);
  }

  /** Of the journal: everything up to here may go. */
  get position(): Seq { return this.#lanes.position; }
  /** Records that came before the link was up, and still wait. */
  get backlog(): number { return this.#dependencies.link.isUp ? this.#lanes.backlog : this.#dependencies.journal.last - this.#lanes.position; }
  /** New records. */
  wake(): void { this.#session?.live.notify(); }
  /** An alert changed. */
  wakeAlerts(): void { this.#session?.alerts.notify(); }

  /** Before the journal starts, which asks for the position. */
  async load(): Promise<void> {
    const saved = await this.#dependencies.state.load('uplink') as SavedUplink | undefined; // written by #save
    if (saved === undefined) return;
    this.#lanes = new Lanes(this.#dependencies.order, saved.lanes);
    this.#alerts = saved.alerts;
  }

  async start(): Promise<void> {
    if (this.#forget !== undefined) return;
    this.#forget = this.#dependencies.link.onChange(() => { if (this.#dependencies.link.isUp) this.#open(); else this.#close(); });
    this.#timer = setInterval(() => { this.#saving = this.#save(); }, SAVE_MS);
    if (this.#dependencies.link.isUp) this.#open();
  }

  async stop(): Promise<void> {
    if (this.#forget === undefined) return;
    this.#forget();
    this.#forget = undefined;
    clearInterval(this.#timer);
    this.#close();
    await this.#ending;
    await this.#saving;
    await this.#save();
  }

  /** The registry says where this edge stands only after the first answer. */
  placed(): void { if (this.#dependencies.link.isUp && this.#session === undefined) this.#open(); }

  #open(): void {
    const topic = this.#dependencies.topic();
    if (topic === undefined || this.#session !== undefined || this.#forget === undefined) return;
    const session = new Session(topic);
    this.#session = session;
    this.#ending = this.#ending.then(() => this.#run(session));
  }

  #close(): void {
    const session = this.#session;
    if (session === undefined) return;
    session.close();
    this.#session = undefined;
  }

  async #run(session: Session): Promise<void> {
    const isDone = async (work: Promise<void>): Promise<void> => work.catch((error: unknown) => { this.#end(session, error); });
    if (session.isOpen) await isDone(this.#passAlerts(session, false));
    this.#lanes.open(this.#dependencies.journal.last);
    if (session.isOpen) {
      await Promise.all([
        isDone(this.#passAlerts(session, true)),
        isDone(this.#passLatest(session).then(() => Promise.all([this.#passLive(session), this.#passBacklog(session)])).then(() => undefined)),
      ]);
    }
    this.#lanes.close();
    this.#isSaved = false;
  }

  /** A connection that was lost ends the session by itself; anything else is this box's own trouble, and is tried again. */
  #end(session: Session, error: unknown): void {
    if (!session.isOpen || !this.#dependencies.link.isUp) return;
    this.#dependencies.logger.warn({ err: error }, 'the uplink met an error and begins again');
    this.#close();
    setTimeout(() => this.placed(), RETRY_MS).unref();
  }

  async #passAlerts(session: Session, isEndless: boolean): Promise<void> {
    while (session.isOpen) {
      const changed = await this.#dependencies.alertsAfter(this.#alerts);
      const last = changed.at(-1);
      if (last !== undefined) {
        await this.#send(session, changed);
        this.#alerts = last.alert.seq;
        this.counts.alerts += changed.length;
        this.#isSaved = false;
      } else if (!isEndless) return;
      else await session.alerts.wait();
    }
  }

  async #passLatest(session: Session): Promise<void> {
    let records: TelemetryRecord[] = [];
    for (const [device, values] of this.#dependencies.latest()) {
      records.push(...byTime(device, values));
      if (records.length < SNAPSHOT_RECORDS) continue;
      await this.#send(session, records);
      records = [];
    }
    await this.#send(session, records);
  }

  async #passLive(session: Session): Promise<void> {
    while (session.isOpen) {
      if (await this.#passSome(session, 'live') === undefined) await session.live.wait();
    }
  }

  /** As slow as is asked for, and slower when the hub takes its time to confirm: it has others to serve. */
  async #passBacklog(session: Session): Promise<void> {
    const { stopwatch, backlogPerS } = this.#dependencies;
    while (session.isOpen) {
      const startedAt = stopwatch();
      const records = await this.#passSome(session, 'backlog');
      if (records === undefined) return;
      if (records === 0) continue; // all of it was shed
      const tookMs = stopwatch() - startedAt;
      const pauseMs = Math.max(records / backlogPerS * 1000 - tookMs, tookMs);
      await session.pause(pauseMs);
    }
  }

  /** Answers how many records it passed on; undefined when there are none in this lane. */
  async #passSome(session: Session, lane: Lane): Promise<number | undefined> {
    const { journal } = this.#dependencies;
    const range = this.#lanes.take(lane, journal.last, BATCH_RECORDS);
    if (range === undefined) return undefined;
    const before = this.counts[lane];
    for (let from = range.from; from <= range.to;) {
      const batch = await journal.read(from, range.to - from + 1);
      if (batch === undefined || batch.first > range.to) break; // shed meanwhile
      const records = batch.records.slice(0, range.to - batch.first + 1).filter(isPassedOn);
      await this.#send(session, records.map(bare));
      this.counts[lane] += records.length;
      from = batch.last + 1;
    }
    this.#lanes.done(range);
    this.#isSaved = false;
    return this.counts[lane] - before;
  }

  async #send({ topic }: Session, records: readonly UplinkRecord[]): Promise<void> {
    for (const payload of encodeUplinks(records)) await this.#dependencies.link.publish(topic, payload);
  }

  async #save(): Promise<void> {
    if (this.#isSaved) return;
    this.#isSaved = true;
    try {
      await this.#dependencies.state.save('uplink', { lanes: this.#lanes.save(), alerts: this.#alerts } satisfies SavedUplink);
    } catch (error) {
      this.#isSaved = false;
      this.#dependencies.logger.warn({ err: error }, 'how far the uplink got could not be written; it is tried again');
    }
  }
}

/** One connection's worth of passing on. */
class Session {
  readonly live = new Signal();
  readonly alerts = new Signal();
  readonly #closing = new AbortController();

  constructor(readonly topic: string) {}

  get isOpen(): boolean { return !this.#closing.signal.aborted; }

  close(): void {
    this.#closing.abort();
    this.live.notify();
    this.alerts.notify();
  }

  /** Ends early with the session: a stop, or the next connection, waits for no pause. */
  pause(ms: number): Promise<void> { return pause(ms, this.#closing.signal); }
}

/** The edge's own topic at its hub. */
export const uplinkTopic = ({ subdistrict, community, edge }: EdgePlace): string => nativeTopic({ subdistrict, community, device: edge, kind: 'uplink' });

/** What was shed left a hole. */
const isPassedOn = (record: JournalRecord | 0): record is JournalRecord => record !== 0;

/** The fingerprint is of this edge's own use. */
const bare = (record: JournalRecord): UplinkRecord => record.type === 'telemetry' ? withoutFingerprint(record) : record.type === 'event' ? withoutFingerprint(record) : record;
const withoutFingerprint = <R extends { fingerprint?: number }>({ fingerprint: _fingerprint, ...rest }: R): Omit<R, 'fingerprint'> => rest;

/** One record for the values of one moment. They came no later than now: their time stands for when. */
function byTime(device: DeviceId, values: Latest['values']): TelemetryRecord[] {
  return [...byMoment(Object.entries(values))].map(([ts, at]) => ({ type: 'telemetry', device, ts, at: ts, values: at }));
}
