import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST = 20_000;
const LAST = 32_000;
const TRIES = 50;

/**
 * A loopback TCP port that nothing listens on. It lies below the range from which the kernel picks ports for outgoing
 * connections (32768 and up), so a server that is stopped for a while finds its port free again.
 * @throws Error when 50 ports in a row are taken
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(FIRST, LAST);
    if (await canListen(port)) return port;
  }
  throw new Error(`${String(TRIES)} random ports between ${String(FIRST)} and ${String(LAST)} are taken`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => { resolve(false); });
    server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(true); }); });
  });
}
