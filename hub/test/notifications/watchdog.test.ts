import type { PartState } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWatchdog, type Watchdog } from '../../src/notifications/watchdog.js';
import { openReceiver, replying, type Receiver } from './receiver.js';

let receiver: Receiver;
let parts: Record<string, { state: PartState }>;
let lines: unknown[][];
let watchdog: Watchdog;
beforeEach(async () => {
  receiver = await openReceiver();
  parts = { broker: { state: 'ready' }, journal: { state: 'ready' }, rules: { state: 'ready' }, store: { state: 'degraded' } };
  lines = [];
  watchdog = createWatchdog({ url: new URL(`${receiver.url}/ping/secret`), intervalMs: 60_000, health: { parts: () => parts }, logger: { warn: (...line: unknown[]) => { lines.push(line); }, info: (...line: unknown[]) => { lines.push(line); } } });
});
afterEach(async () => {
  await watchdog.stop();
  await receiver.close();
});

describe('the watchdog', () => {
  it('is called while alerts are being raised, a store outage or not', async () => {
    await watchdog.beat();
    expect(receiver.received).toMatchObject([{ path: '/ping/secret' }]);
  });

  it.each([['broker', 'down'], ['journal', 'down'], ['rules', 'down'], ['broker', 'degraded'], ['hub', 'down']] as const)('is not called while %s is %s', async (part, state) => {
    parts[part] = { state };
    await watchdog.beat();
    expect(receiver.received).toEqual([]);
  });

  it('logs once that it can not be reached, and once that it is again, without its key', async () => {
    receiver.state.reply = replying(500);
    await watchdog.beat();
    await watchdog.beat();
    receiver.state.reply = (_response, _received, { socket }) => { socket.destroy(); };
    await watchdog.beat();
    receiver.state.reply = replying(200);
    await watchdog.beat();
    await watchdog.beat();
    expect(lines.map(([, text]) => text)).toEqual(['the watchdog can not be reached (WATCHDOG_URL); it is called on', 'the watchdog is reached again']);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('stops at once, even in the middle of a call, and both calls may be repeated', async () => {
    receiver.state.reply = () => { void watchdog.stop(); };
    await watchdog.start();
    await watchdog.start();
    await watchdog.beat();
    await watchdog.stop();
    expect(lines).toEqual([]);
  });
});
