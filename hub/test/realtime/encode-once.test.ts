import { Decoder, Encoder, PacketType, type Packet } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import { encodedOnce, parser } from '../../src/realtime/encode-once.js';

const decoded = (text: unknown): Packet | undefined => {
  let found: Packet | undefined;
  const decoder = new Decoder();
  decoder.on('decoded', (packet) => { found = packet; });
  decoder.add(text);
  return found;
};

describe('what every screen is told', () => {
  const subject = { seq: 7 };
  const payload = encodedOnce(subject, () => ({ seq: 7, alert: { name: '井盖 "1"', at: 1_790_000_000_000 } }));

  it('is made once for a change, and looks on the wire as Socket.IO itself encodes it', () => {
    expect(encodedOnce(subject, () => ({ seq: 8, alert: { name: '', at: 0 } }))).toBe(payload);
    for (const id of [undefined, 0, 12]) {
      const packet = { type: PacketType.EVENT, nsp: '/', data: ['alert', payload], ...(id === undefined ? {} : { id }) };
      const [text] = new parser.Encoder().encode(packet);
      expect(text).toBe(new Encoder().encode(packet)[0]);
      expect(decoded(text)).toMatchObject(packet);
    }
  });

  it('leaves every other packet to Socket.IO', () => {
    const packets: Packet[] = [
      { type: PacketType.CONNECT, nsp: '/', data: { sid: 'x' } }, { type: PacketType.ACK, nsp: '/', id: 3, data: [{ seq: 1 }] }, { type: PacketType.EVENT, nsp: '/', data: ['heartbeat', { now: 1 }] },
      { type: PacketType.EVENT, nsp: '/', data: ['alert', payload, 'more'] }, { type: PacketType.EVENT, nsp: '/other', data: ['alert', payload] }, { type: PacketType.DISCONNECT, nsp: '/' },
    ];
    for (const packet of packets) expect(new parser.Encoder().encode(packet)).toEqual(new Encoder().encode(packet));
  });
});
