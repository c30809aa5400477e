import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from './free-port.js';

it('A free port can be listened on, and lies below the range of outgoing connections', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(port, '127.0.0.1', resolve); });
  expect(port).toBeLessThan(32_768);
  await new Promise((resolve) => server.close(resolve));
});
