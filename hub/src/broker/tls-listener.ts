import type { Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { outliveAcceptErrors } from '../accept-errors.js';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import { StartError } from '../problem.js';
import type { TlsPair, TlsServer } from '../tls/tls-pair.js';

const HANDSHAKE_MS = 10_000;
const MAX_CONNECTIONS = 20_000;

export interface TlsListenerDependencies {
  host: string;
  port: number;
  pair: TlsPair;
  /** Where a connection goes once it is out of its TLS. */
  broker: { accept(socket: Socket): void };
  logger: Logger;
}

/** MQTT over TLS beside the plain port: the same broker behind another door. */
export class TlsListener implements Feature, TlsServer {
  readonly #dependencies: TlsListenerDependencies;
  readonly #sockets = new Set<Socket>();
  #pair: TlsPair;
  #server: Server | undefined;

  constructor(dependencies: TlsListenerDependencies) {
    this.#dependencies = dependencies;
    this.#pair = dependencies.pair;
  }

  /** The port in use, also when 0 was asked for. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : this.#dependencies.port;
  }

  /** New connections get it; those that stand keep theirs. */
  setSecureContext(pair: TlsPair): void {
    this.#pair = pair;
    this.#server?.setSecureContext(pair);
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const { host, port, broker, logger } = this.#dependencies;
    const server = createServer({ ...this.#pair, handshakeTimeout: HANDSHAKE_MS, noDelay: true }, (socket) => broker.accept(socket));
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('tlsClientError', (error) => logger.debug({ err: error }, 'a TLS handshake failed'));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void => reject(new StartError(error.code === 'EADDRINUSE'
        ? `MQTT port ${port} on ${host} is in use. Stop what uses it, or set MQTTS_PORT to another port.`
        : `MQTT over TLS can not listen on ${host}:${port} (${error.code ?? error.message}). Check MQTT_HOST and MQTTS_PORT.`, { cause: error }));
      server.once('error', refuse);
      server.listen({ host, port }, () => {
        server.off('error', refuse);
        resolve();
      });
    });
    outliveAcceptErrors(server, { name: 'mqtts', logger });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server?.listening !== true) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
