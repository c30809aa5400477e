import { randomBytes } from 'node:crypto';
import { connect as connectSocket, type Socket } from 'node:net';
import type { JournalRecord, RefusalReason } from '@liandong/protocols';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedBroker } from '../../src/broker/embedded-broker.js';
import { systemClock } from '../../src/clock.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import type { JournalMessage, JournalWriter } from '../../src/journal/types.js';
import { MemoryDirectory } from '../support/memory-directory.js';

/** A journal whose commits the test holds back or lets go. */
class HeldJournal implements JournalWriter {
  readonly records: JournalRecord[] = [];
  readonly #dones: (() => void)[] = [];
  readonly #drains = new Set<() => void>();
  isHeld = false;
  isFull = false;
  append({ records }: JournalMessage, done: () => void): void {
    this.records.push(...records);
    if (this.isHeld) this.#dones.push(done);
    else setImmediate(done);
  }
  onDrain(listener: () => void): () => void { this.#drains.add(listener); return () => this.#drains.delete(listener); }
  release(): void {
    this.isHeld = false;
    for (const done of this.#dones.splice(0)) done();
  }
  drain(): void {
    this.isFull = false;
    for (const listener of this.#drains) listener();
  }
}

const topic = (device: string, kind: string, community = 'beiguan') => `liandong/v1/fuan/${community}/${device}/${kind}`;
const reading = (value: number) => JSON.stringify({ values: { fill_level: value } });

let directory: MemoryDirectory;
let journal: HeldJournal;
let broker: EmbeddedBroker;
let refused: { device: string | undefined; reason: RefusalReason }[];
let clients: MqttClient[];
let sockets: Socket[];

beforeEach(async () => {
  directory = new MemoryDirectory();
  directory.put({ id: 'bin-1', secret: 's1' });
  directory.put({ id: 'bin-2', secret: 's2' });
  journal = new HeldJournal();
  refused = [];
  clients = [];
  sockets = [];
  const ingest = new Ingest({
    directory, journal, clock: systemClock, retentionMs: 86_400_000, pseudonyms: createPseudonyms({ key: randomBytes(32) }),
    refusals: { refuse: ({ device, refusals }) => { for (const { reason } of refusals) refused.push({ device, reason }); } },
  });
  await ingest.start();
  broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0, directory, ingest, journal, logger: pino({ level: 'silent' }) });
  await broker.start();
});

afterEach(async () => {
  for (const client of clients) await client.endAsync(true);
  for (const socket of sockets) socket.destroy();
  await broker.stop();
});

async function signIn(username: string, password: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync({ host: '127.0.0.1', port: broker.port, username, password, reconnectPeriod: 0, ...options });
  client.on('error', () => undefined); // a refused client closes with an error; each test looks at its effect
  clients.push(client);
  return client;
}

async function rawSocket(): Promise<Socket> {
  const socket = connectSocket(broker.port, '127.0.0.1');
  socket.on('error', () => undefined); // reset by the broker is what some tests are after
  sockets.push(socket);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('data', () => undefined); // a socket that is not read never closes
  return socket;
}

const connectPacket = (extra: object = {}) => mqttPacket.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'raw', keepalive: 0, username: 'bin-1', password: Buffer.from('s1'), ...extra });
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

describe('EmbeddedBroker', () => {
  it('takes a QoS 1 publish and acknowledges it only after the commit', async () => {
    const client = await signIn('bin-1', 's1');
    journal.isHeld = true;
    let isAcknowledged = false;
    const published = client.publishAsync(topic('bin-1', 'telemetry'), reading(43), { qos: 1 }).then(() => { isAcknowledged = true; });
    await expect.poll(() => journal.records).toHaveLength(1);
    await client.publishAsync(topic('bin-1', 'telemetry'), reading(44), { qos: 0 });
    expect(isAcknowledged).toBe(false);
    journal.release();
    await published;
    expect(journal.records[0]).toMatchObject({ type: 'telemetry', device: 'bin-1', values: { fill_level: 43 } });
  });

  it('takes QoS 0 and QoS 2 too, once each', async () => {
    const client = await signIn('bin-1', 's1');
    for (const qos of [0, 1, 2] as const) await client.publishAsync(topic('bin-1', 'telemetry'), reading(10 + qos), { qos });
    await expect.poll(() => journal.records).toHaveLength(3);
  });

  it('keeps two messages of the same millisecond apart, and a redelivery together', async () => {
    const socket = await rawSocket();
    socket.write(connectPacket());
    const publish = (messageId: number, value: number, dup = false) => mqttPacket.generate({ cmd: 'publish', topic: topic('bin-1', 'telemetry'), payload: reading(value), qos: 1, messageId, dup, retain: false });
    socket.write(Buffer.concat([publish(1, 50), publish(2, 51), publish(1, 50, true)]));
    await expect.poll(() => journal.records).toHaveLength(3);
    const times = journal.records.map((record) => (record.type === 'telemetry' ? record.ts : 0));
    expect(new Set(times).size).toBe(2);
    expect(times[2]).toBe(times[0]);
  });

  it.each([['a wrong secret', 'bin-1', 'nope'], ['an unknown device', 'bin-9', 's1'], ['no password', 'bin-1', undefined], ['nobody', undefined, undefined]])('refuses %s', async (_name, username, password) => {
    await expect(connectAsync({ host: '127.0.0.1', port: broker.port, reconnectPeriod: 0, ...(username ? { username } : {}), ...(password ? { password } : {}) })).rejects.toThrow(/Bad username or password|Not authorized/i);
  });

  it('counts a topic of another device against the one that spoke, acknowledges it, and takes the next good one', async () => {
    const client = await signIn('bin-1', 's1');
    await client.publishAsync(topic('bin-2', 'telemetry'), reading(1), { qos: 1 });
    await client.publishAsync('liandong/v1/nowhere', reading(1), { qos: 1 });
    await client.publishAsync(topic('bin-1', 'telemetry', 'other'), reading(1), { qos: 1 });
    await client.publishAsync(topic('bin-1', 'telemetry'), reading(5), { qos: 1 });
    expect(refused).toEqual([{ device: 'bin-1', reason: 'not_your_topic' }, { device: 'bin-1', reason: 'unknown_topic' }, { device: 'bin-1', reason: 'wrong_area' }]);
    expect(journal.records).toHaveLength(1);
  });

  it('lets a device read its own commands and nothing else', async () => {
    const client = await signIn('bin-1', 's1');
    expect((await client.subscribeAsync(topic('bin-1', 'command'), { qos: 1 }))[0]?.qos).toBe(1);
    for (const filter of [topic('bin-2', 'command'), 'liandong/#', '#', '$SYS/#']) {
      await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow(/Subscribe error/);
    }
  });

  it('never passes on what one device publishes to another, whatever the QoS', async () => {
    const [sender, reader] = [await signIn('bin-1', 's1'), await signIn('bin-2', 's2')];
    const received: string[] = [];
    reader.on('message', (_topic, payload) => received.push(payload.toString()));
    await reader.subscribeAsync(topic('bin-2', 'command'), { qos: 1 });
    for (const qos of [0, 1, 2] as const) await sender.publishAsync(topic('bin-2', 'command'), 'open', { qos });
    await broker.publishCommand(topic('bin-2', 'command'), 'from the hub');
    await expect.poll(() => received).toEqual(['from the hub']);
    expect(refused).toHaveLength(3);
  });

  it('lets a gateway read the commands of its format below its prefix, and sends them there', async () => {
    directory.put({ id: 'gw', secret: 's', kind: 'gateway', more: { codec: 'sparkplug', topicPrefix: 'spBv1.0/plant' } });
    const client = await signIn('gw', 's');
    const received: string[] = [];
    client.on('message', (name) => received.push(name));
    await client.subscribeAsync('spBv1.0/plant/NCMD/#', { qos: 1 });
    for (const filter of ['spBv1.0/plant/#', 'spBv1.0/other/NCMD/#', 'spBv1.0/+/NCMD/#', 'NCMD/#']) await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow(/Subscribe error/);
    const downlink = { topic: 'spBv1.0/plant/NCMD/n1', payload: Uint8Array.of(1) };
    expect(broker.send({ device: 'gw', ...downlink })).toBe(true);
    expect(broker.send({ device: 'bin-1', ...downlink })).toBe(false);
    await expect.poll(() => received).toEqual(['spBv1.0/plant/NCMD/n1']);
  });

  it('takes the will when a device vanishes', async () => {
    const client = await signIn('bin-1', 's1', { will: { topic: topic('bin-1', 'status'), payload: Buffer.from('{"online":false,"reason":"will"}'), qos: 1, retain: true } });
    client.stream.destroy();
    await expect.poll(() => journal.records).toEqual([expect.objectContaining({ type: 'status', device: 'bin-1', online: false })]);
  });

  it('does not let one device take over the session of another by its client id', async () => {
    const first = await signIn('bin-1', 's1', { clientId: 'same' });
    await signIn('bin-2', 's2', { clientId: 'same' });
    await first.publishAsync(topic('bin-1', 'telemetry'), reading(7), { qos: 1 });
    expect(first.connected).toBe(true);
  });

  it('closes a device that is removed or gets another secret', async () => {
    const [one, two] = [await signIn('bin-1', 's1'), await signIn('bin-2', 's2')];
    const bothClosed = Promise.all([one, two].map((client) => new Promise((resolve) => client.once('close', () => resolve(true)))));
    directory.remove('bin-1');
    directory.put({ id: 'bin-2', secret: 'another' });
    expect(await bothClosed).toEqual([true, true]);
  });

  it('closes a CONNECT that declares too much at once, before its body is sent', async () => {
    const socket = await rawSocket();
    const startedAt = Date.now();
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4]));
    await closed(socket);
    expect(Date.now() - startedAt).toBeLessThan(5_000); // to sign in there would be ten seconds
    expect(broker.faults.get('frame_too_large')).toBe(1);
  });

  it('closes what speaks before signing in, and what sends a frame over 256 KiB after', async () => {
    const early = await rawSocket();
    early.write(mqttPacket.generate({ cmd: 'publish', topic: topic('bin-1', 'telemetry'), payload: reading(1), qos: 1, messageId: 1, dup: false, retain: false }));
    await closed(early);
    const late = await rawSocket();
    late.write(connectPacket());
    await new Promise((resolve) => late.once('data', resolve));
    late.write(mqttPacket.generate({ cmd: 'publish', topic: topic('bin-1', 'telemetry'), payload: Buffer.alloc(257 * 1024), qos: 1, messageId: 1, dup: false, retain: false }));
    await closed(late);
    expect(journal.records).toEqual([]);
    // Of the first nobody knows whose it was.
    expect(refused).toEqual([{ device: 'bin-1', reason: 'frame_too_large' }]);
  });

  it('refuses a 65 KiB payload but stays open', async () => {
    const client = await signIn('bin-1', 's1');
    await client.publishAsync(topic('bin-1', 'telemetry'), Buffer.alloc(65 * 1024, 0x20), { qos: 1 });
    await client.publishAsync(topic('bin-1', 'telemetry'), reading(5), { qos: 1 });
    expect(refused).toEqual([{ device: 'bin-1', reason: 'payload_too_large' }]);
    expect(journal.records).toHaveLength(1);
  });

  it('closes a client that stays silent for 1.5 times its keep-alive, and not one that only publishes', async () => {
    const silent = await rawSocket();
    silent.write(connectPacket({ clientId: 'silent', keepalive: 1 }));
    const busy = await rawSocket();
    busy.write(connectPacket({ clientId: 'busy', keepalive: 1 }));
    const publishing = setInterval(() => busy.write(mqttPacket.generate({ cmd: 'publish', topic: topic('bin-1', 'telemetry'), payload: reading(1), qos: 0, dup: false, retain: false })), 300);
    try {
      await closed(silent);
      expect(busy.closed).toBe(false);
      expect(broker.faults.get('keep_alive_timeout')).toBe(1);
    } finally {
      clearInterval(publishing);
    }
  });

  it('acknowledges in the order of arrival, refused ones too', async () => {
    const socket = await rawSocket();
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.write(connectPacket());
    const publish = (messageId: number, payload: string) => mqttPacket.generate({ cmd: 'publish', topic: topic('bin-1', 'telemetry'), payload, qos: 1, messageId, dup: false, retain: false });
    socket.write(Buffer.concat([publish(1, reading(1)), publish(2, 'nonsense'), publish(3, reading(3))]));
    await expect.poll(() => Buffer.concat(received).length).toBe(4 + 12);
    const acks = Buffer.concat(received).subarray(4);
    expect([0, 4, 8].map((offset) => acks.readUInt16BE(offset + 2))).toEqual([1, 2, 3]);
  });

  it('stops reading while the journal is full, and reads on when it has drained', async () => {
    const client = await signIn('bin-1', 's1');
    journal.isFull = true;
    await client.publishAsync(topic('bin-1', 'telemetry'), reading(1), { qos: 1 });
    const second = client.publishAsync(topic('bin-1', 'telemetry'), reading(2), { qos: 1 });
    await new Promise((resolve) => setTimeout(resolve, 100)); // time for a message that must not arrive
    expect(journal.records).toHaveLength(1);
    journal.drain();
    await second;
    expect(journal.records).toHaveLength(2);
  });

  it('stops reading for QoS 2 as well', async () => {
    const client = await signIn('bin-1', 's1');
    journal.isFull = true;
    const first = client.publishAsync(topic('bin-1', 'telemetry'), reading(1), { qos: 2 });
    await expect.poll(() => journal.records).toHaveLength(1);
    const second = client.publishAsync(topic('bin-1', 'telemetry'), reading(2), { qos: 2 });
    await new Promise((resolve) => setTimeout(resolve, 100)); // time for a message that must not arrive
    expect(journal.records).toHaveLength(1);
    journal.drain();
    await Promise.all([first, second]);
    expect(journal.records).toHaveLength(2);
  });
});
