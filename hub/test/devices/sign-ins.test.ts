import { randomBytes } from 'node:crypto';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedBroker } from '../../src/broker/embedded-broker.js';
import { createLastPayloads, type LastPayloads } from '../../src/devices/last-payloads.js';
import { createSignIns, type SignIns } from '../../src/devices/sign-ins.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import { MemoryDirectory } from '../support/memory-directory.js';

const clock = { at: 1_800_000_000_000, now() { return this.at; } };
let directory: MemoryDirectory;
let signIns: SignIns;
let payloads: LastPayloads;
let broker: EmbeddedBroker;

beforeEach(async () => {
  directory = new MemoryDirectory();
  directory.put({ id: 'bin-1', secret: 's1' }).device.accepted = false;
  directory.put({ id: 'bin-2', secret: 's2' });
  signIns = createSignIns({ clock, directory });
  payloads = createLastPayloads({ clock });
  const journal = { isFull: false, append: (_records: unknown, done: () => void) => { setImmediate(done); }, onDrain: () => () => undefined };
  const ingest = new Ingest({ directory, journal, clock, retentionMs: 86_400_000, pseudonyms: createPseudonyms({ key: randomBytes(32) }), refusals: { refuse: () => undefined }, payloads });
  broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0, directory, ingest, journal, logger: pino({ level: 'silent' }), signIns });
  await broker.start();
});
afterEach(async () => { await broker.stop(); });

const signIn = (username: string, password: string) => connectAsync({ host: '127.0.0.1', port: broker.port, username, password, reconnectPeriod: 0 });

describe('sign-ins on the embedded broker', () => {
  it('are remembered by device, good and bad, and no stranger\'s', async () => {
    await expect(signIn('bin-1', 'wrong')).rejects.toThrow();
    await expect(signIn('stranger', 'wrong')).rejects.toThrow();
    const failedAt = clock.at;
    expect([signIns.of('bin-1'), signIns.of('stranger')]).toEqual([{ failedAt }, {}]);
    clock.at += 5;
    const client = await signIn('bin-1', 's1');
    expect(signIns.of('bin-1')).toEqual({ failedAt, succeededAt: clock.at });
    await client.endAsync();
  });

  it('are followed by the payload, which is held of a device that is being installed and of no other', async () => {
    for (const [id, secret] of [['bin-1', 's1'], ['bin-2', 's2']] as const) {
      const client = await signIn(id, secret);
      await client.publishAsync(`liandong/v1/fuan/beiguan/${id}/telemetry`, '{"values":{"fill_level":43}}', { qos: 1 });
      await client.endAsync();
    }
    expect(payloads.get('bin-1')).toMatchObject({ at: clock.at, payload: '{"values":{"fill_level":43}}', values: { fill_level: 43 }, refusals: [] });
    expect([payloads.readingAt('bin-1'), payloads.get('bin-2')]).toEqual([clock.at, undefined]);
  });
});
