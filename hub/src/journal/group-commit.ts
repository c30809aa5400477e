import type { JournalRecord } from '@liandong/protocols';
import { Listeners } from '../listeners.js';
import type { JournalMessage, JournalWriter } from './types.js';

/** A group holds at most this much, and waits at most this long for company. An event doesn't wait: they are few, and somebody may be at the door. */
const GROUP_MESSAGES = 5000;
const GROUP_BYTES = 8 << 20;
const GROUP_WAIT_MS = 5;
/** What may wait for a commit before the journal calls itself full. */
const PENDING_MESSAGES = 20_000;
const PENDING_BYTES = 64 << 20;
const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 5000;

interface Pending extends JournalMessage { readonly done: () => void }

export interface GroupCommitDependencies {
  /** Puts one group on disk; resolves when it is synced. Called again with the same records after a failure. */
  write(records: JournalRecord[]): Promise<void>;
  onWriteError(error: unknown): void;
  /** Told of a listener that threw. */
  onError(error: unknown): void;
}

/**
 * Collects messages into groups, one synced write per group, one group in flight at a time.
 * A group whose write fails is written again until it succeeds: its messages are not acknowledged before that.
 */
export class GroupCommit implements JournalWriter {
  readonly #dependencies: GroupCommitDependencies;
  readonly #drainListeners: Listeners;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #inFlight: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  #wasFull = false;
  #isStopped = false;
  /** A group could not be written before the stop. What comes after it is not written either: it would be acknowledged before it, and have its sequences. */
  #hasGivenUp = false;

  constructor(dependencies: GroupCommitDependencies) {
    this.#dependencies = dependencies;
    this.#drainListeners = new Listeners({ onError: (error) => { dependencies.onError(error); } });
  }

  get isFull(): boolean {
    return this.#isHeld || this.#pending.length >= PENDING_MESSAGES || this.#pendingBytes >= PENDING_BYTES;
  }

  append(message: JournalMessage, done: () => void): void {
    if (this.#isStopped) return; // never acknowledged, so the sender sends it again
    this.#pending.push({ records: message.records, bytes: message.bytes, done });
    this.#pendingBytes += message.bytes;
    if (this.isFull) this.#wasFull = true;
    if (this.#inFlight !== undefined) return;
    if (this.#isGroupFull || isUrgent(message)) this.#commit();
    else this.#timer ??= setTimeout(() => this.#commit(), GROUP_WAIT_MS);
  }

  onDrain(listener: () => void): () => void {
    return this.#drainListeners.add(listener);
  }

  /** Full for another reason, such as a disk limit. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) this.#wasFull = true;
    else this.#announceDrain();
  }

  /** Commits what is pending; what comes later is not taken. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#inFlight;
    while (this.#pending.length > 0 && !this.#hasGivenUp) {
      this.#commit();
      await this.#inFlight;
    }
  }

  get #isGroupFull(): boolean {
    return this.#pending.length >= GROUP_MESSAGES || this.#pendingBytes >= GROUP_BYTES;
  }

  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#inFlight = this.#writeUntilDone(this.#takeGroup()).finally(() => {
      this.#inFlight = undefined;
      if (!this.#isStopped && (this.#isGroupFull || this.#pending.some(isUrgent))) this.#commit();
      else if (!this.#isStopped && this.#pending.length > 0) this.#timer = setTimeout(() => this.#commit(), GROUP_WAIT_MS);
      this.#announceDrain();
    });
  }

  /** At least one message, and no more than a group holds. */
  #takeGroup(): Pending[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#pending.length && count < GROUP_MESSAGES && (count === 0 || bytes < GROUP_BYTES)) bytes += this.#pending[count++]?.bytes ?? 0;
    const group = count === this.#pending.length ? this.#pending : this.#pending.slice(0, count);
    this.#pending = count === this.#pending.length ? [] : this.#pending.slice(count);
    this.#pendingBytes -= bytes;
    return group;
  }

  async #writeUntilDone(group: readonly Pending[]): Promise<void> {
    const records: JournalRecord[] = [];
    for (const message of group) for (const record of message.records) records.push(record);
    for (let retryMs = RETRY_FIRST_MS; !await this.#tryWrite(records); retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS)) {
      if (this.#isStopped) { // a stopping hub leaves them unacknowledged
        this.#hasGivenUp = true;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    for (const { done } of group) done();
  }

  async #tryWrite(records: JournalRecord[]): Promise<boolean> {
    try {
      await this.#dependencies.write(records);
      return true;
    } catch (error) {
      this.#dependencies.onWriteError(error);
      return false;
    }
  }

  #announceDrain(): void {
    if (!this.#wasFull || this.isFull) return;
    this.#wasFull = false;
    this.#drainListeners.tell();
  }
}

const isUrgent = ({ records }: JournalMessage): boolean => records[0]?.type === 'event' || records[0]?.type === 'alert';
