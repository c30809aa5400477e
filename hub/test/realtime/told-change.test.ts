import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Alert } from '@liandong/protocols';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../src/changes/change-log.js';
import { acknowledging, InFlight } from '../../src/realtime/in-flight.js';
import { openSocketServer, type LiveSocket, type SocketServer } from '../../src/realtime/socket-server.js';
import { ToldChange } from '../../src/realtime/told-change.js';

let httpServer: HttpServer;
let server: SocketServer;
let clients: Socket[];

beforeEach(async () => {
  httpServer = createServer();
  server = openSocketServer({ httpServer, maxConnections: 10, pingMs: 10_000 });
  await new Promise<void>((resolve) => { httpServer.listen(0, '127.0.0.1', resolve); });
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.close();
  await server.close();
  httpServer.close();
});

/** Tells the socket's screen, and calls back when it has acknowledged that. */
function tell(told: ToldChange, socket: LiveSocket, onTaken: () => void = () => undefined): void {
  const inFlight = new InFlight(4);
  acknowledging(socket, inFlight, onTaken);
  const id = told.tell(socket);
  if (id !== undefined) inFlight.add(id, told.seq, 0);
}

async function connect(transport: 'websocket' | 'polling'): Promise<{ client: Socket; socket: LiveSocket }> {
  const accepted = new Promise<LiveSocket>((resolve) => { server.io.once('connection', resolve); });
  const client = io(`http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`, { transports: [transport], upgrade: false, forceNew: true });
  clients.push(client);
  return { client, socket: await accepted };
}

/** Of a length that takes another form of the frame's header, in bytes. */
const words = (length: number): string => '满溢 "\u2028" '.padEnd(length, 'x');
const alertOf = (message: string): Alert => ({
  id: 'a1', ruleId: 'r', deviceId: 'd', area: 'elm', kind: 'gateway', severity: 'critical', tier: 'community', active: true, acked: false, raisedAt: 1, lastAt: 1, count: 1, message: { zh: message, en: 'full' }, seq: 7,
});
const changeOf = (message = '满溢'): Change => ({ seq: 7, area: 'elm', kind: 'alert', alert: alertOf(message) });
const received = (client: Socket, event: string): Promise<unknown[]> => new Promise((resolve) => { client.once(event, (...args: unknown[]) => resolve(args)); });

describe.each(['websocket', 'polling'] as const)('by %s', (transport) => {
  it.each([0, 100, 200, 65_000, 66_000, 200_000])('an alert of more than %i bytes comes as Socket.IO would send it, and others after it', async (length) => {
    const { client, socket } = await connect(transport);
    const change = changeOf(words(length));
    const [first, second] = [received(client, 'alert'), received(client, 'after')];
    tell(new ToldChange(change), socket);
    (socket as unknown as { emit(event: string, word: string): void }).emit('after', '在后');
    expect(await first).toEqual([{ seq: 7, alert: (change as { alert: Alert }).alert }, expect.any(Function)]);
    expect(await second).toEqual(['在后']);
  });

  it('an alert that is told again when it is acknowledged is acknowledged again', async () => {
    const { client, socket } = await connect(transport);
    client.on('alert', (_told: unknown, ack: () => void) => ack());
    const told = new ToldChange(changeOf());
    await new Promise<void>((resolve) => { tell(told, socket, () => { tell(told, socket, resolve); }); });
  });

  it('a device comes without an acknowledgement', async () => {
    const { client, socket } = await connect(transport);
    const device = { id: 'd1', name: '东门', kind: 'gateway', area: 'elm', codec: 'native', reportingIntervalS: 60, status: 'online' } as const;
    const came = received(client, 'device');
    new ToldChange({ seq: 8, area: 'elm', kind: 'device', device }).tell(socket);
    expect(await came).toEqual([{ seq: 8, device }]);
  });
});

it('each screen acknowledges for itself, and an answer that was asked for meanwhile is not taken for it', async () => {
  const [one, other] = [await connect('websocket'), await connect('polling')];
  const taken: string[] = [];
  other.client.on('alert', (_alert: unknown, take: () => void) => { take(); });
  const asked = received(one.client, 'alert');
  one.client.on('question', (answer: (word: string) => void) => { answer('答'); });
  const told = new ToldChange(changeOf());
  tell(told, one.socket, () => taken.push('one'));
  tell(told, other.socket, () => taken.push('other'));
  const question = one.socket as unknown as { emitWithAck(event: string): Promise<string> };
  expect(await question.emitWithAck('question')).toBe('答');
  await expect.poll(() => taken).toEqual(['other']);
  const [, take] = await asked as [unknown, () => void];
  take();
  await expect.poll(() => taken).toEqual(['other', 'one']);
});

it('a screen that has gone is told nothing, and nothing fails', async () => {
  const { client, socket } = await connect('websocket');
  const left = new Promise((resolve) => { socket.on('disconnect', resolve); });
  client.close();
  await left;
  expect(() => { tell(new ToldChange(changeOf()), socket); }).not.toThrow();
});
