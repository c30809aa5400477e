import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { urlHost } from '../src/url-host.js';

it.each([
  ['127.0.0.1', '127.0.0.1'], ['hub.example', 'hub.example'], ['0.0.0.0', '127.0.0.1'], ['::', '[::1]'], ['::1', '[::1]'], ['fd00::5', '[fd00::5]'], ['[::1]', '[::1]'],
])('%s stands as %s in an address', (host, written) => {
  expect(urlHost(host)).toBe(written);
  expect(new URL(`mqtt://${written}:1883`)).toMatchObject({ hostname: written, port: '1883' });
});

it.each(['0.0.0.0', '::', '127.0.0.1'])('what listens on %s is reached at its address', async (host) => {
  const server = createServer().listen({ host, port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // it listens on TCP
  const socket = connect({ host: urlHost(host).replace(/^\[|\]$/g, ''), port });
  await once(socket, 'connect');
  socket.destroy();
  server.close();
});
