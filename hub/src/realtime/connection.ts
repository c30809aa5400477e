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
