/** One statement; `begins`: a transaction begins right before it. */
export interface Statement { readonly sql: string; readonly parameters: readonly unknown[]; readonly begins?: boolean }
/** `changes` and `insertId` are of a statement that answers no rows. */
export interface StatementResult { readonly rows: readonly Record<string, unknown>[]; readonly changes?: number; readonly insertId?: number }

/** Runs statements on one connection, one after the other in the order they were given, wherever that may be. */
export interface Executor {
  /** Rejects with libSQL's own error, `code` included (SQLITE_CONSTRAINT_…). */
  execute(statement: Statement): Promise<StatementResult>;
  /** After what was asked before; nothing may be asked afterwards. */
  close(): Promise<void>;
}
