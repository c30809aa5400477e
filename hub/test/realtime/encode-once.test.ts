import { Decoder, Encoder, PacketType, type Packet } from 'socket.io-parser';
import { expect, it } from 'vitest';
import { encodedOnce, parser } from '../../src/realtime/encode-once.js';

const change = { seq: 7 };
const payload = encodedOnce(change, () => ({ seq: 7, alert: { message: { zh: '满溢 "\u2028"', en: 'full' }, groupId: undefined } }));
const event = (id?: number, ...data: unknown[]): Packet => ({ type: PacketType.EVENT, nsp: '/', data: ['alert', ...data], ...(id === undefined ? {} : { id }) });

function decoded(parts: unknown[]): unknown[] {
  const packets: unknown[] = [];
  const decoder = new Decoder();
  decoder.on('decoded', (packet: unknown) => { packets.push(packet); });
  for (const part of parts) decoder.add(part);
  return packets;
}

it.each([
  ['an event with a shared payload', event(undefined, payload)], ['one that is to be acknowledged', event(0, payload)], ['one with a payload of its own', event(12, { seq: 7 })],
  ['one with more than the payload', event(3, payload, 'more')], ['one without a payload', event()], ['one whose payload holds bytes', event(1, { bytes: Buffer.from('a') })],
  ['one of another namespace', { ...event(4, payload), nsp: '/other' }], ['an acknowledgement', { type: PacketType.ACK, nsp: '/', id: 2, data: [payload] } satisfies Packet],
])('%s goes over the wire as Socket.IO would send it', (_what, packet) => {
  const sent = new parser.Encoder().encode({ ...packet });
  expect(sent).toEqual(new Encoder().encode({ ...packet }));
  expect(decoded(sent)).toHaveLength(1);
});

it('a subject has one payload, whoever asks', () => {
  expect(encodedOnce(change, () => { throw new Error('made again'); })).toBe(payload);
});
