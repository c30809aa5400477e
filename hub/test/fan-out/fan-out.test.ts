import type { JournalRecord } from '@liandong/protocols';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createFanOutPublisher } from '../../src/fan-out/publisher.js';
import { streamName } from '../../src/fan-out/redis.js';
import { createFanOutSubscriber } from '../../src/fan-out/subscriber.js';
import type { LiveValues } from '../../src/fan-out/types.js';
import type { Feature } from '../../src/feature.js';
import { findRedis, REDIS_HINT, startRedis, type RedisServer } from '../support/redis-server.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

const PARTS = { broker: { state: 'ready' as const }, store: { state: 'degraded' as const, detail: 'slow' } };
const FLOODS = [{ area: 'street', alerts: 40, since: 5 }];

describeWithServer('latest values and the leader\'s state over Redis', findRedis(), REDIS_HINT, (program) => {
  let server: RedisServer;
  const running: Feature[] = [];
  const lines: unknown[] = [];
  const logger = { warn: (...line: unknown[]) => { lines.push(line); }, info: () => undefined };
  beforeAll(async () => { server = await startRedis(program); });
  afterEach(async () => { for (const feature of running.splice(0)) await feature.stop(); });
  afterAll(async () => { await server?.dispose(); });

  async function open(key: Buffer) {
    const seen: LiveValues[] = [];
    const mind = { atMs: 0 };
    const options = { url: new URL(server.url), stream: streamName(key), logger };
    const publisher = createFanOutPublisher({ ...options, health: { parts: () => PARTS }, flood: { states: () => FLOODS } });
    const subscriber = createFanOutSubscriber({ ...options, onValues: (values) => { seen.push(...values); }, stopwatch: () => mind.atMs });
    for (const feature of [subscriber, publisher]) {
      running.push(feature);
      await feature.start();
    }
    const send = (ts: number, value: number): Promise<void> => {
      const record: JournalRecord = { type: 'telemetry', device: 'bin-1', ts, at: ts, values: { fill_level: value } };
      return publisher.reader.handle({ first: 1, last: 1, records: [record] });
    };
    await waitFor('the state arrives', () => 'broker' in subscriber.parts());
    return { seen, mind, subscriber, send };
  }

  it('come coalesced to the newest by device time, with parts and floods; another sub-district on the same Redis hears nothing', async () => {
    const [one, other] = [await open(Buffer.alloc(32, 1)), await open(Buffer.alloc(32, 2))];
    await one.send(20, 2);
    await one.send(10, 1); // late
    await waitFor('the value arrives', () => one.seen.length > 0);
    expect(one.seen).toEqual([{ device: 'bin-1', ts: 20, values: { fill_level: 2 } }]);
    expect(one.subscriber.parts()).toEqual(PARTS);
    expect(one.subscriber.states()).toEqual(FLOODS);
    await other.send(1, 9);
    await waitFor('the other has its own', () => other.seen.length > 0);
    expect([one.seen.length, other.seen]).toEqual([1, [{ device: 'bin-1', ts: 1, values: { fill_level: 9 } }]]);
  });

  it('are nothing that is known after 8 s without word from the leader', async () => {
    const { mind, subscriber } = await open(Buffer.alloc(32, 3));
    mind.atMs = 8_000;
    await waitFor('word at that time', () => 'broker' in subscriber.parts());
    for (const feature of running.splice(1)) await feature.stop();
    mind.atMs = 16_001;
    expect([subscriber.parts(), subscriber.states()]).toEqual([{}, []]);
  });

  it('go on by themselves after Redis was gone, which is told once and without its password', async () => {
    const { seen, send } = await open(Buffer.alloc(32, 4));
    await server.kill();
    await send(1, 1);
    await waitFor('it is told', () => lines.length > 0);
    await server.start();
    await waitFor('values come again', async () => { await send(2, 2); return seen.some(({ ts }) => ts === 2); });
    expect(lines.length).toBeLessThanOrEqual(2); // one for each side
    expect(JSON.stringify(lines)).not.toContain('only-for-tests');
  });
});
