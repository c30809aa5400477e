import { dirname } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { EpochMs, JournalRecord, Seq } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import { StartError } from '../problem.js';
import { Ballast, BALLAST_BYTES } from './ballast.js';
import { GroupCommit } from './group-commit.js';
import { copyJournal, type JournalHold } from './journal-hold.js';
import { ReaderLoop } from './reader-loop.js';
import { Shedder, type ShedCounts } from './shedder.js';
import { JournalTail, sliceBatches } from './tail.js';
import type { JournalBatch, JournalHandler, JournalMessage, JournalTenant, JournalWriter } from './types.js';

/** Held in memory at most, for readers that keep up, and left on disk for redeliveries after a restart. */
const TAIL_RECORDS = 50_000;
/** What it may take up, a large hub's. */
const MEMORY: JournalMemory = { tailRecords: TAIL_RECORDS, tailBytes: 64 << 20, writeBufferBytes: 16 << 20 };
const MAINTENANCE_MS = 2000;
/** Age is looked at less often: it is about days, and means to decode batches. */
const AGE_EVERY_MS = 10 * 60_000;
/** What a full disk is to be given back: a part of the journal, and at least room for the ballast again. */
const DISK_FULL_FREES = 0.15;
const LEAST_FREED_BYTES = 2 * BALLAST_BYTES;
/** Batches read from disk in one go by a reader that lags. */
const DISK_READ_BATCHES = 64;
/**
 * Records of one value on disk. A message may carry a thousand readings, a group of them hundreds of thousands: as one value, every reader that lags would decode all of
 * it for each of its batches.
 */
const VALUE_RECORDS = 1_000;

/** Keys sort as their numbers do: batches by first sequence, positions by reader's name. */
const batchKey = (first: Seq): string => `b${first.toString(16).padStart(14, '0')}`;
const BATCH_KEYS = { gte: 'b', lt: 'c' };
const POSITION_KEYS = { gte: 'p', lt: 'q' };
const positionKey = (reader: string): string => `p${reader}`;

export interface JournalDependencies {
  /** Folder of the journal; LevelDB's lock on it keeps a second process out of the data folder. */
  path: string;
  handlers: readonly JournalHandler[];
  /** Beyond this the journal is full until readers catch up (bytes on disk). */
  maxBytes: number;
  /** What every reader has read is not kept longer than this, however few records there are (ms): they tell of people too. */
  maxAgeMs: number;
  /** Whoever reads by itself. */
  tenants?: readonly JournalTenant[];
  /** What happens beyond `maxBytes`: nothing more is taken (`hold`), or what only tenants wait for goes, in the order of `Shedder`. */
  whenFull?: 'hold' | 'shed';
  memory?: JournalMemory;
  clock: Clock;
  logger: Logger;
}

export interface JournalMemory { readonly tailRecords: number; readonly tailBytes: number; readonly writeBufferBytes: number }

/** Records that are being written, as they were given, and as they go to the disk. */
interface UnderWay { readonly records: readonly JournalRecord[]; readonly batches: readonly { readonly batch: JournalBatch; readonly bytes: Buffer }[] }

/** Where a reader stands. */
export interface ReaderState { readonly name: string; readonly position: Seq; readonly lag: number; readonly failure: string | undefined }

/**
 * The durable, ordered log every accepted message goes through. One synced write per group commit before anything is acknowledged, in values of 1,000 records at most;
 * LevelDB checksums it and recovers a torn tail. Readers move on their own and what all have read is dropped. A reader that says so (`JournalHandler.readsAhead`) has records while they are written.
 */
export class Journal implements Feature, JournalWriter {
  readonly #dependencies: JournalDependencies;
  readonly #db: ClassicLevel<string, Buffer>;
  readonly #tail: JournalTail;
  readonly #shedder: Shedder;
  /** Beside the journal's folder, which is LevelDB's own. */
  readonly #ballast: Ballast;
  readonly #commit: GroupCommit;
  #readers: ReaderLoop[] = [];
  /** Positions on disk, of readers that don't keep theirs. */
  readonly #saved = new Map<string, Seq>();
  #last: Seq = 0;
  /** The group that is on its way to the disk. */
  #underWay: UnderWay | undefined;
  #maintenance: NodeJS.Timeout | undefined;
  #isOpen = false;
  #writeFailure: string | undefined;
  #diskBytes = 0;
  #agedAt: EpochMs | undefined;
  #maintaining: Promise<void> | undefined;
  #holds = 0;

  constructor(dependencies: JournalDependencies) {
    this.#dependencies = dependencies;
    const { memory = MEMORY } = dependencies;
    this.#db = new ClassicLevel(dependencies.path, { valueEncoding: 'buffer', compression: true, writeBufferSize: memory.writeBufferBytes });
    this.#tail = new JournalTail({ records: memory.tailRecords, bytes: memory.tailBytes });
    this.#ballast = new Ballast(`${dependencies.path}.ballast`);
    this.#shedder = new Shedder({ db: this.#db, logger: dependencies.logger });
    this.#commit = new GroupCommit({
      write: (records) => this.#write(records), onWriteError: (error) => this.#onWriteError(error),
      onError: (error) => { dependencies.logger.error({ err: error }, 'a part could not go on after the journal had been full'); },
    });
  }

  get isFull(): boolean { return this.#commit.isFull; }
  /** Sequence of the newest record on disk. */
  get last(): Seq { return this.#last; }
  get diskBytes(): number { return this.#diskBytes; }
  /** Why the disk refuses writes now; undefined when it does not. */
  get writeFailure(): string | undefined { return this.#writeFailure; }
  /** Is it full because the readers are too far behind? */
  get isOverLimit(): boolean { return this.#diskBytes > this.#dependencies.maxBytes; }
  /** What was given up for want of room. */
  get shed(): ShedCounts { return this.#shedder.counts; }

  append(message: JournalMessage, done: () => void): void { this.#commit.append(message, done); }
  onDrain(listener: () => void): () => void { return this.#commit.onDrain(listener); }

  /** Takes the folder's lock. @throws StartError when another process has it or it can't be written. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    try {
      await this.#db.open();
    } catch (error) {
      throw dataDirStartError(error, this.#dependencies.path);
    }
    this.#isOpen = true;
    for await (const [key, value] of this.#db.iterator({ ...BATCH_KEYS, reverse: true, limit: 1 })) this.#last = decodeBatch(key, value).last;
  }

  /** Records the journal still holds, oldest first, from at most this many back. */
  async *recent(maxRecords: number): AsyncGenerator<JournalRecord> {
    const from = Math.max(1, this.#last - maxRecords + 1);
    for await (const [key, value] of this.#db.iterator({ gte: await this.#keyAtOrBefore(from), lt: BATCH_KEYS.lt })) yield* decodeBatch(key, value).records.filter(isLeft);
  }

  /** For tenants: records from there on, or from the first after that which is left. One that was shed is 0. */
  read(from: Seq, maxRecords: number): Promise<JournalBatch | undefined> { return this.#read(from, maxRecords, this.#last); }

  /** Opens and starts the readers where they left off. */
  async start(): Promise<void> {
    await this.open();
    if (this.#readers.length > 0) return;
    const { handlers, logger } = this.#dependencies;
    for (const handler of handlers) {
      const own = await handler.position?.();
      this.#readers.push(new ReaderLoop({
        handler, logger, read: (from, maxRecords) => this.#read(from, maxRecords, this.#limitOf(handler)),
        newer: (after) => this.#newer(handler, after), onAdvance: () => this.#onAdvance(handler.name),
      }, own ?? (await this.#savedPosition(handler.name))));
    }
    // A reader may know of records the journal has lost (its folder was removed): sequences never start again below them.
    this.#last = Math.max(this.#last, ...this.#readers.map((reader) => reader.position), ...handlers.map((handler) => handler.reach?.() ?? 0));
    for (const reader of this.#readers) reader.start();
    await this.#maintain();
    this.#maintenance = setInterval(() => void this.#maintain().catch((error: unknown) => logger.warn({ err: error }, 'journal maintenance failed')), MAINTENANCE_MS);
    this.#maintenance.unref();
  }

  async stop(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#maintenance);
    await this.#commit.stop();
    await Promise.all(this.#readers.map((reader) => reader.stop()));
    await this.#maintaining?.catch(() => undefined); // reported where it was started
    await this.#tryToSavePositions();
    await this.#db.close();
  }

  readers(): ReaderState[] {
    const { tenants = [] } = this.#dependencies;
    return [...this.#readers, ...tenants.map(({ name, position }) => ({ name, position, failure: undefined }))].map(({ name, position, failure }) => ({ name, position, lag: Math.max(0, this.#last - position), failure }));
  }

  /** For a backup: from now on nothing is dropped, until every hold is released. */
  async hold(): Promise<JournalHold> {
    this.#holds += 1;
    let isHeld = true;
    const release = (): void => {
      if (isHeld) this.#holds -= 1;
      isHeld = false;
    };
    try {
      await this.#savePositions();
      await this.#maintaining; // what it drops now is out of reach of every position read here
      const positions = await this.#db.iterator(POSITION_KEYS).all();
      return { release, copyTo: (path) => copyJournal(this.#db, BATCH_KEYS, positions, path) };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #write(records: JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    // LevelDB refuses every write after one has failed, until it is opened anew.
    if (this.#writeFailure !== undefined) await this.#recover();
    const written = this.#db.batch(this.#begin(records).map(({ batch, bytes }) => ({ type: 'put', key: batchKey(batch.first), value: bytes })), { sync: true });
    for (const reader of this.#readers) if (reader.readsAhead) reader.wake();
    await written;
    this.#last += records.length;
    this.#underWay = undefined;
    if (this.#writeFailure !== undefined) this.#dependencies.logger.info('journal writes again');
    this.#writeFailure = undefined;
    for (const reader of [...this.#readers, ...this.#dependencies.tenants ?? []]) reader.wake();
  }

  /** The records get their sequences, and can be read by those that don't wait for the disk. Written again after a failure, they keep them. */
  #begin(records: readonly JournalRecord[]): UnderWay['batches'] {
    if (this.#underWay?.records === records) return this.#underWay.batches;
    const batches = cut(records, this.#last + 1).map((batch) => ({ batch, bytes: Buffer.from(JSON.stringify(batch.records)) }));
    this.#underWay = { records, batches };
    for (const { batch, bytes } of batches) this.#tail.push(batch, bytes.length);
    return batches;
  }

  /** On a full disk a journal that may shed makes itself room: the ballast gives it what it needs to do so, and is taken on again. */
  async #recover(): Promise<void> {
    const { whenFull = 'hold' } = this.#dependencies;
    const isFull = whenFull === 'shed' && await this.#ballast.isDiskFull();
    if (isFull) await this.#ballast.release();
    await this.#reopen();
    if (!isFull) return;
    const bytes = await this.#measure();
    const maxBytes = Math.max(0, bytes - Math.max(bytes * DISK_FULL_FREES, LEAST_FREED_BYTES));
    this.#diskBytes = await this.#shedder.shed({ bytes, maxBytes, upTo: this.#sheddable, measure: () => this.#measure() });
    await this.#ballast.restore();
  }

  /** What every reader has read, tenants among them. */
  get #slowest(): Seq {
    const { tenants = [] } = this.#dependencies;
    return Math.min(this.#last, ...this.#readers.map((reader) => reader.position), ...tenants.map((tenant) => tenant.position));
  }

  /** Nothing newer may be shed: readers have not seen it, and the newest tells where the sequence goes on. */
  get #sheddable(): Seq { return Math.min(this.#last - 1, ...this.#readers.map((reader) => reader.position)); }

  /** Readers that are at the disk meanwhile fail and try again. */
  async #reopen(): Promise<void> {
    await this.#db.close();
    await this.#db.open();
  }

  #onWriteError(error: unknown): void {
    if (this.#writeFailure === undefined) this.#dependencies.logger.error({ err: error }, 'journal can not write; nothing is acknowledged until it can');
    this.#writeFailure = error instanceof Error ? error.message : String(error);
  }

  /** How far a reader may go: to the newest record on disk, or on its way there, or to where the one it follows has come. */
  #limitOf({ follows, readsAhead = false }: JournalHandler): Seq {
    if (readsAhead && this.#underWay !== undefined) return this.#last + this.#underWay.records.length;
    return follows === undefined ? this.#last : Math.min(this.#last, this.#readers.find(({ name }) => name === follows)?.position ?? 0);
  }

  /** Nothing for a reader that follows another: it must not see what that one has not dealt with. */
  #newer({ follows, readsAhead = false }: JournalHandler, after: Seq): readonly JournalBatch[] {
    if (follows !== undefined) return [];
    const batches = this.#tail.batchesFrom(after + 1);
    return readsAhead || this.#underWay === undefined ? batches : batches.filter(({ last }) => last <= this.#last);
  }

  #onAdvance(name: string): void {
    this.#tail.release(this.#slowest);
    for (const [index, reader] of this.#readers.entries()) if (this.#dependencies.handlers[index]?.follows === name) reader.wake();
  }

  async #read(from: Seq, maxRecords: number, upTo: Seq): Promise<JournalBatch | undefined> {
    const most = Math.min(maxRecords, upTo - from + 1);
    return most < 1 ? undefined : this.#tail.read(from, most) ?? this.#readFromDisk(from, most);
  }

  async #readFromDisk(from: Seq, maxRecords: number): Promise<JournalBatch | undefined> {
    const batches: JournalBatch[] = [];
    let records = 0;
    for await (const [key, value] of this.#db.iterator({ gte: await this.#keyAtOrBefore(from), lt: BATCH_KEYS.lt, limit: DISK_READ_BATCHES })) {
      const batch = decodeBatch(key, value);
      const before = batches.at(-1);
      if (before !== undefined && before.last + 1 < batch.first) { // what lay between was shed
        if (before.last >= from) break;
        batches.length = 0;
      }
      batches.push(batch);
      records += batch.last >= from ? batch.records.length : 0;
      if (records >= maxRecords) break;
    }
    const oldest = batches.find((batch) => batch.last >= from);
    // A gap is possible when the journal's folder was removed, or where something was shed; the reader goes on at what there is.
    return oldest === undefined ? undefined : sliceBatches(batches, Math.max(from, oldest.first), maxRecords);
  }

  async #keyAtOrBefore(seq: Seq): Promise<string> {
    const [key] = await this.#db.keys({ gte: BATCH_KEYS.gte, lte: batchKey(seq), reverse: true, limit: 1 }).all();
    return key ?? BATCH_KEYS.gte;
  }

  /** On a full disk the next round tries again; the rest of this one may be what makes room. */
  async #tryToSavePositions(): Promise<void> {
    await this.#savePositions().catch((error: unknown) => this.#dependencies.logger.warn({ err: error }, 'the journal could not note where its readers stand; after a kill they would read the last seconds again'));
  }

  async #savedPosition(reader: string): Promise<Seq> {
    const saved = Number((await this.#db.get(positionKey(reader)))?.toString() ?? 0);
    this.#saved.set(reader, saved);
    return saved;
  }

  /**
   * Where readers stand that don't keep that themselves. Not with every batch: a write for each costs more than most of what is read. Up to this, what is read again after a crash
   * is no news to them, as it never is.
   */
  async #savePositions(): Promise<void> {
    const moved = this.#readers.filter(({ name, position }) => this.#saved.has(name) && this.#saved.get(name) !== position).map(({ name, position }) => ({ name, position }));
    if (moved.length === 0) return;
    await this.#db.batch(moved.map(({ name, position }) => ({ type: 'put', key: positionKey(name), value: Buffer.from(String(position)) })));
    for (const { name, position } of moved) this.#saved.set(name, position);
  }

  /** Notes where readers stand, drops what every one has read, and looks at how much disk is used. One round at a time. */
  #maintain(): Promise<void> {
    this.#maintaining ??= this.#dropAndMeasure().finally(() => { this.#maintaining = undefined; });
    return this.#maintaining;
  }

  async #dropAndMeasure(): Promise<void> {
    const { maxBytes, whenFull = 'hold' } = this.#dependencies;
    await this.#tryToSavePositions();
    const mayDrop = this.#holds === 0;
    if (mayDrop) await this.#dropRead();
    this.#diskBytes = await this.#measure();
    if (whenFull === 'hold') this.#commit.hold(this.isOverLimit);
    else if (mayDrop) {
      this.#diskBytes = await this.#shedder.shed({ bytes: this.#diskBytes, maxBytes, upTo: this.#sheddable, measure: () => this.#measure() });
      await this.#ballast.restore();
    }
  }

  async #dropRead(): Promise<void> {
    const slowest = this.#slowest;
    const keep = await this.#keyAtOrBefore(Math.max(1, this.isOverLimit ? slowest : slowest - TAIL_RECORDS));
    if (keep !== BATCH_KEYS.gte) await this.#drop(keep, this.isOverLimit);
    await this.#dropAged(slowest);
  }

  #measure(): Promise<number> { return this.#db.approximateSize(BATCH_KEYS.gte, BATCH_KEYS.lt); }

  /** Batches whose newest record is too old, as far as every reader has read them. The newest stays: it tells where the sequence goes on. */
  async #dropAged(slowest: Seq): Promise<void> {
    const { clock, maxAgeMs } = this.#dependencies;
    const now = clock.now();
    if (this.#agedAt !== undefined && now - this.#agedAt < AGE_EVERY_MS && now >= this.#agedAt) return;
    let keep: string | undefined;
    for await (const [key, value] of this.#db.iterator(BATCH_KEYS)) {
      const { last, records } = decodeBatch(key, value);
      keep = key;
      if (last > slowest || last === this.#last || records.some((record) => isLeft(record) && record.at >= now - maxAgeMs)) break;
    }
    if (keep !== undefined) await this.#drop(keep, true);
    this.#agedAt = now;
  }

  /** Dropped records leave the disk only when LevelDB compacts, and it compacts only when it is written to: a full journal is not, a quiet one hardly. */
  async #drop(before: string, compacts: boolean): Promise<void> {
    await this.#db.clear({ gte: BATCH_KEYS.gte, lt: before });
    if (compacts) await this.#db.compactRange(BATCH_KEYS.gte, before);
  }
}

/** Runs of at most `VALUE_RECORDS`, the first beginning at `first`. */
function cut(records: readonly JournalRecord[], first: Seq): JournalBatch[] {
  if (records.length <= VALUE_RECORDS) return [{ first, last: first + records.length - 1, records }];
  const batches: JournalBatch[] = [];
  for (let from = 0; from < records.length; from += VALUE_RECORDS) {
    const part = records.slice(from, from + VALUE_RECORDS);
    batches.push({ first: first + from, last: first + from + part.length - 1, records: part });
  }
  return batches;
}

/** It was not shed. */
const isLeft = (record: JournalRecord | 0): boolean => record !== 0;

const decodeBatch = (key: string, value: Buffer): JournalBatch => {
  const records = JSON.parse(value.toString()) as JournalRecord[]; // written by #write
  const first = Number.parseInt(key.slice(1), 16);
  return { first, last: first + records.length - 1, records };
};

/** Says which setting to change when the folder can not be opened. */
export function dataDirStartError(error: unknown, path: string): StartError {
  const dataDir = dirname(path);
  const causes = [error, error instanceof Error ? error.cause : undefined].map((e) => (e as { code?: string } | undefined)?.code);
  if (causes.includes('LEVEL_LOCKED')) return new StartError(`Another Liandong process is using the data folder ${dataDir}. Stop it, or set DATA_DIR to another folder.`, { cause: error });
  return new StartError(`The journal in ${path} could not be opened. Check that DATA_DIR is a folder this user can write, and not damaged.`, { cause: error });
}
