/** A thread that owns one connection to the relational database. Loads nothing of the hub but its neighbours here, so it starts fast and stays small. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLibsqlFile } from './libsql-file.js';
import type { ThreadReply, ThreadRequest, ThreadSettings } from './thread-protocol.js';

const port = parentPort;
if (port === null) throw new Error('libsql-worker runs as a worker thread only');

const { path, use } = workerData as ThreadSettings; // given by the executor that started this thread
const file = openLibsqlFile(path, use);
const reply = (answer: ThreadReply): void => { port.postMessage(answer); };

function serve(request: ThreadRequest): void {
  const { id } = request;
  try {
    if (request.statement !== undefined) return reply({ id, result: file.run(request.statement) });
    file.close();
    reply({ id, result: { rows: [] } });
  } catch (error) {
    reply({ id, error: error instanceof Error ? { ...error, name: error.name, message: error.message } : { name: 'Error', message: String(error) } });
  }
  if (request.statement === undefined) port?.close();
}

port.on('message', serve);
reply({ id: 0, result: { rows: [] } }); // it is open
