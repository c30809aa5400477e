import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeNative } from '@liandong/protocols';
import { METRICS } from '../../src/load/frames.js';
import type { LoadPlan } from '../../src/load/plan.js';
import { runLoad } from '../../src/load/run-load.js';

interface Received { username: string; topic: string; payload: Buffer; packetId: number; qos: number }

/** Reads frames as MQTT 3.1.1 lays them out, knowing nothing of how they were made. */
function startBroker({ refuses = false, closesAfter = Infinity, holdsAnswers = false } = {}) {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let unanswered = 0;
  let mostUnanswered = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    let username = '';
    const answers: Buffer[] = [];
    socket.on('error', () => undefined); // the load may be gone before its last answer
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let frame = takeFrame(); frame !== undefined; frame = takeFrame()) take(frame);
    });

    function takeFrame(): { type: number; body: Buffer } | undefined {
      const length = rest[1];
      const second = rest[2];
      if (length === undefined || (length > 127 && second === undefined)) return undefined;
      const [size, start] = length > 127 ? [length - 128 + (second ?? 0) * 128, 3] : [length, 2];
      if (rest.length < start + size) return undefined;
      const frame = { type: rest[0] ?? 0, body: rest.subarray(start, start + size) };
      rest = rest.subarray(start + size);
      return frame;
    }
    function take({ type, body }: { type: number; body: Buffer }): void {
      if (type === 0x10) {
        const [, clientId, user] = texts(body.subarray(10));
        username = user ?? clientId ?? '';
        socket.write(Buffer.from([0x20, 2, 0, refuses ? 5 : 0]));
      } else if (type >> 4 === 3) {
        const topicLength = body.readUInt16BE(0);
        const packetId = body.readUInt16BE(2 + topicLength);
        received.push({ username, topic: body.toString('utf8', 2, 2 + topicLength), packetId, payload: body.subarray(4 + topicLength), qos: (type >> 1) & 3 });
        if (received.length >= closesAfter) return void socket.destroy();
        unanswered += 1;
        mostUnanswered = Math.max(mostUnanswered, unanswered);
        answers.push(Buffer.from([0x40, 2, packetId >> 8, packetId & 255]));
        if (holdsAnswers) setImmediate(answer);
        else answer();
      }
    }
    /** In two pieces, as a network may cut them. */
    function answer(): void {
      const bytes = answers.shift();
      if (bytes === undefined) return;
      unanswered -= 1;
      socket.write(bytes.subarray(0, 3));
      socket.write(bytes.subarray(3));
    }
  });
  return {
    received,
    mostUnanswered: () => mostUnanswered,
    listen: () => new Promise<number>((resolve) => { server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); }),
    close: () => new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    }),
  };
}

/** The length-prefixed texts of a CONNECT, after an empty place so that the client id is the second. */
function texts(bytes: Buffer): string[] {
  const found = [''];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt16BE(at);
    found.push(bytes.toString('utf8', at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

describe('the load', () => {
  let broker: ReturnType<typeof startBroker>;
  afterEach(() => broker.close());

  const planFor = (port: number, change: Partial<LoadPlan> = {}): LoadPlan => ({
    port,
    devices: ['one', 'two', 'three'].map((id) => ({ login: { clientId: id, username: id, password: 'secret' }, topic: `liandong/v1/s/c/${id}/telemetry` })),
    span: { messagesPerDevice: 200, baseTs: 1_795_000_000_000, stepMs: 10 }, pace: { kind: 'closed', window: 7 }, ...change,
  });

  it('sends every message once, each device its own topic and times, four good values each', async () => {
    broker = startBroker();
    const result = await runLoad(planFor(await broker.listen()), () => undefined);
    expect(result.messages).toBe(600);
    expect(broker.received).toHaveLength(600);
    for (const id of ['one', 'two', 'three']) {
      const own = broker.received.filter(({ username }) => username === id);
      const readings = own.flatMap(({ payload }) => decodeNative('telemetry', payload).readings);
      expect(readings.map(({ ts }) => ts)).toEqual(Array.from({ length: 200 }, (_, index) => 1_795_000_000_000 + index * 10));
      expect(readings.every(({ values }) => Object.keys(values).join() === METRICS.join())).toBe(true);
      expect(new Set(own.map(({ topic, qos }) => `${topic} ${qos}`))).toEqual(new Set([`liandong/v1/s/c/${id}/telemetry 1`]));
    }
  });

  it('gives packet ids back only when they are answered, also past the end of their range', async () => {
    broker = startBroker();
    await runLoad(planFor(await broker.listen(), { span: { messagesPerDevice: 5000, baseTs: 1_795_000_000_000, stepMs: 1 }, pace: { kind: 'closed', window: 100 } }), () => undefined);
    const ids = broker.received.filter(({ username }) => username === 'one').map(({ packetId }) => packetId);
    expect(ids).toHaveLength(5000);
    expect(Math.min(...ids)).toBe(1);
    expect(ids.slice(4096)).toEqual(ids.slice(0, 904));
  });

  it('leaves no more than the window unanswered in a closed loop', async () => {
    broker = startBroker({ holdsAnswers: true });
    await runLoad(planFor(await broker.listen()), () => undefined);
    expect(broker.mostUnanswered()).toBeGreaterThan(1);
    expect(broker.mostUnanswered()).toBeLessThanOrEqual(3 * 7);
  });

  it('keeps the pace of an open loop', async () => {
    broker = startBroker();
    const { seconds } = await runLoad(planFor(await broker.listen(), { pace: { kind: 'open', messagesPerS: 1200 } }), () => undefined);
    expect(broker.received).toHaveLength(600);
    expect(seconds).toBeGreaterThan(0.49);
  });

  it('rejects when the broker refuses a device', async () => {
    broker = startBroker({ refuses: true });
    await expect(runLoad(planFor(await broker.listen()), () => undefined)).rejects.toThrow('refused');
  });

  it('rejects when a connection is lost on the way', async () => {
    broker = startBroker({ closesAfter: 100 });
    await expect(runLoad(planFor(await broker.listen()), () => undefined)).rejects.toThrow();
  });
});
