/** The thread that owns the DuckDB file. Loads nothing of the hub but its neighbours here, so it starts fast from source and from dist. */
import { copyFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { openDuckdb, readPosition, readSeries, type DuckdbDatabase } from './duckdb-database.js';
import { loadHeads } from './duckdb-heads.js';
import type { DuckdbMessage, DuckdbReply, DuckdbSettings, ScanAnswer } from './duckdb-protocol.js';
import { createDuckdbReader, type DuckdbReader } from './duckdb-reader.js';
import { createDuckdbScanner, type DuckdbScanner } from './duckdb-scanner.js';
import { createDuckdbWriter, DuckdbDeadError, type DuckdbWriter } from './duckdb-writer.js';
import { createLane } from './lane.js';

const port = parentPort;
if (port === null) throw new Error('duckdb-worker runs as a worker thread only');

interface Opened { readonly database: DuckdbDatabase; readonly reader: DuckdbReader; readonly scanner: DuckdbScanner; readonly writer: DuckdbWriter; readonly checkpoints: NodeJS.Timeout }
let opened: Opened | undefined;
/** Writes don't wait for reads, and neither for long passes; each kind is in order among itself. */
const writes = createLane();
const reads = createLane();
const scans = createLane();

async function open(settings: DuckdbSettings): Promise<unknown> {
  const database = await openDuckdb(settings);
  const series = await readSeries(database);
  const heads = await loadHeads(database, series.ids.at(-1) ?? 0);
  const checkpoints = setInterval(() => void writes(() => checkpoint(database)), settings.checkpointEveryMs);
  opened = { database, reader: createDuckdbReader(database), scanner: createDuckdbScanner(database), writer: createDuckdbWriter(database, heads), checkpoints };
  return { series };
}

/** Keeps the log short, so that a start after a crash is quick. A read in progress can put it off: the next turn will do. */
async function checkpoint({ writer }: DuckdbDatabase): Promise<void> {
  await writer.run('CHECKPOINT').catch((error: unknown) => reply({ id: 0, ok: false, message: `checkpoint: ${messageOf(error)}` }));
}

/**
 * No write comes between checkpoint and copy, so the file is whole without its log; readers only keep the checkpoint waiting. Closing the file that was read ends
 * the process's lock on it (POSIX); it is the journal's lock that keeps others out of the data folder.
 */
async function copyTo({ path: file, writer }: DuckdbDatabase, path: string): Promise<void> {
  await scans(() => reads(() => writer.run('CHECKPOINT').then(() => undefined)));
  await copyFile(file, path);
}

/** After everything that was asked before. */
async function close(): Promise<void> {
  opened?.scanner.stop();
  await writes(() => scans(() => reads(async () => {
    if (opened === undefined) return;
    const { database, checkpoints } = opened;
    opened = undefined;
    clearInterval(checkpoints);
    await checkpoint(database);
    database.close();
  })));
}

function parts(): Opened {
  if (opened === undefined) throw new Error('the store is not open');
  return opened;
}

async function answer(message: DuckdbMessage): Promise<unknown> {
  switch (message.call) {
    case 'open': return open(message.request);
    case 'write': return writes(() => parts().writer.write(message.request));
    case 'position': return writes(() => readPosition(parts().database));
    case 'latest': return reads(() => parts().reader.latest(message.request.series));
    case 'history': return reads(() => parts().reader.history(message.request));
    case 'raw': return reads(() => parts().reader.raw(message.request));
    case 'summarise': return reads(() => parts().reader.summarise(message.request));
    case 'events': return reads(() => parts().reader.events(message.request));
    case 'scanCounts': return scans(() => parts().scanner.counts(message.request));
    case 'scan': return scans(() => parts().scanner.read(message.request));
    case 'stopScan': return parts().scanner.stop(message.request);
    // No read may be looking at a table that is dropped.
    case 'dropBefore': return writes(() => scans(() => reads(() => parts().writer.dropBefore(message.request))));
    case 'copyTo': return writes(() => copyTo(parts().database, message.request.path));
    case 'ping': return void parts();
    case 'close': return close(); // and then `end`
  }
}

function reply(answered: DuckdbReply): void {
  port?.postMessage(answered, answered.ok ? buffersIn(answered.answer) : []);
}

function buffersIn(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return [];
  // The answer shapes with a `ts`, PointColumns and SummaryColumns, are columns and nothing else; a scan's answer holds such columns.
  const columns: Readonly<Record<string, ArrayBufferView>> = 'points' in value ? { ...(value as ScanAnswer).points } : 'ts' in value ? { ...value as Record<string, ArrayBufferView> } : {};
  return Object.values(columns).map(({ buffer }) => buffer as ArrayBuffer); // never shared memory
}

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

async function serve(message: DuckdbMessage): Promise<void> {
  try {
    reply({ id: message.id, ok: true, answer: await answer(message) });
  } catch (error) {
    reply({ id: message.id, ok: false, message: messageOf(error) });
    if (error instanceof DuckdbDeadError) return end(); // the parent sees it and starts a new thread on the same file
  }
  if (message.call === 'close') await end();
}

/** The thread ends by having nothing left to do: ended by force with a query in flight, DuckDB's binding takes the whole process along. */
async function end(): Promise<void> {
  await close();
  port?.close();
}

port.on('message', (message: DuckdbMessage) => void serve(message));
