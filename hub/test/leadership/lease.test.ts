import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Db } from '../../src/database/database.js';
import { FENCED, type Fence } from '../../src/database/postgres/fence.js';
import { openPostgres } from '../../src/database/postgres/open-postgres.js';
import { createLease, LEASE_MS, type Lease } from '../../src/leadership/lease.js';
import { waitToLead } from '../../src/leadership/wait-to-lead.js';
import { folderName, peerToken, sharedKey } from '../../src/leadership/shared-key.js';
import { StartError } from '../../src/problem.js';
import { findPostgres, POSTGRES_HINT, startPostgres, type PostgresServer } from '../support/postgres-server.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

interface Hub { readonly db: Db; readonly lease: Lease; readonly lost: string[]; readonly mind: { aheadMs: number } }

describeWithServer('the lease of the leader', findPostgres(), POSTGRES_HINT, (programs) => {
  let server: PostgresServer;
  let url: string;
  const hubs: Hub[] = [];
  beforeAll(async () => { server = await startPostgres(programs); });
  beforeEach(async () => { url = await server.createDatabase(); });
  afterEach(async () => {
    for (const { lease, db } of hubs.splice(0)) {
      await lease.stop();
      await db.destroy();
    }
  });
  afterAll(async () => { await server?.dispose(); });

  async function hub(holder: string, { address }: { address: string | undefined } = { address: `http://${holder}:8080` }): Promise<Hub> {
    const fence: Fence = { term: undefined, onFenced: () => undefined };
    const db = await openPostgres({ url: new URL(url), logger: { warn: () => undefined }, fence, waitMs: 0, answerMs: 1_000 });
    const lost: string[] = [];
    const mind = { aheadMs: 0 };
    const lease = createLease({ db, fence, holder, address, logger: { info: () => undefined, error: () => undefined }, onLost: (reason) => { lost.push(reason); }, stopwatch: () => performance.now() + mind.aheadMs });
    hubs.push({ db, lease, lost, mind });
    return hubs.at(-1)!; // just put there
  }
  const write = ({ db }: Hub, by: string): Promise<unknown> => db.transaction().execute((trx) => trx.insertInto('audit').values({ at: 1, by, action: 'x', target: 'y', detail: null }).execute());
  /** As when the holder has not renewed for its life. */
  const expire = ({ db }: Hub): Promise<unknown> => db.updateTable('lease').set({ expires_at: 1 }).execute();

  it('is held by one at a time, by the same hub again after a crash, and by the other at once when it is given back', async () => {
    const [one, two] = [await hub('one'), await hub('two')];
    expect((await Promise.all([one, two].map(({ lease }) => lease.take()))).filter(Boolean)).toHaveLength(1);
    const [leader, other] = (await one.lease.leader())?.holder === 'one' ? [one, two] : [two, one];
    expect(await other.lease.leader()).toMatchObject({ isAlive: true, address: expect.stringMatching(/^http:\/\/(one|two):8080$/) as string });
    expect(await leader.lease.take()).toBe(true);
    expect(await other.lease.take()).toBe(false);
    await leader.lease.stop();
    expect(await other.lease.take()).toBe(true);
  });

  it('lets a leader that wakes too late write nothing, and tells it', async () => {
    const [one, two] = [await hub('one'), await hub('two')];
    await one.lease.take();
    await write(one, 'one');
    await expire(two);
    await write(one, 'one, late, but nobody has taken over');
    expect(await two.lease.take()).toBe(true);
    await expect(write(one, 'one, too late')).rejects.toMatchObject({ code: FENCED });
    expect(one.lost).toEqual(['another hub has taken over']);
    await write(two, 'two');
    expect((await two.db.selectFrom('audit').select('by').orderBy('id').execute()).map(({ by }) => by)).toEqual(['one', 'one, late, but nobody has taken over', 'two']);
    expect(await two.db.selectFrom('audit').select('by').execute()).toHaveLength(3); // the refused one left its connection usable
  });

  it('lets a straggler of a hub that gave it back write nothing once another leads', async () => {
    const [one, two] = [await hub('one'), await hub('two')];
    await one.lease.take();
    await one.lease.stop();
    expect(await two.lease.take()).toBe(true);
    await expect(write(one, 'straggler')).rejects.toMatchObject({ code: FENCED });
    expect(one.lost).toEqual([]); // it has stopped: there is nothing left to end
  });

  it('is renewed while the leader runs', async () => {
    const one = await hub('one');
    await one.lease.take();
    await expire(one);
    await one.lease.start();
    await waitFor('it lives again', async () => (await one.lease.leader())?.isAlive);
    expect(one.lost).toEqual([]);
  });

  it.each([['of two', { address: 'http://one:8080' }, ['the lease could not be renewed in time']], ['without another', { address: undefined }, []]])('a leader %s that can not reach its database', async (_which, settings, lost) => {
    const one = await hub('one', settings);
    await one.lease.take();
    await one.lease.start();
    await server.kill();
    one.mind.aheadMs = LEASE_MS;
    try {
      if (lost.length > 0) await waitFor('it gives up', () => one.lost.length > 0);
    } finally {
      await server.start();
    }
    await waitFor('the database is back', async () => (await one.lease.leader())?.holder === 'one');
    expect(one.lost).toEqual(lost);
  });

  it('stops the start of a hub that has no twin while another leads, in one sentence', async () => {
    const [one, two] = [await hub('one'), await hub('two', { address: undefined })];
    await one.lease.take();
    await one.lease.start();
    const refused: unknown = await waitToLead(two.lease).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartError);
    expect((refused as StartError).message).toMatch(/Another hub uses the database.*PEER_URL/);
  });

  it('goes with one key for all hubs, the first one\'s', async () => {
    const { db } = await hub('one');
    const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(await sharedKey(db, first)).toEqual(first);
    expect(await sharedKey(db, second)).toEqual(first);
    expect(folderName(first)).not.toBe(folderName(second));
    expect(peerToken(first)).not.toBe(peerToken(second));
  });
});
