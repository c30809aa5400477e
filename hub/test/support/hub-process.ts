import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child, type Exit } from './child.js';
import { freePort } from './free-port.js';
import { signIn, type HubClient } from './hub-client.js';
import { waitFor } from './wait-for.js';

/** The hub as `npm run build` leaves it: a stale build is a stale test. */
export const HUB_ENTRY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface HubProcessOptions {
  /** Settings on top of, or instead of, the ones chosen here. Nothing else of this process's environment but PATH and HOME is passed on. */
  env?: Record<string, string>;
  /** Of the command line, such as `--role edge`. */
  args?: readonly string[];
  /** Another program in the hub's place. */
  entry?: string;
  /** How long a start may take. */
  readyTimeoutMs?: number;
}

/** The built hub as a process of its own, on free loopback ports, with a data folder of its own. */
export interface HubProcess {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly mqttPort: number;
  readonly dataDir: string;
  /** Password of user `admin`. */
  readonly adminPassword: string;
  readonly pid: number | undefined;
  /** All that every run so far wrote. */
  stdout(): string;
  stderr(): string;
  /** Starts it and waits until `GET /readyz` answers 200. No-op while it runs. */
  start(env?: Record<string, string>): Promise<void>;
  /** Ends it by SIGTERM; `exit.signal` is SIGKILL if that took over 15 s. */
  stop(): Promise<Exit>;
  /** Ends it by `signal`, SIGKILL by default, and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Same ports and folder; `env` adds to the settings from now on. */
  restart(env?: Record<string, string>): Promise<void>;
  signIn(username?: string, password?: string): Promise<HubClient>;
  /** Kills it and removes its folder. */
  dispose(): Promise<void>;
}

/** Starts a hub and waits until it is ready. @throws Error with its output when it ends first */
export async function startHub(options: HubProcessOptions = {}): Promise<HubProcess> {
  const hub = await prepareHub(options);
  try {
    await hub.start();
  } catch (error) {
    await hub.dispose();
    throw error;
  }
  return hub;
}

/** Runs a hub that is expected to end by itself, such as one with a bad setting. */
export async function runHubToExit(env: Record<string, string>, timeoutMs = 20_000): Promise<Exit & { stdout: string; stderr: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'liandong-hub-'));
  const child = startChild(process.execPath, [HUB_ENTRY], { env: { ...await defaults(dataDir), ...env } });
  const timer = setTimeout(() => { child.signal('SIGKILL'); }, timeoutMs);
  const exit = await child.exited.finally(() => { clearTimeout(timer); });
  await rm(dataDir, { recursive: true, force: true });
  return { ...exit, stdout: child.stdout(), stderr: child.stderr() };
}

async function prepareHub({ env = {}, args = [], entry = HUB_ENTRY, readyTimeoutMs = 30_000 }: HubProcessOptions): Promise<HubProcess> {
  const ownFolder = await mkdtemp(join(tmpdir(), 'liandong-hub-'));
  const settings = { ...await defaults(ownFolder), ...env };
  const url = `http://127.0.0.1:${settings.PORT}`;
  const past = { stdout: '', stderr: '' };
  let child: Child | undefined;

  const keepOutput = () => {
    past.stdout += child?.stdout() ?? '';
    past.stderr += child?.stderr() ?? '';
  };
  const hub: HubProcess = {
    url, port: Number(settings.PORT), mqttPort: Number(settings.MQTT_PORT), dataDir: settings.DATA_DIR, adminPassword: settings.ADMIN_PASSWORD,
    get pid() { return child?.pid; },
    stdout: () => past.stdout + (child?.stdout() ?? ''),
    stderr: () => past.stderr + (child?.stderr() ?? ''),
    async start(more = {}) {
      if (child?.isRunning()) return;
      keepOutput();
      Object.assign(settings, more);
      const started = child = startChild(process.execPath, [entry, ...args], { env: settings });
      await waitFor('The hub is ready', async () => !started.isRunning() || await isReady(url), { timeoutMs: readyTimeoutMs, intervalMs: 50 })
        .catch((error: unknown) => { throw new Error(`The hub is not ready:\n${started.stdout()}\n${started.stderr()}`, { cause: error }); });
      if (!started.isRunning()) throw new Error(`The hub ended before it was ready:\n${started.stdout()}\n${started.stderr()}`);
    },
    stop: async () => await child?.end('SIGTERM', 15_000) ?? NEVER_RAN,
    kill: async (signal = 'SIGKILL') => await child?.end(signal, 15_000) ?? NEVER_RAN,
    async restart(more) { await hub.stop(); await hub.start(more); },
    signIn: (username = 'admin', password = settings.ADMIN_PASSWORD) => signIn(url, username, password),
    async dispose() { await hub.kill(); await rm(ownFolder, { recursive: true, force: true }); },
  };
  return hub;
}

const NEVER_RAN: Exit = { code: null, signal: null };

async function defaults(dataDir: string) {
  return {
    PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TZ: 'UTC',
    HOST: '127.0.0.1', PORT: String(await freePort()), MQTT_HOST: '127.0.0.1', MQTT_PORT: String(await freePort()),
    DATA_DIR: dataDir, ADMIN_PASSWORD: 'correct-horse-battery', DEMO: '0',
  };
}

/** A refused connection is "not yet". */
async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}
