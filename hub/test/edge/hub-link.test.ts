import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HubLink } from '../../src/edge/hub-link.js';

/** MQTT 3.1.1 clause 3.2: accepted. */
const CONNACK = Buffer.from([0x20, 2, 0, 0]);

let hub: Server;
let sockets: Socket[];
let link: HubLink;
beforeEach(async () => {
  sockets = [];
  hub = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => { socket.write(CONNACK); });
  });
  await new Promise<void>((resolve) => { hub.listen(0, '127.0.0.1', resolve); });
  const { port } = hub.address() as AddressInfo; // it listens on a port
  link = new HubLink({
    config: { mqttUrl: new URL(`mqtt://127.0.0.1:${port}`), hubUrl: new URL('http://127.0.0.1'), ca: undefined, id: 'edge', secret: () => 'secret', order: 'in-order', backlogPerS: 1 },
    random: () => 0,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined },
  });
});
afterEach(async () => {
  await link.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => { hub.close(resolve); });
});

it('tells when it goes up and down', async () => {
  const seen: boolean[] = [];
  link.onChange(() => { seen.push(link.isUp); });
  await link.start();
  await expect.poll(() => seen).toEqual([true]);
  sockets[0]?.destroy();
  await expect.poll(() => seen).toEqual([true, false]);
});

it('leaves nobody believing that it is up whom another listener drops it before', async () => {
  const seen: boolean[] = [];
  link.onChange(() => { if (link.isUp) void link.stop(); });
  link.onChange((...told: boolean[]) => { seen.push(told[0] ?? link.isUp); });
  await link.start();
  await expect.poll(() => seen.length).toBeGreaterThan(1);
  expect(seen).not.toContain(true);
});
