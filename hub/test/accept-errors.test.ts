import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { outliveAcceptErrors } from '../src/accept-errors.js';
import { EmbeddedBroker } from '../src/broker/embedded-broker.js';
import { TlsListener } from '../src/broker/tls-listener.js';
import { systemClock } from '../src/clock.js';
import { createHttpListener } from '../src/http/http-listener.js';
import { Ingest } from '../src/ingest/ingest.js';
import { createPseudonyms } from '../src/ingest/pseudonyms.js';
import { readTlsPair } from '../src/tls/tls-pair.js';
import { writeTrialPair } from '../src/tls/trial-pair.js';
import { MemoryDirectory } from './support/memory-directory.js';

const close: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const one of close.splice(0)) await one(); });

/** What Node does when `accept` fails and libuv has no descriptor in reserve. */
const fail = (server: Server): void => { server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' })); };
const logger = pino({ level: 'silent' });

/** The server that listens on this port, wherever it is held. */
function serverOn(port: number): Server {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] }; // Node has it, its types don't
  const found = handles.call(process).find((handle): handle is Server => handle instanceof Server && (handle.address() as { port?: number } | null)?.port === port);
  if (found === undefined) throw new Error(`nothing listens on ${port}`);
  return found;
}

function broker(): EmbeddedBroker {
  const journal = { append: (_message: unknown, done: () => void) => done(), isFull: false, onDrain: () => () => undefined };
  const directory = new MemoryDirectory();
  const ingest = new Ingest({ directory, journal, clock: systemClock, retentionMs: 1000, pseudonyms: createPseudonyms({ key: randomBytes(32) }), refusals: { refuse: () => undefined } });
  return new EmbeddedBroker({ host: '127.0.0.1', port: 0, directory, ingest, journal, logger });
}

describe('a listener whose connections can not be accepted', () => {
  it('goes on, again and again: MQTT, MQTT over TLS and HTTP', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liandong-accept-'));
    const plain = broker();
    const pair = await readTlsPair(await writeTrialPair({ folder, hosts: ['localhost'], now: Date.now() }));
    const tls = new TlsListener({ host: '127.0.0.1', port: 0, pair, broker: plain, logger });
    const http = createHttpListener({ app: Fastify(), host: '127.0.0.1', port: 0, logger }); // its server is all that is used
    for (const listener of [plain, tls, http]) {
      await listener.start();
      close.unshift(() => listener.stop());
    }
    close.push(() => rm(folder, { recursive: true }));
    for (const { port } of [plain, tls, http]) {
      for (let n = 0; n < 3; n += 1) fail(serverOn(port));
      expect(serverOn(port).listening).toBe(true);
    }
  });

  it('says so once a minute, with how often', () => {
    let at = 0;
    const lines: unknown[] = [];
    const server = createServer();
    outliveAcceptErrors(server, { name: 'mqtt', now: () => at, logger: { error: (line: unknown) => { lines.push(line); } } });
    for (; at < 120_000; at += 1000) fail(server);
    expect(lines).toMatchObject([{ count: 1, listener: 'mqtt' }, { count: 60 }]);
  });
});
