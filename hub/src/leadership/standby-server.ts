import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { outliveAcceptErrors } from '../accept-errors.js';
import type { Logger } from '../logger.js';
import { StartError } from '../problem.js';
import type { TlsPair } from '../tls/tls-pair.js';
import { forwardRequest, forwardUpgrade } from './forward.js';

export interface StandbyServerDependencies {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsPair | undefined;
  readonly logger: Pick<Logger, 'error'>;
  /** Who leads now; undefined: nobody. */
  readonly leader: () => URL | undefined;
  /** WebSockets are served here, by somebody else; else they are passed on like everything. */
  readonly hasScreens: boolean;
}

/** Answers for itself how it stands, and passes everything else on to the leader. */
export interface StandbyServer {
  readonly server: Server;
  readonly port: number;
  /** @throws StartError */
  listen(): Promise<void>;
  /** Cuts what is still open. */
  close(): Promise<void>;
}

export function createStandbyServer({ host, port, tls, logger, leader, hasScreens }: StandbyServerDependencies): StandbyServer {
  const server: Server = tls === undefined ? createServer() : createTlsServer({ ...tls });
  /** WebSockets are no connections of the HTTP server any more, and yet it waits for them when it closes: without end, when the machine they lead to is gone without a word. */
  const upgraded = new Set<Duplex>();
  server.on('request', (request, response) => { answer(leader, request, response); });
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket);
    socket.once('close', () => { upgraded.delete(socket); });
    if (!hasScreens) forwardUpgrade(leader, request, socket, head);
  });

  return {
    server,
    get port() {
      const address = server.address() as AddressInfo | null; // it listens on TCP
      return address?.port ?? port;
    },
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => { reject(new StartError(`The console can not listen on ${host}:${port} (${error.code}). Check HOST and PORT.`, { cause: error })); });
        server.listen({ host, port }, resolve);
      });
      outliveAcceptErrors(server, { name: 'standby', logger });
    },
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => { resolve(); }));
    },
  };
}

function answer(leader: () => URL | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/healthz') response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"alive"}');
  else if (request.url === '/readyz') answerReady(leader(), response);
  else forwardRequest(leader, request, response);
}

function answerReady(leader: URL | undefined, response: ServerResponse): void {
  const state = leader === undefined ? 'down' : 'ready';
  response.writeHead(leader === undefined ? 503 : 200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ status: state, parts: { leader: { state, detail: leader === undefined ? 'no hub leads' : `standing by for ${leader.origin}` } } }));
}
