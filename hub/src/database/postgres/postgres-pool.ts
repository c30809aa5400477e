import { Pool, types, type PoolClient } from 'pg';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseAwayError } from './database-away.js';
import { storable } from '../storable.js';

/** One writer of this process at a time takes one (serial-connection.ts); the others are for reads. */
const CONNECTIONS = 20;
const CONNECT_MS = 5_000;
/** A process that stands still inside a transaction holds everybody up: the server ends it after this, well within a lease's life. */
const IDLE_IN_TRANSACTION_MS = 5_000;
/** The server notices a peer that vanished without a word, and frees what it had locked, within about 10 s. */
const SERVER_KEEPALIVES = '-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3';

const INT8 = 20;
const NUMERIC = 1700;

/** A pool that answers numbers as libSQL does, takes any text, and gives up connections that have gone silent. What fails for want of the server rejects with DatabaseAwayError. `onError`: a connection broke, idle or not. */
export class QuietPool implements PostgresPool {
  readonly #pool: Pool;
  readonly #answerMs: number;
  readonly #onError: (error: Error) => void;

  constructor({ url, answerMs, onError }: { url: URL; answerMs: number; onError: (error: Error) => void }) {
    this.#answerMs = answerMs;
    this.#onError = onError;
    this.#pool = new Pool({
      connectionString: url.href, application_name: 'liandong', max: CONNECTIONS, connectionTimeoutMillis: CONNECT_MS, keepAlive: true,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS, options: SERVER_KEEPALIVES, types: { getTypeParser },
    });
    // Of a connection that nobody uses just now; the next query makes another.
    this.#pool.on('error', onError);
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#pool.connect().catch((cause: unknown) => { throw new DatabaseAwayError(cause); });
    return new QuietClient(client, this.#answerMs, this.#onError);
  }

  async end(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }
}

class QuietClient implements PostgresPoolClient {
  #broken: Error | undefined;
  #answered: Promise<unknown> = Promise.resolve();
  readonly #onBroken = (error: Error): void => {
    this.#broken ??= error;
    this.#onError(error);
  };
  readonly #client: PoolClient;
  readonly #answerMs: number;
  readonly #onError: (error: Error) => void;

  constructor(client: PoolClient, answerMs: number, onError: (error: Error) => void) {
    this.#client = client;
    this.#answerMs = answerMs;
    this.#onError = onError;
    // Without a listener a connection that breaks while it is lent out would end the process.
    client.on('error', this.#onBroken);
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  /** Kysely's cursors are not used. */
  query(cursor: never): never;
  /** What is asked in one go goes one after the other: pg is about to stop queueing. */
  query<R>(sql: string, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> {
    const answer = this.#answered.then(() => this.#ask<R>(sql, parameters));
    this.#answered = answer.catch(() => undefined); // the failure is the caller's
    return answer;
  }

  async #ask<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (this.#broken !== undefined) throw new DatabaseAwayError(this.#broken);
    let deadline: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      deadline = setTimeout(() => {
        const error = new Error(`PostgreSQL did not answer within ${this.#answerMs / 1000} s`);
        this.#onBroken(error);
        reject(error);
      }, this.#answerMs);
    });
    const answer = this.#client.query(sql, parameters.map(storable));
    answer.catch(() => undefined); // of one that comes after the deadline; in time, the race has it
    return Promise.race([answer as Promise<PostgresQueryResult<R>>, silence])
      .catch((error: unknown) => { throw this.#broken !== undefined || isGoodbye(error) ? new DatabaseAwayError(error) : error; })
      .finally(() => { clearTimeout(deadline); });
  }

  release(): void {
    this.#client.off('error', this.#onBroken);
    this.#client.release(this.#broken);
  }
}

/** The server ends this connection (PostgreSQL, appendix A: 57P01 admin shutdown to 57P03 cannot connect now); the connection breaks only after it has said so. */
const isGoodbye = (error: unknown): boolean => /^57P0[123]$/.test((error as { code?: string }).code ?? '');

/** 64-bit numbers are times, counts and sequence numbers here, far below 2^53; `sum` of them is a `numeric`. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  return oid === INT8 || oid === NUMERIC ? Number : types.getTypeParser(oid, format) as (text: string) => unknown; // any, by pg's types
}
