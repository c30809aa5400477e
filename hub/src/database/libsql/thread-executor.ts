import { Worker } from 'node:worker_threads';
import { isWithin } from '../../is-within.js';
import type { ThreadAnswer, ThreadCall, ThreadError, ThreadSettings } from './thread-protocol.js';
import type { Executor, StatementResult } from './statement.js';

export interface ThreadOptions extends ThreadSettings {
  /** The thread ended by itself. Every statement under way and to come is rejected: the program should end. */
  readonly onDeath: (error: Error) => void;
  /** For tests that take the thread away. */
  readonly onSpawn?: (worker: Worker) => void;
}

/** A close waits no longer, whatever the thread still waits for. */
const CLOSE_WITHIN_MS = 8_000;
/** A connection holds no objects for long. */
const YOUNG_GENERATION_MB = 4;

interface Call { resolve(result: StatementResult): void; reject(error: Error): void }

/** The worker beside this file: compiled when this is compiled, TypeScript when this runs from source (tsx, Vitest). */
function spawn(settings: ThreadSettings): Worker {
  const file = import.meta.url.endsWith('.ts') ? './libsql-worker-source.mjs' : './libsql-worker.js';
  // Not the flags of whoever started the hub.
  return new Worker(new URL(file, import.meta.url), { workerData: settings, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } });
}

/** One connection in a thread of its own, so that neither a statement nor the disk keeps the calling thread. Rejects with libSQL's error when the file can't be opened. */
export async function startThreadExecutor({ path, use, onDeath, onSpawn }: ThreadOptions): Promise<Executor> {
  const worker = spawn({ path, use });
  onSpawn?.(worker);
  const calls = new Map<number, Call>();
  let outgoing: ThreadCall[] = [];
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let lastId = 0;
  let death: Error | undefined;
  let isOpen = false;
  let closing: Promise<void> | undefined;

  function ended(reason: string, cause?: unknown): void {
    if (death !== undefined) return;
    death = new Error(`The thread of the database ${path} ended: ${reason}.`, { cause });
    for (const call of calls.values()) call.reject(death);
    calls.clear();
    if (isOpen && closing === undefined) onDeath(death);
  }

  /** What is asked in one go travels together: a message wakes the thread, which costs more than most statements. */
  function send(call: Omit<ThreadCall, 'id'>): Promise<StatementResult> {
    if (death !== undefined) return Promise.reject(death);
    return new Promise((resolve, reject) => {
      lastId += 1;
      calls.set(lastId, { resolve, reject });
      outgoing.push({ id: lastId, ...call });
      if (outgoing.length === 1) process.nextTick(post);
    });
  }

  function post(): void {
    const posted = outgoing;
    outgoing = [];
    worker.postMessage(posted);
  }

  function settle(answer: ThreadAnswer): void {
    const call = calls.get(answer.id);
    calls.delete(answer.id);
    if ('result' in answer) call?.resolve(answer.result);
    else call?.reject(toError(answer.error));
  }

  async function end(): Promise<void> {
    const asked = send({});
    // Forced, a thread that still waits for the disk would not end any sooner.
    if (await isWithin(asked.then(() => exited, () => exited), CLOSE_WITHIN_MS)) await asked;
    else worker.unref();
  }

  await new Promise<void>((resolve, reject) => {
    calls.set(0, { resolve: () => resolve(), reject });
    worker.on('error', (error) => ended(error instanceof Error ? error.message : String(error), error));
    worker.once('exit', (code) => ended(`exit code ${code}`));
    worker.on('message', (answers: ThreadAnswer[]) => answers.forEach(settle));
  });
  isOpen = true;
  return { execute: (statement) => closing === undefined ? send({ statement }) : Promise.reject(new Error('The database is closed.')), close: () => closing ??= end() };
}

/** Its stack is the caller's: that of the other thread says nothing. */
function toError({ message, ...members }: ThreadError): Error {
  return Object.assign(new Error(message), members);
}
