import type { Server } from 'node:net';
import type { Logger } from './logger.js';

/** Such errors come many a second. */
const LOG_EVERY_MS = 60_000;

/**
 * Keeps a server that listens alive when a connection can't be accepted, as when the process has no file descriptor left (EMFILE): an `error` nobody
 * listens to would end the process. Logs one a minute, with how many there were. Call once it listens.
 */
export function outliveAcceptErrors(server: Server, { name, logger, now = Date.now }: { name: string; logger: Pick<Logger, 'error'>; now?: () => number }): void {
  let [loggedAt, count] = [-Infinity, 0];
  server.on('error', (error) => {
    count += 1;
    const at = now();
    if (at - loggedAt < LOG_EVERY_MS && at >= loggedAt) return;
    logger.error({ err: error, count, listener: name }, 'a connection could not be accepted; the others stay and the next is tried');
    [loggedAt, count] = [at, 0];
  });
}
