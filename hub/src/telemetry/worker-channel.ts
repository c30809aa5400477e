import type { Worker } from 'node:worker_threads';
import { isWithin } from '../is-within.js';
import { AppError, StartError } from '../problem.js';
import type { DuckdbCall, DuckdbCalls, DuckdbReply } from './duckdb-protocol.js';
import type { StoreLog } from './store-log.js';

export interface WorkerChannel {
  /** Starts the thread and opens the file. @throws StartError when the file can't be opened. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Rejects with AppError STORE_UNAVAILABLE while the thread is down, when too many reads are waiting, and when the database refuses. */
  call<K extends Exclude<DuckdbCall, 'open' | 'close'>>(call: K, request: DuckdbCalls[K]['request'], move?: ArrayBuffer[]): Promise<DuckdbCalls[K]['answer']>;
}

export interface WorkerChannelOptions {
  readonly createWorker: () => Worker;
  readonly settings: DuckdbCalls['open']['request'];
  readonly onOpen: (answer: DuckdbCalls['open']['answer']) => void;
  readonly log: StoreLog;
  /** First wait before a dead thread is started again; doubles up to 30 s. */
  readonly restartDelayMs: number;
}

const LONGEST_RESTART_DELAY_MS = 30_000;
/** Reads come from anyone; writes, retention and pings each from one loop that waits, so they are not turned away for reads. */
const READS: ReadonlySet<DuckdbCall> = new Set(['latest', 'history', 'raw', 'events']);
const MOST_CALLS_PENDING = 256;
const CLOSE_WITHIN_MS = 8_000;

interface Call { resolve(answer: unknown): void; reject(error: Error): void }
/** One life of the thread; calls in flight die with it. */
interface Session { readonly worker: Worker; readonly calls: Map<number, Call>; readonly exited: Promise<void>; isOpen: boolean }

/** Requests and answers over one worker thread that is started again, with growing waits, when it dies. */
export function createWorkerChannel({ createWorker, settings, onOpen, log, restartDelayMs }: WorkerChannelOptions): WorkerChannel {
  let session: Session | undefined;
  let restart: NodeJS.Timeout | undefined;
  /** Settles when a start in progress has come to an end, well or not. */
  let opening: Promise<void> = Promise.resolve();
  let failures = 0;
  let isStopped = true;
  let nextId = 1;

  function spawn(): Session {
    const worker = createWorker();
    const calls = new Map<number, Call>();
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const life: Session = { worker, calls, exited, isOpen: false };
    let reason = 'its thread ended';
    worker.on('error', (error) => { reason = String(error); });
    worker.on('message', (reply: DuckdbReply) => settle(life, reply));
    worker.once('exit', () => {
      for (const call of calls.values()) call.reject(unavailable(reason));
      calls.clear();
      if (life.isOpen) lost(reason);
    });
    return life;
  }

  function settle({ calls }: Session, reply: DuckdbReply): void {
    const call = calls.get(reply.id);
    calls.delete(reply.id);
    if (reply.ok) call?.resolve(reply.answer);
    else if (call !== undefined) call.reject(unavailable(reply.message));
    else log.warn({ reason: reply.message }, 'The telemetry store reported a problem');
  }

  function send<K extends DuckdbCall>(to: Session, call: K, request: DuckdbCalls[K]['request'], move: ArrayBuffer[] = []): Promise<DuckdbCalls[K]['answer']> {
    return new Promise((resolve, reject) => {
      const id = nextId;
      nextId += 1;
      to.calls.set(id, { resolve: (answer) => resolve(answer as DuckdbCalls[K]['answer']), reject }); // the worker answers in kind
      to.worker.postMessage({ id, call, request }, move);
    });
  }

  async function open(): Promise<void> {
    const life = spawn();
    try {
      const answer = await send(life, 'open', settings);
      if (isStopped) throw unavailable('the hub is stopping');
      session = life;
      life.isOpen = true;
      failures = 0;
      onOpen(answer);
    } catch (error) {
      await shut(life);
      throw error;
    }
  }

  function lost(reason: string): void {
    session = undefined;
    if (isStopped) return;
    const waitMs = Math.min(restartDelayMs * 2 ** failures, LONGEST_RESTART_DELAY_MS);
    failures += 1;
    log.warn({ reason, waitMs }, 'The telemetry store is down and will be opened again');
    restart = setTimeout(openAgain, waitMs);
  }

  /** Lets the thread finish and end by itself. One that doesn't in time is left behind: forced, it could take the process along. */
  async function shut(life: Session): Promise<void> {
    life.isOpen = false;
    send(life, 'close', null).catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'The telemetry store did not close cleanly'));
    if (await isWithin(life.exited, CLOSE_WITHIN_MS)) return;
    log.warn({ path: settings.path }, 'The telemetry store is still busy and was left behind');
    life.worker.unref();
  }

  function openAgain(): void {
    opening = open().catch((error: unknown) => lost(reasonOf(error)));
  }

  return {
    async start() {
      if (!isStopped) return;
      isStopped = false;
      try {
        const first = open();
        opening = first.catch(() => undefined); // `first` itself reports it
        await first;
      } catch (error) {
        isStopped = true;
        throw new StartError(
          `The telemetry store ${settings.path} in DATA_DIR can't be opened (${reasonOf(error)}). Is another program using it, may it be written, or is it damaged? Repair it, move it away, or set DATA_DIR to another folder.`,
          { cause: error });
      }
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      clearTimeout(restart);
      await isWithin(opening, CLOSE_WITHIN_MS); // or it ends by itself as soon as it is open
      const last = session;
      session = undefined;
      if (last !== undefined) await shut(last);
    },
    async call(call, request, move) {
      if (session === undefined || isStopped) throw unavailable();
      if (READS.has(call) && session.calls.size >= MOST_CALLS_PENDING) throw unavailable('too many reads are waiting for it');
      return send(session, call, request, move);
    },
  };
}

const unavailable = (reason?: string): AppError => new AppError('STORE_UNAVAILABLE', undefined, reason === undefined ? undefined : { cause: new Error(reason) });

/** First line of what the database said. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]?.slice(0, 200) ?? '';
}
