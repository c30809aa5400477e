import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFaultyLink, type FaultyLink } from './faulty-link.js';
import { describeWithServer } from './require-server.js';
import { findToxiproxy, startToxiproxy, TOXIPROXY_HINT } from './toxiproxy.js';
import { waitFor } from './wait-for.js';

const SLOWED_MS = 90;

describe('a link with faults', () => { behave(async (target) => ({ link: await openFaultyLink(target), stop: () => Promise.resolve() })); });
describeWithServer('a link with faults through Toxiproxy', findToxiproxy(), TOXIPROXY_HINT, (program) => {
  behave(async (target) => {
    const proxy = await startToxiproxy(program);
    return { link: await proxy.openLink(target), stop: () => proxy.stop() };
  });
});

function behave(open: (target: number) => Promise<{ link: FaultyLink; stop(): Promise<void> }>): void {
  let echo: Server;
  let link: FaultyLink;
  let stop: () => Promise<void>;
  const clients: Client[] = [];
  beforeEach(async () => {
    echo = createServer((socket) => { socket.on('error', () => undefined).pipe(socket); });
    await new Promise<void>((resolve) => { echo.listen(0, '127.0.0.1', resolve); });
    ({ link, stop } = await open((echo.address() as AddressInfo).port)); // it listens on TCP
  });
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await link.close();
    await stop();
    await new Promise((resolve) => { echo.close(resolve); });
  });
  const join = async (): Promise<Client> => {
    const client = await joinAt(link.port);
    clients.push(client);
    return client;
  };
  async function echoes(client: Client, text: string): Promise<number> {
    const sentAt = performance.now();
    client.socket.write(text);
    await waitFor(`${text} comes back`, () => client.heard().includes(text), { intervalMs: 2 });
    return performance.now() - sentAt;
  }

  it('resets what is open and what comes, until it is healed', async () => {
    const before = await join();
    await echoes(before, 'one');
    await link.lay('reset');
    before.socket.write('two');
    await waitFor('it is reset', () => before.socket.destroyed);
    const meanwhile = await join();
    meanwhile.socket.write('three');
    await waitFor('it is reset, too', () => meanwhile.socket.destroyed);
    expect([before.heard(), meanwhile.heard()]).toEqual(['one', '']);
    await link.heal();
    await echoes(await join(), 'four');
  });

  it('lets nothing through and ends nothing while it is stalled', async () => {
    const stalled = await join();
    const other = await join();
    await echoes(stalled, 'one');
    await link.lay('stall');
    stalled.socket.write('two');
    other.socket.write('three');
    expect([stalled.heard(), stalled.socket.destroyed, other.heard()]).toEqual(['one', false, '']);
    await link.heal();
    await echoes(await join(), 'four');
  });

  it('takes its time while it is slow', async () => {
    const client = await join();
    await echoes(client, 'one');
    await link.lay('slow');
    expect(await echoes(client, 'two')).toBeGreaterThan(SLOWED_MS);
    await link.heal();
    await echoes(client, 'three');
  });
}

interface Client { readonly socket: Socket; heard(): string }

function joinAt(port: number): Promise<Client> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    const client = { socket, heard: () => heard };
    socket.setEncoding('utf8').on('data', (text: string) => { heard += text; }).on('error', () => undefined);
    for (const event of ['connect', 'close'] as const) socket.once(event, () => { resolve(client); });
  });
}
