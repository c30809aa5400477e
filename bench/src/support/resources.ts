import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnedProcess } from './owned-process.js';

/** The processes and the folder of one path. Everything goes with `release`, or at once with `releaseNow`. */
export class Resources {
  readonly folder = mkdtempSync(join(tmpdir(), 'liandong-bench-'));
  readonly #processes: OwnedProcess[] = [];
  #isReleased = false;

  /** Starts a program with nothing of our environment but what it is given; its output goes to a file. */
  start(name: string, program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): OwnedProcess {
    const logFile = join(this.folder, `${name.replace(/\W+/g, '-').toLowerCase()}.log`);
    const log = openSync(logFile, 'a');
    try {
      const child = spawn(program, args, { stdio: ['ignore', log, log], cwd: this.folder, env: { HOME: this.folder, TZ: 'UTC', ...environment } });
      return this.own(name, child, logFile);
    } finally {
      closeSync(log);
    }
  }

  own(name: string, child: ChildProcess, logFile?: string): OwnedProcess {
    const owned = new OwnedProcess(name, child, logFile);
    this.#processes.push(owned);
    if (this.#isReleased) owned.killNow();
    return owned;
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    for (const owned of this.#processes.splice(0).reverse()) await owned.end();
    this.#removeFolder();
  }

  /** For the moment before the run itself ends. */
  releaseNow(): void {
    this.#isReleased = true;
    for (const owned of this.#processes.splice(0)) owned.killNow();
    this.#removeFolder();
  }

  #removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
