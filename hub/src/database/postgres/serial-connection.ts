import { CompiledQuery, DeleteQueryNode, InsertQueryNode, MergeQueryNode, RawNode, TableNode, UpdateQueryNode, type DatabaseConnection, type QueryResult, type RootOperationNode } from 'kysely';
import type { EndedConnection } from '../together.js';
import type { Turns } from '../turns.js';
import { FENCED, LEASE_TABLE, fenceSql, type Fence } from './fence.js';

/** The lock of Liandong's writers in this database: "liandong" in eight bytes. */
const WRITERS = 0x6c69616e646f6e67n;

export interface SerialConnectionDependencies {
  /** One of the pool's. */
  readonly acquire: () => Promise<DatabaseConnection>;
  readonly turns: Turns;
  readonly fence: Fence;
  /** How long a write waits for those of this process that came before (ms). */
  readonly turnMs: number;
}

/**
 * What Kysely holds for one query or one transaction. A writer waits for its turn before it takes a connection of the pool, so that a crowd of writers leaves the
 * others to those who read. A write outside a transaction gets one of its own, with turn, lock and fence as any other.
 */
export class SerialConnection implements EndedConnection {
  readonly #dependencies: SerialConnectionDependencies;
  #inner: DatabaseConnection | undefined;
  #hasTurn = false;
  #isInTransaction = false;

  constructor(dependencies: SerialConnectionDependencies) {
    this.#dependencies = dependencies;
  }

  async begin(): Promise<void> {
    const { turns, turnMs, fence } = this.#dependencies;
    await turns.take(turnMs);
    this.#hasTurn = true;
    const inner = await this.open();
    try {
      const { term } = fence;
      await inner.executeQuery(CompiledQuery.raw([`begin; select pg_advisory_xact_lock(${WRITERS})`, ...(term === undefined ? [] : [fenceSql(term)])].join('; ')));
      this.#isInTransaction = true;
    } catch (error) {
      // The transaction may have begun; given back like this, its connection would refuse whoever has it next.
      await this.rollback().catch(() => undefined); // of a connection that is gone
      if ((error as { code?: string }).code === FENCED) fence.onFenced();
      throw error;
    }
  }

  async beginReading(start: (inner: DatabaseConnection) => Promise<void>): Promise<void> {
    await start(await this.open());
    this.#isInTransaction = true;
  }

  /** Nothing to do when it was sent with the last statements. */
  async commit(): Promise<void> {
    if (!this.#isInTransaction) return;
    await (await this.open()).executeQuery(CompiledQuery.raw('commit'));
    this.#end();
  }

  async rollback(): Promise<void> {
    try {
      await this.#inner?.executeQuery(CompiledQuery.raw('rollback'));
    } finally {
      this.#end();
    }
  }

  async open(): Promise<DatabaseConnection> {
    return this.#inner ??= await this.#dependencies.acquire();
  }

  /** The turn goes with the transaction, and at the latest with the connection. Gives the pool's, where one was taken. */
  release(): DatabaseConnection | undefined {
    const inner = this.#inner;
    this.#inner = undefined;
    this.#end();
    return inner;
  }

  async executeQuery<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
    if (!this.#isInTransaction && writes(compiled)) return this.#executeAlone(compiled);
    return (await this.open()).executeQuery<Row>(compiled);
  }

  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('PostgreSQL is not streamed from: read in pages.');
  }

  async #executeAlone<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
    await this.begin();
    try {
      const result = await (await this.open()).executeQuery<Row>(compiled);
      await this.commit();
      return result;
    } catch (error) {
      await this.rollback().catch(() => undefined); // of a connection that is gone
      throw error;
    }
  }

  #end(): void {
    this.#isInTransaction = false;
    if (!this.#hasTurn) return;
    this.#hasTurn = false;
    this.#dependencies.turns.give();
  }
}

/** A renewal of the lease checks its term by itself, and must come in time however many writers wait. */
const isOfLease = (node: RootOperationNode): boolean => UpdateQueryNode.is(node) && node.table !== undefined && TableNode.is(node.table) && node.table.table.identifier.name === LEASE_TABLE;

/** Of raw SQL the first word decides: a `with` that writes has no place outside a transaction. */
function writes({ query, sql }: CompiledQuery): boolean {
  if (RawNode.is(query)) return /^\s*(insert|update|delete|merge)\b/i.test(sql);
  return (InsertQueryNode.is(query) || UpdateQueryNode.is(query) || DeleteQueryNode.is(query) || MergeQueryNode.is(query)) && !isOfLease(query);
}
