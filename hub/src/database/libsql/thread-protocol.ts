import type { Use } from './libsql-file.js';
import type { Statement, StatementResult } from './statement.js';

export interface ThreadSettings { readonly path: string; readonly use: Use }
/** Without a statement: close the file and end. A message to the thread is an array of these, and one from it an array of answers. */
export interface ThreadCall { readonly id: number; readonly statement?: Statement }
/** Errors don't keep their own members across threads, so these go by themselves. */
export interface ThreadError { readonly name: string; readonly message: string; readonly code?: string; readonly rawCode?: number }
/** `id` 0: the file is open. */
export type ThreadAnswer = { readonly id: number; readonly result: StatementResult } | { readonly id: number; readonly error: ThreadError };
