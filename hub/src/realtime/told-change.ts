import type { Seq } from '@liandong/protocols';
import type { Change } from '../changes/change-log.js';
import type { LiveSocket } from './socket-server.js';
import { frameText, textFrame } from './text-frame.js';

/** As Engine.IO takes what is encoded already. */
interface Wire { readonly id: number | undefined; readonly frame: Buffer; readonly options: object }

/** Parts of Socket.IO that are private in its typings; its adapters use them in the same way, to send one packet with one id to many sockets and hear from each. */
interface OpenSocket {
  readonly nsp: { _ids: number };
  readonly client: { _packet(packets: readonly string[], options: object): void };
}

/**
 * A change as screens are told of it: encoded for the first of them, as a frame of the WebSocket, and the others are sent the same. In a storm of alerts that is most of what a screen costs.
 * An alert is acknowledged by each screen, under one id for all of them.
 */
export class ToldChange {
  #wire: Wire | undefined;

  constructor(readonly change: Change) {}

  get seq(): Seq { return this.change.seq; }

  /** Answers the id under which the screen will acknowledge it (see `InFlight`); undefined of what is no alert, as only those are acknowledged. */
  tell(socket: LiveSocket): number | undefined {
    const { nsp, client } = socket as unknown as OpenSocket;
    this.#wire ??= encode(this.change, nsp);
    const { id, frame, options } = this.#wire;
    // Of a WebSocket Engine.IO takes the frame, as long as it deflates nothing (see `socket-server.ts`): else it would send the empty text. The text is made from it when it is needed: kept beside it, it would be twice as much again, of thousands of changes.
    client._packet([socket.conn.transport.name === 'websocket' ? '' : packetOf(frame)], options);
    return id;
  }
}

/** Engine.IO's protocol: type 4 is a message. */
const MESSAGE = '4';
const packetOf = (frame: Buffer): string => frameText(frame).slice(MESSAGE.length);

/** socket.io-protocol 5: type 2 is an event, then the id its acknowledgement names, then JSON of name and argument. */
function encode(change: Change, nsp: { _ids: number }): Wire {
  const id = change.kind === 'alert' ? nsp._ids++ : undefined;
  const payload = change.kind === 'alert' ? { seq: change.seq, alert: change.alert } : { seq: change.seq, device: change.device };
  const frame = textFrame(`${MESSAGE}2${id ?? ''}["${change.kind}",${JSON.stringify(payload)}]`);
  return { id, frame, options: { preEncoded: true, wsPreEncodedFrame: [frame] } };
}
