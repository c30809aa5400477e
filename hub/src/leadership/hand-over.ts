import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { JournalRecord, Seq } from '@liandong/protocols';
import type { Db } from '../database/database.js';

/** One request: well below what the leader takes. */
const MOST_RECORDS = 1_000;
const MOST_CHARS = 500_000;
const ANSWER_MS = 20_000;
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
    const rows = readers.map((name) => ({ name, position: journal.last }));
    await db.insertInto('reader').values(rows).onConflict((conflict) => conflict.column('name').doUpdateSet((e) => ({ position: e.ref('excluded.position') }))).execute();
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
function post(leader: URL, { token, signal }: { token: string; signal: AbortSignal }, records: readonly JournalRecord[]): Promise<void> {
  const start = leader.protocol === 'https:' ? requestHttps : requestHttp;
  const body = JSON.stringify({ records });
  return new Promise((resolve, reject) => {
    const request = start(new URL(HAND_OVER_PATH, leader), { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization: `Bearer ${token}` }, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) }, (answer) => {
      answer.resume();
      if (answer.statusCode === 204) answer.once('end', resolve);
      else reject(new Error(`the leader answered ${answer.statusCode} to a hand-over`));
    });
    request.once('error', reject);
    request.end(body);
  });
}
