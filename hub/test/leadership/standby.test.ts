import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createStandby, type Standby, type StandbyDependencies } from '../../src/leadership/standby.js';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const ends: (() => unknown)[] = [];
afterEach(async () => { for (const end of ends.splice(0).reverse()) await end(); });

type Part = Partial<Pick<StandbyDependencies, 'onLead' | 'handOver'>>;

async function startStandby(lease: StandbyDependencies['lease'], { onLead = () => undefined, handOver = async () => undefined }: Part = {}): Promise<Standby> {
  const standby = createStandby({ lease, host: '127.0.0.1', port: 0, tls: undefined, logger, handOver, onLead });
  await standby.start();
  ends.push(() => standby.stop());
  return standby;
}

/** Takes every WebSocket and is never heard of again. */
async function startMuteLeader(): Promise<{ address: string; taken: Socket[] }> {
  const taken: Socket[] = [];
  const leader = createServer();
  leader.on('upgrade', (_request, socket: Socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    taken.push(socket);
  });
  leader.listen(0, '127.0.0.1');
  await once(leader, 'listening');
  ends.push(() => { for (const socket of taken) socket.destroy(); leader.close(); });
  return { address: `http://127.0.0.1:${(leader.address() as AddressInfo).port}`, taken }; // it listens on TCP
}

describe('a hub that stands by', () => {
  it('stops at once, whatever WebSockets lead to a leader that is gone without a word', async () => {
    const { address, taken } = await startMuteLeader();
    const standby = await startStandby({ leader: async () => ({ holder: 'other', address, isAlive: true }), take: async () => false });
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${standby.port}/readyz`)).status).toBe(200);
    const screen = connect(standby.port, '127.0.0.1');
    ends.push(() => screen.destroy());
    screen.write('GET /socket.io/ HTTP/1.1\r\nhost: hub\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    expect(String((await once(screen, 'data'))[0])).toContain('101');
    expect(taken).toHaveLength(1);
    const closed = once(screen, 'close');
    screen.on('error', () => undefined);
    await expect(Promise.race([standby.stop().then(() => 'stopped'), new Promise((resolve) => { setTimeout(resolve, 5_000, 'waits'); })])).resolves.toBe('stopped');
    await closed;
  });

  it('takes over from a leader that goes while it is given what this hub still holds', async () => {
    let isAlive = true;
    const onLead = vi.fn();
    const handOver = vi.fn((_leader: URL, signal: AbortSignal) => new Promise<void>((_resolve, reject) => {
      signal.addEventListener('abort', () => { reject(new Error('given up')); });
    }));
    await startStandby({ leader: async () => ({ holder: 'other', address: 'http://127.0.0.1:1', isAlive }), take: async () => true }, { onLead, handOver });
    await expect.poll(() => handOver).toHaveBeenCalledOnce();
    expect(onLead).not.toHaveBeenCalled();
    isAlive = false;
    await expect.poll(() => onLead).toHaveBeenCalledOnce();
  });

  it('does not lead any more once it is told to stop, and has stopped only when its last look is over: whoever gives the lease back comes after that', async () => {
    let taken: ((isTaken: boolean) => void) | undefined;
    const onLead = vi.fn();
    const standby = await startStandby({ leader: async () => undefined, take: () => new Promise((resolve) => { taken = resolve; }) }, { onLead });
    await expect.poll(() => taken).toBeDefined();
    let hasStopped = false;
    const stopping = standby.stop().then(() => { hasStopped = true; });
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(hasStopped).toBe(false);
    taken?.(true);
    await stopping;
    expect(onLead).not.toHaveBeenCalled();
  });
});
