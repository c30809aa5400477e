/**
 * One statement. `transaction`: a transaction begins right before it (`begins`); it belongs to the one that is open (`within`), and is refused when a statement of that has failed, or libSQL has ended it by itself, as it does
 * when the disk is full or fails: it would stand without the rest; it takes back the one that is open, if there still is one (`ends`).
 */
export interface Statement { readonly sql: string; readonly parameters: readonly unknown[]; readonly transaction?: 'begins' | 'within' | 'ends' }
/** `changes` and `insertId` are of a statement that answers no rows. */
export interface StatementResult { readonly rows: readonly Record<string, unknown>[]; readonly changes?: number; readonly insertId?: number }

/** Runs statements on one connection, one after the other in the order they were given, wherever that may be. */
export interface Executor {
  /** Rejects with libSQL's own error, `code` included (SQLITE_CONSTRAINT_…). */
  execute(statement: Statement): Promise<StatementResult>;
  /** After what was asked before; nothing may be asked afterwards. */
  close(): Promise<void>;
}
