import { spawn, type ChildProcess } from 'node:child_process';

/** How a process ended: its exit code, or the signal that ended it. */
export interface Exit { code: number | null; signal: NodeJS.Signals | null }

export interface ChildOptions { cwd?: string; env?: NodeJS.ProcessEnv; stdin?: string }

/** A started program whose output is kept (the last 1 MiB of each stream). */
export interface Child {
  readonly pid: number | undefined;
  readonly exited: Promise<Exit>;
  isRunning(): boolean;
  stdout(): string;
  stderr(): string;
  /** Sends a signal and waits for the end, by SIGKILL if it takes longer than `graceMs`. */
  end(signal?: NodeJS.Signals, graceMs?: number): Promise<Exit>;
  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void;
}

const KEPT_CHARS = 1 << 20;

/** Starts a program. One that can't be started rejects `exited`. */
export function startChild(program: string, args: string[], options: ChildOptions = {}): Child {
  const child = spawn(program, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
  // A program that ends before it reads its input breaks the pipe; its exit code tells the story.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const kept = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => { kept[stream] = (kept[stream] + text).slice(-KEPT_CHARS); });
  }
  const exited = exitOf(child);
  // Callers that never ask for the end must not get an unhandled rejection; those that do still see it.
  exited.catch(() => undefined);
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid,
    exited,
    isRunning,
    stdout: () => kept.stdout,
    stderr: () => kept.stderr,
    signal: (signal) => { child.kill(signal); },
    async end(signal = 'SIGTERM', graceMs = 10_000) {
      if (isRunning()) child.kill(signal);
      const timer = setTimeout(() => { child.kill('SIGKILL'); }, graceMs);
      return exited.finally(() => { clearTimeout(timer); });
    },
  };
}

/** Runs a program to its end. */
export async function runChild(program: string, args: string[], options: ChildOptions & { timeoutMs?: number } = {}): Promise<Exit & { stdout: string; stderr: string }> {
  const child = startChild(program, args, options);
  const timer = setTimeout(() => { child.signal('SIGKILL'); }, options.timeoutMs ?? 30_000);
  const exit = await child.exited.finally(() => { clearTimeout(timer); });
  return { ...exit, stdout: child.stdout(), stderr: child.stderr() };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => { resolve({ code, signal }); });
  });
}
