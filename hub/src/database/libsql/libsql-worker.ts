/** A thread that owns one connection to the relational database. Loads nothing of the hub but its neighbours here, so it starts fast and stays small. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLibsqlFile } from './libsql-file.js';
import type { StatementResult } from './statement.js';
import type { ThreadAnswer, ThreadCall, ThreadSettings } from './thread-protocol.js';

const port = parentPort;
if (port === null) throw new Error('libsql-worker runs as a worker thread only');

const { path, use } = workerData as ThreadSettings; // given by the executor that started this thread
const file = openLibsqlFile(path, use);
const NOTHING: StatementResult = { rows: [] };

function answer({ id, statement }: ThreadCall): ThreadAnswer {
  try {
    if (statement !== undefined) return { id, result: file.run(statement) };
    file.close();
    return { id, result: NOTHING };
  } catch (error) {
    return { id, error: error instanceof Error ? { ...error, name: error.name, message: error.message } : { name: 'Error', message: String(error) } };
  }
}

port.on('message', (calls: ThreadCall[]) => {
  port.postMessage(calls.map(answer));
  if (calls.some(({ statement }) => statement === undefined)) port.close();
});
port.postMessage([{ id: 0, result: NOTHING }] satisfies ThreadAnswer[]); // it is open
