import { gzipSync } from 'node:zlib';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AggregateAnswer, AggregateRow, HubProblem } from '@liandong/protocols';
import { waitFor } from '../support/wait-for.js';
import { byKey, openCity, openFaulty, openProxy, openPulledHub, QUARTER, ROOT, START, keyOf, type City, type PulledHub } from './rig.js';
import { acceptInserts, describeOnDatabases, refuseInserts } from '../support/databases.js';

let hub: PulledHub;
let city: City;
const opened: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(one: T): T => { opened.push(one); return one; };
/** A city for each test, and a hub: `once` for tests that leave it as it is. */
function withCity(hubs: 'each' | 'once' = 'each'): void {
  const open = async () => { hub = await openPulledHub(); };
  if (hubs === 'each') beforeEach(open);
  else {
    beforeAll(open);
    afterAll(() => hub.close());
  }
  beforeEach(async () => { city = await openCity(); });
  afterEach(async () => {
    await city.close();
    for (const one of opened.splice(0)) await one.close();
    if (hubs === 'each') await hub.close();
  });
}

const EAST = ['east', 'east-garden', 'east-grid'];
const QUARTERS = Array.from({ length: 40 }, (_, index) => START + index * QUARTER);
const register = async (id = 'east', url = hub.url, token?: string) => city.hubs.create(ROOT, { id, url, token: token ?? await hub.token() });
/** What the hub itself answers of a sub-district. */
async function ofHub(areas = EAST): Promise<AggregateRow[]> {
  const { data } = (await hub.app.inject({ url: '/api/v1/aggregates?limit=10000', headers: await hub.as('city') })).json<AggregateAnswer>();
  return byKey(data.filter(({ area }) => areas.includes(area)));
}
const hasAll = (count: number, of = city) => waitFor(`${count} rows are here`, async () => (await of.rows()).rows.length === count);

describeOnDatabases('a pull', () => {
  withCity();

  it('brings each row of the hub\'s own sub-district once, and none of another', async () => {
    await hub.publish([...EAST, 'city', 'west', 'west-garden'], QUARTERS);
    await hub.publish(EAST, [START], { window: '1h' });
    await register();
    await hasAll(EAST.length * (QUARTERS.length + 1));
    expect(byKey((await city.rows()).rows)).toEqual(await ofHub());
    expect(city.errors).toEqual([]);
  });

  it('takes each restatement with its revision, and tells the city\'s own pullers only what changed', async () => {
    await hub.publish(EAST, QUARTERS);
    await register();
    await hasAll(EAST.length * QUARTERS.length);
    const { next } = await city.rows();
    await hub.publish(EAST, QUARTERS.slice(3, 8), { max: 99, sum: 780 });
    await waitFor('the restatement is here', async () => (await city.rows(next)).rows.length === EAST.length * 5);
    expect((await city.rows(next)).rows.every(({ revision, max, mean }) => revision === 2 && max === 99 && mean === 52)).toBe(true);
    expect(byKey((await city.rows()).rows)).toEqual(await ofHub());
  });

  it('goes on behind what it has when rows and cursor are not written together, as at a kill', async () => {
    await hub.publish(EAST, QUARTERS);
    await refuseInserts(city.db, 'city_stream', 'cut', { column: 'stream', value: 'community' });
    await register();
    await waitFor('it was cut', () => city.errors.length > 2);
    expect((await city.rows()).rows.filter(({ area }) => area !== 'east')).toEqual([]);
    await acceptInserts(city.db, 'city_stream');
    await hasAll(EAST.length * QUARTERS.length);
    const folder = city.dir;
    await city.close(true);
    await hub.publish(EAST, [START + 50 * QUARTER]);
    city = await openCity({ folder });
    await hasAll(EAST.length * (QUARTERS.length + 1));
    expect((await city.rows()).rows.every(({ revision }) => revision === 1)).toBe(true);
  });

  it('asks with the tag it has, and a hub with nothing new answers 304', async () => {
    await hub.publish(EAST, QUARTERS);
    const answers: string[] = [];
    const proxy = keep(await openProxy(hub, { onAnswer: (url, status) => { if (url.includes('level=')) answers.push(`${/level=(\w+)/.exec(url)?.[1]} ${status}`); } }));
    await register('east', proxy.url);
    await waitFor('all levels are quiet', () => ['subdistrict 304', 'community 304', 'grid 304'].every((one) => answers.includes(one)));
    await hub.publish(EAST, [START + 60 * QUARTER]);
    await hasAll(EAST.length * (QUARTERS.length + 1));
  });

  it('shows how far the hub\'s clock is ahead, and is not misled by it', async () => {
    await hub.publish(EAST, QUARTERS);
    const hour = 3_600_000;
    hub.registry.clock.at = START + 24 * hour;
    const proxy = keep(await openProxy(hub, { change: (headers) => ({ ...headers, date: new Date(city.clock.now() + hour).toUTCString() }) }));
    await register('east', proxy.url);
    await hasAll(EAST.length * QUARTERS.length);
    expect(Math.abs((city.state('east').skewMs ?? 0) - hour)).toBeLessThan(1_500);
    await waitFor('it has come to the end', () => city.state('east').watermark === START + 40 * QUARTER);
    expect(city.state('east')).toMatchObject({ state: 'ok', heardAt: city.clock.now() });
  });

  it('does not disturb that of another city', async () => {
    await hub.publish(EAST, QUARTERS);
    const other = keep(await openCity());
    await Promise.all([register(), other.hubs.create(ROOT, { id: 'east', url: hub.url, token: await hub.token() })]);
    await Promise.all([hasAll(120), hasAll(120, other)]);
    await hub.publish(EAST, QUARTERS, { last: 41 });
    for (const one of [city, other]) await waitFor('all is restated', async () => (await one.rows()).rows.every(({ revision }) => revision === 2));
  });

  it('takes only as much as is wanted, and the rest when it is', async () => {
    await hub.publish(EAST, QUARTERS);
    await city.hubs.create(ROOT, { id: 'east', url: hub.url, token: await hub.token(), detail: 'subdistrict' });
    await hasAll(QUARTERS.length);
    await city.hubs.patch(ROOT, 'east', { detail: 'grid' });
    await hasAll(EAST.length * QUARTERS.length);
  });
});

describeOnDatabases('a cursor the hub refuses', () => {
  withCity();

  it.each([
    ['foreign, as of a hub that was set up anew', async () => { await hub.registry.db.updateTable('aggregate_state').set({ log: 'second' }).execute(); }],
    ['ancient, as rows behind it were dropped', async () => { await hub.registry.db.updateTable('aggregate_state').set((e) => ({ dropped_to: e('change_no', '+', 1), change_no: e('change_no', '+', 1) })).execute(); }],
  ])('%s, brings everything again, with nothing twice and nothing missing', async (_name, spoil) => {
    await hub.publish(EAST, QUARTERS);
    await register();
    await hasAll(120);
    const { rows: before, next } = await city.rows();
    const { cursor } = await city.store.position('east', 'community');
    await spoil();
    await waitFor('it began anew', async () => { const now = await city.store.position('east', 'community'); return now.cursor !== cursor && now.cursor !== undefined && !now.isRestating; });
    expect(byKey((await city.rows()).rows)).toEqual(byKey(before));
    // What is as it was is no news to those who pull from the city.
    expect((await city.rows(next)).rows).toEqual([]);
  });

  it('of a hub that was set back counts its numbers again, and the city\'s revisions go on upwards', async () => {
    await hub.publish(EAST, QUARTERS);
    for (const max of [70, 80, 90]) await hub.publish(EAST, QUARTERS, { max });
    await register();
    await waitFor('all are here', async () => { const { rows } = await city.rows(); return rows.length === 120 && rows.every(({ revision }) => revision === 4); });
    await hub.registry.db.deleteFrom('aggregate').execute();
    await hub.registry.db.updateTable('aggregate_state').set({ log: 'second', change_no: 0 }).execute();
    await hub.publish(EAST, QUARTERS, { max: 65 });
    await waitFor('the new numbers are here', async () => (await city.rows()).rows.every(({ max }) => max === 65));
    await hub.publish(EAST, QUARTERS.slice(0, 2), { max: 66 });
    await waitFor('and the hub\'s next revision too', async () => (await city.rows()).rows.filter(({ max }) => max === 66).length === 6);
    const { rows } = await city.rows();
    expect(new Set(rows.map(keyOf)).size).toBe(120);
    expect([...new Set(rows.map(({ revision }) => revision))].sort()).toEqual([5, 6]);
  });

  it('again and again is the hub\'s trouble and no endless pull', async () => {
    const page = { data: [], next: 'mine', watermark: START };
    const faulty = keep(await openFaulty((request, response) => answerOr(request, response, () => {
      if (request.url?.includes('since=') === true) respond(response, 400, { code: 'CURSOR_INVALID' });
      else respond(response, 200, page);
    })));
    await register('east', faulty.url, 'some-token');
    await waitFor('it is told', () => city.problem('east') === 'garbage');
  });
});

describeOnDatabases('a hub in trouble', () => {
  withCity('once');
  beforeAll(() => hub.publish(EAST, QUARTERS));

  it.each<[HubProblem, string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['broken', 'answers 500', (_request, response) => { respond(response, 500, { code: 'INTERNAL' }); }],
    ['garbage', 'answers something else', (_request, response) => { response.end('<html>welcome</html>'); }],
    ['garbage', 'answers JSON of another kind', (_request, response) => { respond(response, 200, { hello: 1 }); }],
    ['garbage', 'answers more than a page can be', (_request, response) => { response.end(Buffer.alloc(6 << 20, 32)); }],
    ['garbage', 'answers a bomb', (_request, response) => { response.setHeader('content-encoding', 'gzip'); response.end(gzipSync(Buffer.alloc(64 << 20, 32))); }],
    ['garbage', 'answers broken gzip', (_request, response) => { response.setHeader('content-encoding', 'gzip'); response.end('no gzip'); }],
    ['redirect', 'points elsewhere', (_request, response) => { response.writeHead(302, { location: `${hub.url}/api/v1/aggregates/areas` }); response.end(); }],
    ['busy', 'is busy', (_request, response) => { respond(response, 503, {}); }],
    ['missing', 'is something else', (_request, response) => { respond(response, 404, {}); }],
    ['unreachable', 'hangs up', (_request, response) => { response.destroy(); }],
    ['unreachable', 'hangs up halfway', (_request, response) => { response.writeHead(200, { 'content-length': 1000 }); response.write('{', () => { response.destroy(); }); }],
  ])('that is %s (%s) brings nothing and is said so', async (problem, _words, answer) => {
    const faulty = keep(await openFaulty(answer));
    await register('east', faulty.url, 'some-token');
    await waitFor(`the problem is ${problem}`, () => city.problem('east') === problem);
    expect((await city.rows()).rows).toEqual([]);
    expect(city.state('east').state).toBe('never');
    expect(city.errors).toEqual([]);
  });

  it.each<[string, Partial<AggregateRow>]>([
    ['a window that lies across others', { start: START + 1000, end: START + 1000 + QUARTER }], ['a mean outside its range', { mean: 1e9 }], ['a window of no samples', { count: 0 }], ['a negative coverage', { coverage: -1 }],
  ])('that answers %s loses the page and not the cursor', async (_words, wrong) => {
    const [good] = await ofHub(['east']);
    const faulty = keep(await openFaulty((request, response) => answerOr(request, response, () => { respond(response, 200, { data: [{ ...good, ...wrong }], next: 'x', watermark: START }); })));
    await register('east', faulty.url, 'some-token');
    await waitFor('it is told', () => city.problem('east') === 'garbage');
    expect([(await city.rows()).rows, (await city.store.position('east', 'subdistrict')).cursor]).toEqual([[], undefined]);
  });

  it('with metrics the city does not know yet gives all the others', async () => {
    const rows = await ofHub(['east']);
    const faulty = keep(await openFaulty((request, response) => answerOr(request, response, () => {
      respond(response, 200, { data: request.url?.includes('since=') === true ? [] : [...rows, { ...rows[0], metric: 'joy' }], next: 'x', watermark: START });
    })));
    await register('east', faulty.url, 'some-token');
    await hasAll(QUARTERS.length);
  });

  it('that asks to wait is left alone so long', async () => {
    const faulty = keep(await openFaulty((_request, response) => { response.setHeader('retry-after', '3600'); respond(response, 429, { code: 'TOO_MANY_REQUESTS' }); }));
    const broken = keep(await openFaulty((_request, response) => { respond(response, 500, {}); }));
    await register('east', faulty.url, 'some-token');
    await register('west', broken.url, 'some-token');
    // In that time the one that said nothing of waiting is asked over and over.
    await waitFor('the other was asked often', () => broken.asked.length >= 8);
    expect(faulty.asked).toHaveLength(2);
  });
});

describeOnDatabases('a hub in trouble', () => {
  withCity();

  it('because of its token says that, be it wrong, without the right, or of another sub-district', async () => {
    await register('east', hub.url, 'not-a-token');
    await waitFor('the token is refused', () => city.problem('east') === 'token');
    await city.hubs.patch(ROOT, 'east', { token: await hub.token('installer') });
    await waitFor('the right is missing', () => city.problem('east') === 'forbidden');
    await city.hubs.patch(ROOT, 'east', { token: await hub.token('city', 'west') });
    await waitFor('it is another\'s', () => city.problem('east') === 'foreign');
    expect(city.state('east').problem?.detail).toContain('west');
    await hub.publish(EAST, QUARTERS);
    await city.hubs.patch(ROOT, 'east', { token: await hub.token('city', 'east') });
    await hasAll(120);
    await waitFor('all is well', () => city.state('east').state === 'ok');
  });

  it('that is dead, hangs or drips never delays another', async () => {
    await hub.publish([...EAST, 'west', 'west-garden'], QUARTERS);
    const hanging = keep(await openFaulty(() => undefined));
    const dripping = keep(await openFaulty((_request, response) => {
      const drip = setInterval(() => { response.write(' '); }, 20);
      response.on('close', () => { clearInterval(drip); });
    }));
    for (const [id, url] of [['north', hanging.url], ['south', dripping.url], ['centre', 'http://127.0.0.1:9']] as const) await register(id, url, 'some-token');
    const began = performance.now();
    await register();
    await register('west');
    await hasAll(5 * QUARTERS.length);
    // The two that hang are given up after five seconds.
    expect(performance.now() - began).toBeLessThan(4_000);
    await waitFor('all are told', () => city.problem('north') === 'timeout' && city.problem('south') === 'timeout' && city.problem('centre') === 'unreachable');
  }, 20_000);

  it('is silent after a while, with the time it was last heard, and back as soon as it speaks', async () => {
    await hub.publish(EAST, QUARTERS);
    let isCut = false;
    const proxy = keep(await openFaulty((request, response) => {
      if (isCut) { response.destroy(); return; }
      void fetch(`${hub.url}${request.url ?? ''}`, { headers: { authorization: request.headers.authorization ?? '' } }).then(async (answer) => { response.writeHead(answer.status); response.end(await answer.text()); }, () => response.destroy());
    }));
    await register('east', proxy.url);
    await hasAll(120);
    const heardAt = city.clock.at;
    isCut = true;
    await waitFor('it is in trouble', () => city.state('east').state === 'failing');
    city.clock.at += 10 * 60_000;
    expect(city.state('east')).toMatchObject({ state: 'silent', heardAt });
    // Told after a restart too.
    const folder = city.dir;
    await city.close(true);
    city = await openCity({ folder, begins: heardAt + 20 * 60_000 });
    await waitFor('it was tried', () => city.problem('east') !== undefined);
    expect(city.state('east')).toMatchObject({ state: 'silent', heardAt });
    isCut = false;
    await waitFor('it is back', () => city.state('east').state === 'ok');
  });
});

describeOnDatabases('an id that two sub-districts have', () => {
  withCity();

  it('stays with the first, is said of the second, and comes when it is free', async () => {
    const { areas } = hub.registry;
    await areas.create(ROOT, { id: 'rose', level: 'community', parent: 'east', name: '玫瑰' });
    const second = keep(await openPulledHub());
    await second.registry.areas.create(ROOT, { id: 'rose', level: 'community', parent: 'west', name: '玫瑰' });
    await hub.publish(['east', 'rose'], QUARTERS);
    await second.publish(['west', 'rose'], QUARTERS, { max: 90 });
    await register();
    await hasAll(80);
    await register('west', second.url, await second.token());
    await hasAll(120);
    await waitFor('it is told', () => city.state('west').withheld.includes('rose'));
    expect((await city.rows()).rows.filter(({ area }) => area === 'rose').every(({ max }) => max === 60)).toBe(true);
    await city.hubs.remove(ROOT, 'east');
    await waitFor('the other has it', async () => { const { rows } = await city.rows(); return rows.filter(({ area, max }) => area === 'rose' && max === 90).length === 40; });
    expect(city.state('west').withheld).toEqual([]);
  });
});

/** The list of areas is right; what follows is the test's. */
function answerOr(request: IncomingMessage, response: ServerResponse, other: () => void): void {
  if (request.url?.endsWith('/aggregates/areas') === true) respond(response, 200, { data: [{ area: 'east', level: 'subdistrict', name: '东', metrics: ['noise', 'joy'], devices: 1, online: 1 }], watermark: START });
  else if (request.url?.includes('/city/alerts') === true) respond(response, 200, { data: [], next: 'a', isMore: false });
  else other();
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
