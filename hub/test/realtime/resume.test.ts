import { afterEach, beforeEach, expect, it } from 'vitest';
import { collectSeqs, startLiveHub, subscribe, until, type Client, type LiveHub } from './live-hub.js';
import { describeOnDatabases } from '../support/databases.js';
import { seededRandom } from '../support/seeded-random.js';

let hub: LiveHub;
beforeEach(async () => { hub = await startLiveHub({ inFlightAlerts: 16, pingMs: 400 }); });
afterEach(async () => { await hub.stop(); });

/** A screen as the console would be: it remembers the last seq it handled and resumes from it whenever it connects. */
function followingScreen(token: string, transports: string[]): { client: Client; seqs: number[]; modes: string[] } {
  const client = hub.connect({ auth: { token }, transports });
  const seqs: number[] = [];
  const modes: string[] = [];
  let last: number | undefined;
  const handle = (seq: number): void => { seqs.push(seq); last = seq; };
  client.on('alert', ({ seq }, ack) => { handle(seq); ack(); });
  client.on('device', ({ seq }) => handle(seq));
  client.on('connect', () => {
    client.emit('subscribe', last === undefined ? {} : { since: last }, (answer) => {
      if ('error' in answer) throw new Error(answer.error.code);
      modes.push(answer.mode);
      last ??= answer.seq;
    });
  });
  return { client, seqs, modes };
}

async function publish(count: number, random: () => number, between: (i: number) => void): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await (random() < 0.5 ? hub.alert(`a${i}`, 'elm') : hub.device('bin-1'));
    if (random() < 0.1) await new Promise((resolve) => setTimeout(resolve, random() * 10));
    between(i);
  }
}

describeOnDatabases('resume', () => {
  it.each([[1, ['websocket']], [2, ['websocket']], [3, ['polling', 'websocket']], [4, ['polling']]])('delivers each of 500 changes exactly once and in order across random disconnects (seed %i, %s)', async (seed, transports) => {
    const random = seededRandom(seed);
    hub.addDevice('bin-1', 'elm');
    const screens = [followingScreen('admin', transports), followingScreen('east', transports)];
    await until(() => screens.every(({ modes }) => modes.length > 0));
    await publish(500, random, (i) => { hub.cut(() => i === 250 || random() < 0.04); });
    const all = Array.from({ length: 500 }, (_, i) => i + 1);
    await until(() => screens.every(({ seqs }) => seqs.at(-1) === 500));
    for (const { seqs, modes } of screens) {
      expect(seqs).toEqual(all);
      expect(modes.slice(1).every((mode) => mode === 'resume')).toBe(true);
    }
    expect(screens.flatMap(({ modes }) => modes).length).toBeGreaterThan(screens.length);
  });

  it('leaves no gap between a snapshot and what happens while it is made', async () => {
    hub.activeCalls.before = async () => { for (let i = 0; i < 30; i += 1) await hub.alert(`during-${i}`, 'elm'); };
    const client = hub.connect();
    const seqs = collectSeqs(client);
    await hub.alert('before', 'elm');
    const { seq } = await subscribe(client);
    hub.activeCalls.before = async () => {};
    await hub.alert('after', 'elm');
    await until(() => seqs.at(-1) === 32);
    expect(seqs).toEqual(Array.from({ length: 32 - seq }, (_, i) => seq + 1 + i));
  });

  it('sends only what lies in scope of what was missed, with no alerts in the answer', async () => {
    for (const area of ['elm', 'fir', 'oak', 'fir', 'elm']) await hub.alert(`in-${area}`, area);
    const client = hub.connect('east');
    const seqs = collectSeqs(client);
    expect(await subscribe(client, { since: 1 })).toEqual({ seq: 5, alerts: [], mode: 'resume' });
    await until(() => seqs.length === 2);
    expect(seqs).toEqual([3, 5]);
  });

  it('answers a snapshot when what was missed is no longer kept', async () => {
    for (let i = 0; i < 5; i += 1) await hub.alert(`a${i}`, 'elm');
    await hub.changes.dropBefore(Date.now() + 1);
    const client = hub.connect();
    expect(await subscribe(client, { since: 1 })).toMatchObject({ seq: 5, mode: 'snapshot', alerts: { length: 5 } });
    expect(await subscribe(client, { since: 5 })).toMatchObject({ seq: 5, mode: 'resume' });
  });

  it('answers a snapshot for a seq the hub has never given', async () => {
    await hub.alert('a1', 'elm');
    expect(await subscribe(hub.connect(), { since: 4_711 })).toMatchObject({ seq: 1, mode: 'snapshot', alerts: [{ id: 'a1' }] });
  });

  it('sends no more alerts than may be in flight until the screen acknowledges, and then all of them', async () => {
    const client = hub.connect();
    const held: (() => void)[] = [];
    const seqs: number[] = [];
    client.on('alert', ({ seq }, ack) => { seqs.push(seq); held.push(ack); });
    await subscribe(client);
    for (let i = 0; i < 100; i += 1) await hub.alert(`a${i}`, 'elm');
    await until(() => seqs.length === 16);
    await client.timeout(5_000).emitWithAck('ack', { alertId: 'a1' }); // an answer that comes after anything sent before it
    expect(seqs).toHaveLength(16);
    await until(() => { held.splice(0).forEach((ack) => ack()); return seqs.length === 100; });
    expect(seqs).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });
});
