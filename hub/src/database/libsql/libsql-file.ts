import LibsqlDatabase from 'libsql';
import { KEPT_BYTES } from './checkpoints.js';
import type { Statement, StatementResult } from './statement.js';

/** One connection to the file; keeps the thread while a statement runs. */
export interface LibsqlFile {
  run(statement: Statement): StatementResult;
  close(): void;
}

/** `reads`: for queries alone, beside a connection that writes. `copies`: for a backup beside it; closing moves nothing out of the log, as the one that writes would have to wait for that. */
export type Use = 'writes' | 'reads' | 'copies';

/** Every commit is synced: an acknowledged alert must survive a power cut. `wal_autocheckpoint`: in pages; long before, `Checkpoints` does it beside the commits where there is a connection to do so. `journal_size_limit`: what a log that a storm made long keeps of the disk. */
const PRAGMAS: Record<Use, readonly string[]> = {
  writes: ['journal_mode = WAL', 'synchronous = FULL', 'wal_autocheckpoint = 65536', `journal_size_limit = ${KEPT_BYTES.quiet}`, 'foreign_keys = ON', 'busy_timeout = 5000'],
  reads: ['busy_timeout = 5000', 'query_only = ON'],
  copies: ['busy_timeout = 5000'],
};

/** Statements kept ready: those of every alert are the same few, and a batch of another size is another one. */
const KNOWN_STATEMENTS = 200;

/** Opens or makes the file; `:memory:` is a database of its own. Throws libSQL's error when it can't be opened. */
export function openLibsqlFile(path: string, use: Use): LibsqlFile {
  const file = new LibsqlDatabase(path);
  for (const pragma of PRAGMAS[use]) file.pragma(pragma);
  const known = new Map<string, LibsqlDatabase.Statement>();

  /** Preparing costs as much as running; the least lately used goes first. */
  function prepare(sql: string): LibsqlDatabase.Statement {
    const statement = known.get(sql) ?? file.prepare(sql);
    known.delete(sql);
    known.set(sql, statement);
    const [oldest] = known.size > KNOWN_STATEMENTS ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    return statement;
  }

  function execute(sql: string, parameters: readonly unknown[]): StatementResult {
    const statement = prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as Record<string, unknown>[] }; // rows are objects unless asked otherwise
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { rows: [], changes, insertId: Number(lastInsertRowid) };
  }

  /** A statement of the open transaction failed: what was sent with it, the commit among it, must not stand without it. */
  let hasFailed = false;

  function executeWithin({ sql, parameters, transaction }: Statement): StatementResult {
    if (transaction === 'begins') {
      hasFailed = true; // until it has begun: what was sent with it would join one that was left open
      execute('begin', []);
      hasFailed = false;
    } else if (transaction === 'ends') {
      hasFailed = false;
      if (!file.inTransaction) return { rows: [] };
    } else if (hasFailed) throw new Error('Another statement of its transaction failed before.');
    else if (!file.inTransaction) throw new Error('A statement came after libSQL had ended its transaction.');
    try {
      return execute(sql, parameters);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  }

  return {
    run: (statement) => statement.transaction === undefined ? execute(statement.sql, statement.parameters) : executeWithin(statement),
    close() {
      known.clear();
      // Not left to the close: statements that were kept may outlive it, and then nothing would be moved out of the log.
      if (use === 'writes' && path !== ':memory:') file.pragma('wal_checkpoint(TRUNCATE)');
      file.close();
    },
  };
}
