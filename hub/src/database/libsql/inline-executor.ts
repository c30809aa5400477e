import { openLibsqlFile } from './libsql-file.js';
import type { Executor } from './statement.js';

/** On the calling thread: nothing to start, for tests and short programs. Throws libSQL's error when the file can't be opened. */
export function createInlineExecutor(path: string): Executor {
  const file = openLibsqlFile(path, 'writes');
  return {
    execute: async (statement) => file.run(statement),
    close: async () => { file.close(); },
  };
}
