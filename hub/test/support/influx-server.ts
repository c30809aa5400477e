import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, isExecutable } from './find-program.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

/** A real InfluxDB 2 on a loopback port, with a data folder of its own that goes when it stops. */
export interface InfluxServer {
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  readonly token: string;
  /** SIGKILL: what a power cut leaves. */
  kill(): Promise<void>;
  /** Stops it from answering without ending it; `resume` lets it go on. */
  pause(): void;
  resume(): void;
  /** Starts it again after `kill`, on the same port and folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What brings influxd; goes with `describeWithServer`. */
export const INFLUXD_HINT = 'set INFLUXD_BIN=/path/to/influxd (2.x), or run .ci/run, which builds it';
const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;

/** Where influxd is: INFLUXD_BIN, the cache that `.ci/run` builds into, or the PATH; undefined when there is none. */
export function findInfluxd(): string | undefined {
  const named = process.env['INFLUXD_BIN'];
  if (named !== undefined && named !== '') return isExecutable(named) ? named : undefined;
  const cached = join(homedir(), '.cache/liandong/bin/influxd');
  return isExecutable(cached) ? cached : findProgram('influxd');
}

export async function startInfluxServer(binary: string): Promise<InfluxServer> {
  const folder = await mkdtemp(join(tmpdir(), 'liandong-influx-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const account = { org: 'liandong', bucket: 'telemetry', token: 'a-token-for-tests' };
  let child: ChildProcess | undefined;

  async function run(): Promise<void> {
    child = spawn(binary, [
      '--bolt-path', join(folder, 'influxd.bolt'), '--engine-path', join(folder, 'engine'), '--sqlite-path', join(folder, 'influxd.sqlite'),
      '--http-bind-address', `127.0.0.1:${port}`, '--reporting-disabled', '--log-level', 'error',
    ], { stdio: 'ignore', env: { HOME: folder, PATH: process.env['PATH'] } });
    await untilHealthy(url, child);
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  try {
    await run();
    await setUp(url, account);
  } catch (error) {
    await kill();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url, ...account, kill, restart: run,
    pause: () => { child?.kill('SIGSTOP'); },
    resume: () => { child?.kill('SIGCONT'); },
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function setUp(url: string, account: { org: string; bucket: string; token: string }): Promise<void> {
  const answer = await fetch(`${url}/api/v2/setup`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'tests', password: 'only-for-tests', ...account }),
  });
  if (answer.status !== 201) throw new Error(`InfluxDB set-up answered ${answer.status}: ${await answer.text()}`);
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  await waitFor(`influxd at ${url} is ready or gone`, async () => child.exitCode !== null || (await fetch(`${url}/health`)).ok,
    { timeoutMs: READY_WITHIN_MS, intervalMs: POLL_MS });
  if (child.exitCode !== null) throw new Error(`influxd ended with code ${child.exitCode} before it was ready`);
}
