import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { outliveAcceptErrors } from '../accept-errors.js';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import { StartError } from '../problem.js';
import type { TlsPair } from '../tls/tls-pair.js';
import { forwardRequest, forwardUpgrade } from './forward.js';
import type { Leader, Lease } from './lease.js';

const LOOK_MS = 500;

export interface StandbyDependencies {
  readonly lease: Pick<Lease, 'take' | 'leader'>;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsPair | undefined;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Called once with each new leader: what this hub still holds is handed over. Failures are tried again. The signal ends it when the leader is gone: whoever takes over must not wait for it. */
  readonly handOver: (leader: URL, signal: AbortSignal) => Promise<void>;
  /** Serves screens on the server here; left out, they are passed on like everything else. */
  readonly screens?: ((server: Server, leader: () => URL | undefined) => Feature) | undefined;
  /** This hub leads now. Called once; the lease is held. */
  readonly onLead: () => void;
}

/** A hub that waits to lead: it answers on its own address by passing everything on to the leader, and takes over when that is gone. */
export interface Standby extends Feature { readonly port: number }

export function createStandby({ lease, host, port, tls, logger, handOver, screens: screensOn, onLead }: StandbyDependencies): Standby {
  const server: Server = tls === undefined ? createServer() : createTlsServer({ ...tls });
  let leader: URL | undefined;
  const screens = screensOn?.(server, () => leader);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let handedTo: string | undefined;
  let handing: { readonly ending: AbortController; readonly done: Promise<void> } | undefined;
  let isFailing = false;
  let isStopped = false;
  /** WebSockets are no connections of the HTTP server any more, and yet it waits for them when it closes: without end, when the machine they lead to is gone without a word. */
  const upgraded = new Set<Duplex>();

  async function look(): Promise<void> {
    try {
      const found = await lease.leader();
      if (found?.isAlive !== true) await endHandOver(); // it notes how far it came, in the name of a hub that doesn't lead
      if (found?.isAlive !== true && await lease.take()) {
        clearInterval(timer);
        if (!isStopped) onLead();
        return;
      }
      follow(found);
      if (leader !== undefined && handedTo !== leader.href) handing ??= beginHandOver(leader);
      if (handing === undefined) isFailing = false;
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): void {
    if (!isFailing) logger.warn({ err: error }, 'the standby could not look who leads, or hand over; trying again');
    isFailing = true;
  }

  /** Beside the looks, which notice when the leader goes. */
  function beginHandOver(to: URL): typeof handing {
    const ending = new AbortController();
    const done = handOver(to, ending.signal).then(() => { handedTo = to.href; }, fail).finally(() => { handing = undefined; });
    return { ending, done };
  }

  async function endHandOver(): Promise<void> {
    handing?.ending.abort();
    await handing?.done;
  }

  function follow(found: Leader | undefined): void {
    const next = found?.isAlive === true && found.address !== null ? new URL(found.address) : undefined;
    if (next?.href !== leader?.href) logger.info({ leader: next?.href ?? null }, next === undefined ? 'no hub leads now' : 'standing by for the hub that leads');
    leader = next;
    if (next === undefined) handedTo = undefined;
  }

  server.on('request', (request, response) => {
    if (request.url === '/healthz') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"alive"}');
    if (request.url === '/readyz') {
      const state = leader === undefined ? 'down' : 'ready';
      response.writeHead(leader === undefined ? 503 : 200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      return void response.end(JSON.stringify({ status: state, parts: { leader: { state, detail: leader === undefined ? 'no hub leads' : `standing by for ${leader.origin}` } } }));
    }
    return forwardRequest(() => leader, request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket);
    socket.once('close', () => { upgraded.delete(socket); });
    if (screens === undefined) forwardUpgrade(() => leader, request, socket, head); // else it is Socket.IO's
  });

  return {
    get port() {
      const address = server.address() as AddressInfo | null; // it listens on TCP
      return address?.port ?? port;
    },
    async start() {
      if (timer !== undefined) return;
      await screens?.start();
      isStopped = false;
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => { reject(new StartError(`The console can not listen on ${host}:${port} (${error.code}). Check HOST and PORT.`, { cause: error })); });
        server.listen({ host, port }, resolve);
      });
      outliveAcceptErrors(server, { name: 'standby', logger });
      timer = setInterval(() => { looking ??= look().finally(() => { looking = undefined; }); }, LOOK_MS);
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await screens?.stop();
      timer = undefined;
      // A look that is under way may still take the lease, or write how far the hand-over came: not after this.
      await looking;
      await endHandOver();
      if (!server.listening) return;
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => { resolve(); }));
    },
  };
}
