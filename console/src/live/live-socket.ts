import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, HubEvents } from '@liandong/protocols';

export type LiveSocket = Socket<HubEvents, ClientEvents>;

/** A socket to the page's own hub, not yet connected; the session's cookie signs it in. Each connection starts fresh: what was missed comes by `seq`. */
export const createLiveSocket = (): LiveSocket => io({
  path: '/socket.io', autoConnect: false, reconnectionDelay: 500, reconnectionDelayMax: 3000, timeout: 5000, transports: ['websocket', 'polling'],
});
