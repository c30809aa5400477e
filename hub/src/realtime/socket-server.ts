import { LIMITS, type ClientEvents, type HubEvents } from '@liandong/protocols';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server, type DefaultEventsMap, type Socket } from 'socket.io';
import type { Principal } from '../identity/principal.js';
import type { Credentials } from './sign-in.js';

export interface SocketData { principal: Principal; credentials: Credentials }
export type LiveServer = Server<ClientEvents, HubEvents, DefaultEventsMap, SocketData>;
export type LiveSocket = Socket<ClientEvents, HubEvents, DefaultEventsMap, SocketData>;

export interface SocketServer {
  readonly io: LiveServer;
  /** Closes every client so that it comes back by itself, gives the HTTP server back as it was; within 1 s. */
  close(): Promise<void>;
}

const PATH = '/socket.io';
const CLOSE_GRACE_MS = 1_000;
const SHARED_EVENTS = ['request', 'upgrade', 'close', 'listening'] as const;

/** Socket.IO on an HTTP server that belongs to someone else: it is neither listened on nor closed here. */
export function openSocketServer({ httpServer, maxConnections, pingMs }: { httpServer: HttpServer; maxConnections: number; pingMs: number }): SocketServer {
  const before = listenersOf(httpServer);
  const io: LiveServer = new Server({
    path: PATH, serveClient: false, transports: ['polling', 'websocket'],
    // Only while nothing is deflated does Engine.IO take frames that are encoded already: with it, each change would reach screens as an empty message (see `ToldChange`).
    perMessageDeflate: false, httpCompression: false,
    // 1,000 ids fit several times over; a larger frame closes the connection.
    maxHttpBufferSize: LIMITS.frameBytes,
    connectTimeout: 10_000, pingInterval: pingMs, pingTimeout: pingMs,
    allowRequest: (_request, decide) => {
      const isFull = io.engine.clientsCount >= maxConnections;
      decide(isFull ? 'TOO_MANY_REQUESTS' : null, !isFull);
    },
  });
  io.attach(httpServer);
  const upgraded = trackUpgrades(httpServer);

  return {
    io,
    async close() {
      io.engine.close();
      await allClosed(upgraded.sockets);
      for (const socket of upgraded.sockets) socket.destroy();
      upgraded.stop();
      restoreListeners(httpServer, before);
    },
  };
}

/** Sockets taken over from HTTP: a peer that never answers the closing handshake would keep one open for 30 s. */
function trackUpgrades(httpServer: HttpServer): { sockets: ReadonlySet<Duplex>; stop: () => void } {
  const sockets = new Set<Duplex>();
  const track = (request: IncomingMessage, socket: Duplex): void => {
    if (request.url?.startsWith(PATH) !== true) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  httpServer.prependListener('upgrade', track);
  return { sockets, stop: () => httpServer.removeListener('upgrade', track) };
}

async function allClosed(sockets: ReadonlySet<Duplex>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => { timer = setTimeout(resolve, CLOSE_GRACE_MS); });
  const closings = [...sockets].map((socket) => new Promise<void>((resolve) => { socket.once('close', () => resolve()); }));
  await Promise.race([grace, Promise.all(closings)]);
  clearTimeout(timer);
}

type Listener = (...args: unknown[]) => void;
type Listeners = ReadonlyMap<(typeof SHARED_EVENTS)[number], Listener[]>;

function listenersOf(httpServer: HttpServer): Listeners {
  return new Map(SHARED_EVENTS.map((event) => [event, httpServer.listeners(event) as Listener[]])); // node types them as Function
}

/** Engine.IO wraps the request listeners it finds; with it closed they must be themselves again. */
function restoreListeners(httpServer: HttpServer, before: Listeners): void {
  for (const [event, listeners] of before) {
    for (const listener of httpServer.listeners(event) as Listener[]) if (!listeners.includes(listener)) httpServer.removeListener(event, listener);
    for (const listener of listeners) if (!httpServer.listeners(event).includes(listener)) httpServer.on(event, listener);
  }
}
