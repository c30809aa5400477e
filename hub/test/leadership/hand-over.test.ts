import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord } from '@liandong/protocols';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../../src/database/database.js';
import { createErrorHandler } from '../../src/http/problems.js';
import type { App } from '../../src/http/dependencies.js';
import { addHandOverRoute } from '../../src/http/routes/hand-over.js';
import { Journal } from '../../src/journal/journal.js';
import { createHandOver } from '../../src/leadership/hand-over.js';
import { createStandby, type Standby } from '../../src/leadership/standby.js';
import { describeOnDatabases, openTestDatabase } from '../support/databases.js';
import { waitFor } from '../support/wait-for.js';

const RECORDS = 2_500;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined } as never;
const record = (ts: number): JournalRecord => ({ type: 'telemetry', device: 'bin-1', ts, at: ts, values: { fill_level: 1 } });

describeOnDatabases('what a hub that led still holds', () => {
  let folder: string;
  let db: Db;
  let own: Journal;
  let leaders: Journal;
  let app: App;
  let url: URL;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liandong-hand-over-'));
    db = await openTestDatabase(folder);
    const journal = (name: string): Journal => new Journal({ path: join(folder, name), handlers: [], maxBytes: 1e9, maxAgeMs: 1e12, clock: { now: () => 0 }, logger: quiet });
    [own, leaders] = [journal('own'), journal('leader')];
    await own.open();
    await leaders.open();
    app = Fastify(); // as server.ts makes it
    app.setErrorHandler(createErrorHandler(quiet));
    addHandOverRoute(app, { token: 'right', journal: leaders, alerts: { ack: async () => { throw new Error('not asked here'); } } });
    url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    await new Promise<void>((resolve) => { own.append({ records: Array.from({ length: RECORDS }, (_, index) => record(index + 1)), bytes: 1 }, resolve); });
  });
  afterEach(async () => {
    await app.close();
    await own.stop();
    await leaders.stop();
    await db.destroy();
    await rm(folder, { recursive: true, force: true });
  });
  const handOver = (token = 'right') => createHandOver({ db, journal: own, readers: ['rules@a', 'rollups@a'], token })(url, new AbortController().signal);
  const times = async (): Promise<number[]> => { const all: number[] = []; for await (const { at } of leaders.recent(10_000)) all.push(at); return all; };

  it('is on the leader\'s disk once it has been handed over, in its order, and is not handed over again', async () => {
    await handOver();
    expect(await times()).toEqual(Array.from({ length: RECORDS }, (_, index) => index + 1));
    await handOver();
    expect(leaders.last).toBe(RECORDS);
  });

  it('stays its own when the leader does not let it in, and is all there the next time', async () => {
    await expect(handOver('wrong')).rejects.toThrow('401');
    expect(leaders.last).toBe(0);
    await handOver();
    expect(leaders.last).toBe(RECORDS);
  });
});

describe('a hub that stands by', () => {
  let standby: Standby;
  afterEach(() => standby.stop());

  it('says 503 with LEADER_UNAVAILABLE while nobody leads, passes requests on with the caller\'s address while somebody does, and leads when that one is gone', async () => {
    const leader = Fastify();
    leader.all('/*', async (request, reply) => reply.code(207).header('x-back', 'yes').send({ method: request.method, url: request.url, from: request.headers['x-forwarded-for'], host: request.headers.host, body: request.body }));
    const address = await leader.listen({ host: '127.0.0.1', port: 0 });
    const state = { isAlive: false, isFree: false, leads: 0 };
    standby = createStandby({
      host: '127.0.0.1', port: 0, tls: undefined, logger: quiet, handOver: async () => undefined, onLead: () => { state.leads += 1; },
      lease: { take: async () => state.isFree, leader: async () => ({ holder: 'other', address, isAlive: state.isAlive }) },
    });
    await standby.start();
    const base = `http://127.0.0.1:${standby.port}`;
    const refused = await fetch(`${base}/api/v1/alerts`);
    expect([refused.status, refused.headers.get('retry-after'), (await refused.json() as { code: string }).code]).toEqual([503, '3', 'LEADER_UNAVAILABLE']);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/readyz`)).status).toBe(503);
    state.isAlive = true;
    await waitFor('it follows', async () => (await fetch(`${base}/readyz`)).status === 200);
    const answer = await fetch(`${base}/api/v1/alerts?x=1`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
    expect([answer.status, answer.headers.get('x-back'), await answer.json()]).toEqual([207, 'yes', { method: 'POST', url: '/api/v1/alerts?x=1', from: '127.0.0.1', host: `127.0.0.1:${standby.port}`, body: { a: 1 } }]);
    await leader.close();
    expect((await fetch(`${base}/api/v1/alerts`)).status).toBe(503);
    Object.assign(state, { isAlive: false, isFree: true });
    await waitFor('it leads', () => state.leads === 1);
  });
});
