import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StartError, type AppError } from '../../src/problem.js';
import { createInfluxStore, type InfluxStoreOptions } from '../../src/telemetry/influx-store.js';
import { findInfluxd, INFLUXD_HINT, startInfluxServer, type InfluxServer } from '../support/influx-server.js';
import { freePort } from '../support/free-port.js';
import { describeWithServer } from '../support/require-server.js';
import { createBatcher, event, reading, recordLog, T0 } from './batches.js';

const ALWAYS = { from: 0, to: T0 + 1e12 };
const batch = createBatcher();

describe('the InfluxDB store', { timeout: 60_000 }, () => {
  const settings = { url: 'http://127.0.0.1:1', token: 't', org: 'o', bucket: 'b' };
  let stub: Server | undefined;
  afterEach(() => {
    stub?.closeAllConnections();
    stub?.close();
    stub = undefined;
  });

  /** A server that answers everything with one status, or, without one, never. */
  async function answering(status: number | undefined): Promise<string> {
    stub = createServer((request, response) => {
      request.resume();
      if (status !== undefined) request.on('end', () => response.writeHead(status).end());
    }).listen(0, '127.0.0.1');
    await once(stub, 'listening');
    return `http://127.0.0.1:${(stub.address() as AddressInfo).port}`; // a TCP server has a port
  }

  it('stops the start when INFLUX_URL is no address', async () => {
    for (const url of ['influx', 'ftp://127.0.0.1', '']) {
      const store = createInfluxStore({ ...settings, url, log: recordLog() });
      await expect(store.start()).rejects.toThrow(StartError);
      await expect(store.start()).rejects.toThrow(/INFLUX_URL/);
    }
  });

  it('starts while the server is down, says so, and rejects writes', async () => {
    const log = recordLog();
    const store = createInfluxStore({ ...settings, url: `http://127.0.0.1:${await freePort()}`, log });
    await store.start();
    expect(log.lines.map(({ message }) => message)).toEqual([expect.stringContaining('INFLUX_URL')]);
    await expect(store.write(batch([reading('a', T0, { temperature: 1 })]))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await store.isReachable()).toBe(false);
    expect(await store.position()).toBeUndefined();
    await store.stop();
  });

  it.each([429, 500, 503, undefined])('rejects a write that is answered with %s', async (status) => {
    const store = createInfluxStore({ ...settings, url: await answering(status), log: recordLog(), requestTimeoutMs: 200 });
    await store.start();
    await expect(store.write(batch([reading('a', T0, { temperature: 1 })]))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(store.deadLetters).toBe(0);
    await store.stop();
  });

  it('ends what waits for a server that hangs when it stops, and writes nothing afterwards', async () => {
    let hasAnswers = true;
    let asked = 0;
    stub = createServer((request, response) => {
      asked += 1;
      request.resume();
      if (hasAnswers) request.on('end', () => response.writeHead(204).end());
    }).listen(0, '127.0.0.1');
    await once(stub, 'listening');
    const store = createInfluxStore({ ...settings, url: `http://127.0.0.1:${(stub.address() as AddressInfo).port}`, log: recordLog() }); // a TCP server has a port
    await store.start();
    hasAnswers = false;
    const waiting = [
      store.write(batch([reading('a', T0, { temperature: 1 })])), store.write(batch([reading('b', T0, { temperature: 1 })])), // the second one waits for the connection
      store.raw({ device: 'a', metric: 'temperature', ...ALWAYS }, { limit: 1 }),
    ].map((call) => call.then(() => 'done', (error: AppError) => error.code));
    await expect.poll(() => asked).toBe(3); // the probe, one write and the query
    const stoppedAt = performance.now();
    await store.stop();
    expect(await Promise.all(waiting)).toEqual(['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE', 'STORE_UNAVAILABLE']);
    expect(performance.now() - stoppedAt).toBeLessThan(5_000); // a request may take twice as long
    await expect(store.write(batch([reading('a', T0, { temperature: 1 })]))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(asked).toBe(3);
    hasAnswers = true;
    await store.start();
    await store.write(batch([reading('a', T0, { temperature: 1 })]));
    await store.stop();
  });
});

describeWithServer('the InfluxDB store on a real server', findInfluxd(), INFLUXD_HINT, (binary) => {
  let server: InfluxServer;
  beforeAll(async () => { server = await startInfluxServer(binary); });
  afterAll(() => server.stop());

  const open = (options: Partial<InfluxStoreOptions> = {}) => createInfluxStore({ ...server, log: recordLog(), ...options });

  it.each([
    [{ token: 'wrong' }, /INFLUX_TOKEN/], [{ org: 'wrong' }, /INFLUX_ORG/], [{ bucket: 'wrong' }, /INFLUX_BUCKET/],
  ])('stops the start for %o with a sentence that names the setting', async (wrong, sentence) => {
    const store = open(wrong);
    await expect(store.start()).rejects.toThrow(StartError);
    await expect(store.start()).rejects.toThrow(sentence);
    expect(await store.isReachable()).toBe(false);
  });

  it('sets the bad lines of a batch aside and keeps all others', async () => {
    const log = recordLog();
    const store = open({ log });
    await store.start();
    const records = Array.from({ length: 1000 }, (_, i) => reading('mixed', T0 + i, { temperature: i === 17 || i === 900 ? NaN : 1 }));
    await store.write(batch([...records, event('mixed', 'ok', T0), event('mixed', 'beyond', 9.3e12, { secret: 'person' })]));
    expect(store.deadLetters).toBe(3);
    expect(log.lines).toHaveLength(3);
    expect(log.lines[0]?.facts).toMatchObject({ line: `telemetry,device=mixed temperature=NaN ${T0 + 17}`, status: 400 });
    expect(JSON.stringify(log.lines)).not.toContain('person');
    expect((await store.raw({ device: 'mixed', metric: 'temperature', ...ALWAYS }, { limit: 2000 })).data).toHaveLength(998);
    expect((await store.events({ device: 'mixed', ...ALWAYS }, { limit: 10 })).data.map(({ id }) => id)).toEqual(['ok']);
    await store.stop();
  });

  it('does not let what a caller sends become part of a query', async () => {
    const store = open();
    await store.start();
    await store.write(batch([reading('quoted', T0, { temperature: 1 })]));
    const device = 'x" or r.device == "quoted';
    expect((await store.raw({ device, metric: 'temperature', ...ALWAYS }, { limit: 10 })).data).toEqual([]);
    expect(await store.latest([device, '${1}\\'])).toEqual(new Map());
    expect((await store.events({ device, ...ALWAYS }, { limit: 10 })).data).toEqual([]);
    await store.stop();
  });

  it('rejects within its time while the server hangs, and stores the same batch once it goes on', { timeout: 120_000 }, async () => {
    const store = open({ requestTimeoutMs: 300 });
    await store.start();
    const same = batch([reading('hung', T0, { temperature: 1 }), reading('hung', T0 + 1, { temperature: 2 })]);
    server.pause();
    await expect.poll(() => store.isReachable(), { timeout: 45_000 }).toBe(false); // a stop takes a moment on a busy machine
    await expect(store.write(same)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    server.resume();
    await expect.poll(() => store.write(same).then(() => true, () => false), { timeout: 45_000 }).toBe(true);
    await expect.poll(async () => (await store.raw({ device: 'hung', metric: 'temperature', ...ALWAYS }, { limit: 10 })).data, { timeout: 45_000 }).toEqual([[T0, 1], [T0 + 1, 2]]);
    await store.stop();
  });
});
