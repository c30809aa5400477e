import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }
export type Reply = (response: ServerResponse, received: Received, request: IncomingMessage) => void;
export const replying = (status: number, body = '', headers: Record<string, string> = {}): Reply => (response) => { response.writeHead(status, headers).end(body); };

/** A real HTTP server on loopback that keeps what it is sent; `reply` may be exchanged at any time. */
export async function openReceiver() {
  const received: Received[] = [];
  const state = { reply: replying(204) };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const whole = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(whole);
      state.reply(response, whole, request);
    }).on('error', () => undefined); // the tests cut connections on purpose
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo; // it listens on a TCP port
  return {
    received, state, port, url: `http://127.0.0.1:${port}`,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}
export type Receiver = Awaited<ReturnType<typeof openReceiver>>;
