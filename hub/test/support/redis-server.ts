import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { startChild, type Child } from './child.js';
import { findProgram } from './find-program.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

/** What brings Redis, for `describeWithServer`. */
export const REDIS_HINT = 'apt-get install redis-server';

/** Path of the `redis-server` program, or undefined when it is not installed. */
export const findRedis = (): string | undefined => findProgram('redis-server');

/** A real Redis on a loopback port that keeps nothing on disk. */
export interface RedisServer {
  readonly url: string;
  /** Starts it again after `kill`, on the same port. No-op while it runs. */
  start(): Promise<void>;
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

export async function startRedis(program: string): Promise<RedisServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'liandong-redis-'));
  let child: Child | undefined;
  const server: RedisServer = {
    url: `redis://:only-for-tests@127.0.0.1:${port}`,
    async start() {
      if (child?.isRunning()) return;
      const started = child = startChild(program, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', '--requirepass', 'only-for-tests']);
      await waitFor('Redis listens', () => !started.isRunning() || accepts(port));
      if (!started.isRunning()) throw new Error(`Redis ended: ${started.stdout()}`);
    },
    async kill() { await child?.end('SIGKILL'); },
    async dispose() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => { resolve(false); });
  });
}
