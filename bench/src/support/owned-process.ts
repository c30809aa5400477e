import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const END_WITHIN_MS = 5_000;
const SHOWN_LINES = 12;

/** Nice value of a load that is to stand for machines elsewhere. */
const YIELDING = 10;

/** A process this run has started, and ends. */
export class OwnedProcess {
  readonly name: string;
  readonly process: ChildProcess;
  readonly #logFile: string | undefined;

  constructor(name: string, process: ChildProcess, logFile?: string) {
    this.name = name;
    this.process = process;
    this.#logFile = logFile;
    process.on('error', () => undefined); // shows as a process that does not run
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.name} could not be started`);
    return this.process.pid;
  }

  isRunning(): boolean {
    return this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** @throws Error with the end of its log when it has ended */
  assertRunning(): void {
    if (!this.isRunning()) throw new Error(`${this.name} has ended (code ${this.process.exitCode ?? this.process.signalCode ?? 'none'})\n${this.logEnd()}`);
  }

  log(): string {
    return this.#logFile === undefined ? '' : readFileSync(this.#logFile, 'utf8');
  }

  logEnd(): string {
    return this.log().trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  }

  /** Stops it where it is, sockets open: to its peers it is a program that does not read. */
  freeze(): void { this.process.kill('SIGSTOP'); }
  thaw(): void { this.process.kill('SIGCONT'); }

  /** From now on its main thread gets the processor when nobody of the usual priority wants it. */
  giveWay(): void { setPriority(this.pid, YIELDING); }

  /** SIGTERM, and SIGKILL when it takes too long. */
  async end(): Promise<void> {
    if (!this.isRunning()) return;
    const ended = once(this.process, 'exit');
    const giveUp = setTimeout(() => this.process.kill('SIGKILL'), END_WITHIN_MS);
    this.process.kill('SIGTERM');
    this.thaw(); // a frozen one takes no signal but SIGKILL
    await ended;
    clearTimeout(giveUp);
  }

  killNow(): void {
    if (this.isRunning()) this.process.kill('SIGKILL');
  }
}
