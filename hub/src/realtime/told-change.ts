import type { Seq } from '@liandong/protocols';
import type { Change } from '../changes/change-log.js';
import type { LiveSocket } from './socket-server.js';
import { textFrame } from './text-frame.js';

/** As Socket.IO and Engine.IO take what is encoded already. */
interface Wire { readonly id: number | undefined; readonly packet: string; readonly options: object }

/** Parts of Socket.IO that are private in its typings; its adapters use them in the same way, to send one packet with one id to many sockets and hear from each. */
interface OpenSocket {
  readonly nsp: { _ids: number };
  readonly acks: Map<number, () => void>;
  readonly client: { _packet(packets: readonly string[], options: object): void };
}

/**
 * A change as screens are told of it: encoded for the first of them, down to the frame of the WebSocket, and the others are sent the same. In a storm of alerts that is most of what a screen costs.
 * An alert is acknowledged by each screen, under one id for all of them.
 */
export class ToldChange {
  #wire: Wire | undefined;

  constructor(readonly change: Change) {}

  get seq(): Seq { return this.change.seq; }

  /** @param onTaken the screen has acknowledged it; of an alert only, the others are not acknowledged. */
  tell(socket: LiveSocket, onTaken?: () => void): void {
    const { nsp, acks, client } = socket as unknown as OpenSocket;
    this.#wire ??= encode(this.change, nsp);
    const { id, packet, options } = this.#wire;
    // Once Socket.IO has forgotten the id: the screen may go on with this very change, when it follows anew from before it.
    if (id !== undefined && onTaken !== undefined) acks.set(id, () => { queueMicrotask(onTaken); });
    client._packet([packet], options);
  }
}

/** socket.io-protocol 5: type 2 is an event, then the id its acknowledgement names, then JSON of name and argument. Type 4 of Engine.IO's protocol is a message. */
function encode(change: Change, nsp: { _ids: number }): Wire {
  const id = change.kind === 'alert' ? nsp._ids++ : undefined;
  const payload = change.kind === 'alert' ? { seq: change.seq, alert: change.alert } : { seq: change.seq, device: change.device };
  const packet = `2${id ?? ''}["${change.kind}",${JSON.stringify(payload)}]`;
  return { id, packet, options: { preEncoded: true, wsPreEncodedFrame: [textFrame(`4${packet}`)] } };
}
