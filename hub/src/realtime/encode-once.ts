import { Decoder, Encoder, PacketType, type Packet } from 'socket.io-parser';

/** JSON of what is sent to many, as long as somebody holds it. */
const encoded = new WeakMap<object, string>();

/** Sent to every screen as it is now: the first encodes it, the others take that. */
export function sharePayload<T extends object>(payload: T): T {
  encoded.set(payload, JSON.stringify(payload));
  return payload;
}

/** Socket.IO's own encoding; of an event with a shared payload only what differs from socket to socket is made anew. In a storm of alerts that is most of what a screen costs. */
class OnceEncoder extends Encoder {
  override encode(packet: Packet): unknown[] {
    const [event, payload, ...rest] = packet.type === PacketType.EVENT && packet.nsp === '/' ? packet.data as unknown[] : [];
    const shared = typeof payload === 'object' && payload !== null && rest.length === 0 ? encoded.get(payload) : undefined;
    // socket.io-protocol 5: type, the id that its acknowledgement names, JSON of name and argument.
    return shared === undefined ? super.encode(packet) : [`${packet.type}${packet.id ?? ''}[${JSON.stringify(event)},${shared}]`];
  }
}

/** For Socket.IO's option of this name. */
export const parser = { Encoder: OnceEncoder, Decoder };
