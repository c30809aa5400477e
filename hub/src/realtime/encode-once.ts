import { Decoder, Encoder, PacketType, type Packet } from 'socket.io-parser';

/** JSON of payloads that are sent to many, as long as somebody holds them. */
const encoded = new WeakMap<object, string>();
const payloads = new WeakMap<object, object>();

/** What every screen is told of `subject`, as it is now: made and encoded for the first, the others get the same. One subject has one payload. */
export function encodedOnce<T extends object>(subject: object, make: () => T): T {
  const known = payloads.get(subject) as T | undefined; // made for this subject below
  if (known !== undefined) return known;
  const payload = make();
  encoded.set(payload, JSON.stringify(payload));
  payloads.set(subject, payload);
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
