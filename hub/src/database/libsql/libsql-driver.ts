import { SelectQueryNode, type CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely';
import { Checkpoints } from './checkpoints.js';
import type { Executor, Statement, StatementResult } from './statement.js';
import { storable } from '../storable.js';
import type { EndedConnection } from '../together.js';
import { Turns } from '../turns.js';

export interface Executors {
  readonly writer: Executor;
  /** For queries outside a transaction, so that they never wait for a commit. The writer itself when there is no other connection. */
  readonly reader: Executor;
}

/** Transactions and single writes take turns on the one connection that writes. What a commit wrote is seen by every query that is asked after it was answered. */
export class LibsqlDriver implements Driver {
  readonly #executors: Executors;
  readonly #turns = new Turns();
  readonly #checkpoints: Checkpoints | undefined;

  constructor(executors: Executors) {
    this.#executors = executors;
    this.#checkpoints = executors.reader === executors.writer ? undefined : new Checkpoints(executors);
  }

  async init(): Promise<void> { /* the executors are open */ }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new LibsqlConnection(this.#executors, this.#turns);
  }

  async beginTransaction(connection: LibsqlConnection): Promise<void> {
    await connection.begin();
  }

  async commitTransaction(connection: LibsqlConnection): Promise<void> {
    await connection.commit();
  }

  async rollbackTransaction(connection: LibsqlConnection): Promise<void> {
    await connection.rollback();
  }

  async releaseConnection(connection: LibsqlConnection): Promise<void> {
    if (connection.release()) this.#checkpoints?.onWrite();
  }

  async destroy(): Promise<void> {
    const { writer, reader } = this.#executors;
    try {
      if (reader !== writer) await reader.close();
    } finally {
      await writer.close(); // the last one: it moves what the log holds into the file
    }
  }
}

/** `begun`: its first statement was sent, and `begin` with it. `ending`: so was `commit`, which may fail and leave it open. */
type TransactionState = 'none' | 'wanted' | 'begun' | 'ending' | 'over';

/** What Kysely holds for one query or one transaction. It has the writer's turn only as long as it needs it. */
class LibsqlConnection implements EndedConnection {
  readonly #executors: Executors;
  readonly #turns: Turns;
  #transaction: TransactionState = 'none';
  #isReleased = false;
  #hasWritten = false;

  constructor(executors: Executors, turns: Turns) {
    this.#executors = executors;
    this.#turns = turns;
  }

  async begin(): Promise<void> {
    await this.#turns.take();
    this.#transaction = 'wanted';
  }

  async commit(): Promise<void> {
    const isBegun = this.#transaction === 'begun';
    this.#transaction = isBegun ? 'ending' : 'over';
    if (!isBegun) return;
    await this.#executors.writer.execute({ sql: 'commit', parameters: [], transaction: 'within' });
    this.#transaction = 'over';
  }

  /** Also after a commit that failed: left open, the transaction would be part of whatever is written next. */
  async rollback(): Promise<void> {
    const isOpen = this.#transaction === 'begun' || this.#transaction === 'ending';
    this.#transaction = 'over';
    if (isOpen) await this.#executors.writer.execute({ sql: 'rollback', parameters: [], transaction: 'ends' });
  }

  /** Says whether it had written. */
  release(): boolean {
    if (this.#transaction !== 'none' && !this.#isReleased) this.#turns.give();
    this.#isReleased = true;
    return this.#hasWritten;
  }

  async executeQuery<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes, insertId } = await this.#run({ sql, parameters: parameters.map(storable) }, SelectQueryNode.is(query));
    return {
      rows: rows as Row[], // as the query's types say
      ...(changes === undefined ? {} : { numAffectedRows: BigInt(changes) }), ...(insertId === undefined ? {} : { insertId: BigInt(insertId) }),
    };
  }

  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('libSQL does not stream: read in pages.');
  }

  async #run(statement: Statement, isQuery: boolean): Promise<StatementResult> {
    const { writer, reader } = this.#executors;
    // It would stand by itself, whatever became of the transaction it was meant for.
    if (this.#transaction === 'over' || this.#transaction === 'ending') throw new Error('A statement came after its transaction had ended.');
    if (this.#transaction !== 'none') {
      const transaction = this.#transaction === 'wanted' ? 'begins' : 'within';
      this.#transaction = 'begun';
      this.#hasWritten = true;
      return writer.execute({ ...statement, transaction });
    }
    if (isQuery && reader !== writer) return reader.execute(statement);
    await this.#turns.take();
    this.#hasWritten = true;
    try {
      return await writer.execute(statement);
    } finally {
      this.#turns.give();
    }
  }
}
