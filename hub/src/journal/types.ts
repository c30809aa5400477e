import type { JournalRecord, Seq } from '@liandong/protocols';

/** A run of consecutive records. Record i has sequence `first + i`; `last` = `first + records.length - 1`. */
export interface JournalBatch {
  readonly first: Seq;
  readonly last: Seq;
  readonly records: readonly JournalRecord[];
}

/** What one MQTT message came to. */
export interface JournalMessage {
  /** May be empty: a refused message takes its place in the order of acknowledgements (MQTT 3.1.1 clause 4.6). */
  readonly records: readonly JournalRecord[];
  /** Length of the payload, by which waiting messages are bounded. */
  readonly bytes: number;
}

/** Where the hot path writes. */
export interface JournalWriter {
  /**
   * Queues one message; `done` is called after the group commit that holds it is on disk, in the order of the appends.
   * A failing disk is tried again until it works; meanwhile nothing is acknowledged and the journal fills up.
   */
  append(message: JournalMessage, done: () => void): void;
  /** True when nothing more should be read from sockets until `onDrain` fires. */
  readonly isFull: boolean;
  onDrain(listener: () => void): () => void;
}

/** The batches in memory that follow a sequence, in order and without a gap; the first may begin at or before it. None when what follows is on disk alone, or not there yet. */
export type NewerBatches = (after: Seq) => readonly JournalBatch[];

/** What a reader does with a batch. It is called again with the same records after a failure, so it must be idempotent. */
export interface JournalHandler {
  readonly name: string;
  /** Largest number of records in one call. */
  readonly maxRecords: number;
  /** Pause (ms) after a batch that was not half full, so that a reader whose every call costs a disk flush or a request gathers company. */
  readonly lingerMs?: number;
  /** Name of the reader that goes first: this one gets a record only when that one has durably dealt with it. */
  readonly follows?: string;
  /**
   * Reads records while they are on their way to the disk. What comes of them has to be durable by itself, position among it: after a power cut a record may be gone that this reader has dealt with. Nobody was told that
   * it was taken, so whoever sent it sends it again; under another sequence, as none is given twice.
   */
  readonly readsAhead?: boolean;
  /** Last sequence this reader has durably dealt with, when it keeps that itself; undefined: the journal keeps it, to within some seconds: after a crash those come again. */
  position?(): Promise<Seq | undefined>;
  /** Of a reader that deals with some records before their turn: the last such one, at start. Where records after its position are gone, sequences don't begin again at or below it: it would take new ones for those. */
  reach?(): Seq;
  /**
   * How long the next batch may wait for company (ms; 0: not at all). Asked before a batch is read, with what waits in memory, and again whenever something came meanwhile. For a reader whose every call costs much,
   * and for which some records are more urgent than others.
   */
  holdMs?(waiting: readonly JournalBatch[]): number;
  /** Asked before what waits is held: deals with what can't wait, before its turn and by itself. False: there is nothing like that. */
  handleUrgent?(waiting: readonly JournalBatch[]): Promise<boolean>;
  /** `newer`: what this reader will be given next, as far as it is in memory, for one that does not keep to the order. */
  handle(batch: JournalBatch, newer?: NewerBatches): Promise<void>;
}

/** Reads at its own pace and in its own order, and keeps by itself how far it got. What it has not dealt with is not dropped. */
export interface JournalTenant {
  readonly name: string;
  /** Everything up to here it is done with. */
  readonly position: Seq;
  /** There are new records. */
  wake(): void;
}
