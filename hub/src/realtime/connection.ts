import type { LiveSocket } from './socket-server.js';

/** Packets waiting for the transport. */
export function backlogOf(socket: LiveSocket): number {
  const connection = socket.conn as unknown as { writeBuffer: readonly unknown[] }; // private in the typings; the only measure of a backlog there is
  return connection.writeBuffer.length;
}

/** True while an earlier packet has not left for the network. */
export const isBusy = (socket: LiveSocket): boolean => !socket.conn.transport.writable || backlogOf(socket) > 0;

/** Ends the connection in the way after which a client reconnects by itself and resumes; `socket.disconnect()` would keep it away. */
export function dropToResume(socket: LiveSocket): void {
  socket.conn.close(true);
}

/** The handshake keeps what is needed of the first request; holding on to the rest costs kilobytes per client. */
export function freeRequest(socket: LiveSocket): void {
  (socket.conn as unknown as { request: unknown }).request = null; // typed as always there
}

interface RawStream { cork(): void; uncork(): void }

/** Packets that leave together leave in one write to the network: in a storm of alerts it would be one for each of them, which costs more than all else of sending. */
export function writeTogether(socket: LiveSocket): void {
  socket.conn.on('flush', () => {
    // Private in the typings: Engine.IO's transport holds ws's socket, which holds Node's. Polling has none.
    const stream = (socket.conn.transport as unknown as { socket?: { _socket?: RawStream | null } }).socket?._socket;
    if (stream === undefined || stream === null) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  });
}
