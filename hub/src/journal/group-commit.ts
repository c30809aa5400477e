import type { JournalRecord } from '@liandong/protocols';
import type { JournalWriter } from './types.js';

/** A group commit holds at most this many messages, and waits at most this long for company. */
const GROUP_MESSAGES = 5000;
const GROUP_WAIT_MS = 5;
/** Messages waiting for a commit before the journal calls itself full. */
const PENDING_MESSAGES = 20_000;
const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 5000;

interface Pending { records: JournalRecord[]; dones: (() => void)[] }

export interface GroupCommitDependencies {
  /** Puts one group on disk; resolves when it is synced. */
  write(records: JournalRecord[]): Promise<void>;
  onWriteError(error: unknown): void;
}

/**
 * Collects messages into groups, one synced write per group, one group in flight at a time.
 * A group whose write fails is written again until it succeeds: its messages are not acknowledged before that.
 */
export class GroupCommit implements JournalWriter {
  readonly #dependencies: GroupCommitDependencies;
  readonly #drainListeners = new Set<() => void>();
  #pending: Pending = { records: [], dones: [] };
  #inFlight: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  #wasFull = false;
  #isStopped = false;

  constructor(dependencies: GroupCommitDependencies) {
    this.#dependencies = dependencies;
  }

  get isFull(): boolean {
    return this.#isHeld || this.#pending.dones.length >= PENDING_MESSAGES;
  }

  append(records: readonly JournalRecord[], done: () => void): void {
    if (this.#isStopped) return; // never acknowledged, so the sender sends it again
    for (const record of records) this.#pending.records.push(record);
    this.#pending.dones.push(done);
    if (this.isFull) this.#wasFull = true;
    if (this.#inFlight !== undefined) return;
    if (this.#pending.dones.length >= GROUP_MESSAGES) this.#commit();
    else this.#timer ??= setTimeout(() => this.#commit(), GROUP_WAIT_MS);
  }

  onDrain(listener: () => void): () => void {
    this.#drainListeners.add(listener);
    return () => this.#drainListeners.delete(listener);
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
    if (this.#pending.dones.length > 0) this.#commit();
    await this.#inFlight;
  }

  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const group = this.#pending;
    this.#pending = { records: [], dones: [] };
    this.#inFlight = this.#writeUntilDone(group).finally(() => {
      this.#inFlight = undefined;
      const waiting = this.#pending.dones.length;
      if (waiting >= GROUP_MESSAGES) this.#commit();
      else if (waiting > 0 && !this.#isStopped) this.#timer = setTimeout(() => this.#commit(), GROUP_WAIT_MS);
      this.#announceDrain();
    });
  }

  async #writeUntilDone(group: Pending): Promise<void> {
    for (let retryMs = RETRY_FIRST_MS; ; retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS)) {
      try {
        await this.#dependencies.write(group.records);
        for (const done of group.dones) done();
        return;
      } catch (error) {
        this.#dependencies.onWriteError(error);
        if (this.#isStopped) return; // a stopping hub leaves them unacknowledged
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  #announceDrain(): void {
    if (!this.#wasFull || this.isFull) return;
    this.#wasFull = false;
    for (const listener of this.#drainListeners) listener();
  }
}
