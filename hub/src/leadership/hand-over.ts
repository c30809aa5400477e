import type { JournalRecord, Seq } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { movingReaders } from '../database/reader-position.js';
import { callPeer } from './peer-call.js';

/** One request: well below what the leader takes. */
const MOST_RECORDS = 1_000;
const MOST_CHARS = 500_000;
export const HAND_OVER_PATH = '/internal/records';

export interface HandOverDependencies {
  readonly db: Db;
  /** Of this data folder; open, with no reader running. */
  readonly journal: { readonly last: Seq; recent(maxRecords: number): AsyncIterable<JournalRecord> };
  /** Names of the readers whose positions stand in the database. */
  readonly readers: readonly string[];
  readonly token: string;
}

/**
 * Gives the leader what this hub's journal holds and its own readers had not dealt with when it stopped leading: acknowledged messages that nobody else has.
 * They enter the leader's journal, and from there the store, the rules and the roll-ups, each in its time. Given twice they change nothing: a value is known by
 * device, metric and time, an event by its id.
 */
export function createHandOver({ db, journal, readers, token }: HandOverDependencies): (leader: URL, signal: AbortSignal) => Promise<void> {
  async function position(): Promise<Seq> {
    const rows = await db.selectFrom('reader').select(['name', 'position']).where('name', 'in', [...readers]).execute();
    return rows.length < readers.length ? 0 : Math.min(...rows.map((row) => row.position));
  }

  async function done(): Promise<void> {
    await db.executeQuery(movingReaders(db, readers.map((name) => ({ name, position: journal.last }))));
  }

  return async (leader, signal) => {
    const behind = journal.last - await position();
    if (behind <= 0) return;
    let batch: JournalRecord[] = [];
    let chars = 0;
    for await (const record of journal.recent(behind)) {
      batch.push(record);
      chars += JSON.stringify(record).length;
      if (batch.length < MOST_RECORDS && chars < MOST_CHARS) continue;
      await post(leader, { token, signal }, batch);
      batch = [];
      chars = 0;
    }
    if (batch.length > 0) await post(leader, { token, signal }, batch);
    signal.throwIfAborted();
    await done();
  };
}

/** @throws Error unless the leader has them on disk */
async function post(leader: URL, { token, signal }: { token: string; signal: AbortSignal }, records: readonly JournalRecord[]): Promise<void> {
  const { status } = await callPeer(leader, { path: HAND_OVER_PATH, token, body: { records }, signal });
  if (status !== 204) throw new Error(`the leader answered ${status} to a hand-over`);
}
