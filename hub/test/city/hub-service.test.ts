import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CityHub, CityHubList, CityOverview } from '@liandong/protocols';
import { waitFor } from '../support/wait-for.js';
import { openCity, openPulledHub, QUARTER, ROOT, START, type City, type PulledHub } from './rig.js';

let hub: PulledHub;
let city: City;
let admin: { authorization: string };
beforeAll(async () => {
  hub = await openPulledHub();
  city = await openCity({ begins: START + 86_400_000 });
  admin = await city.as('admin');
});
afterAll(async () => {
  await city.close();
  await hub.close();
});

const send = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = admin) => city.app.inject({ method, url: `/api/v1${url}`, headers, ...(payload === undefined ? {} : { payload }) });
const codeOf = (answer: { json<T>(): T }) => answer.json<{ code: string }>().code;

describe('/city/hubs', () => {
  it('registers a hub, shows how it is, and never its token', async () => {
    const token = await hub.token();
    const made = await send('POST', '/city/hubs', { id: 'east', url: `${hub.url}/`, token, name: '东街道' });
    expect([made.statusCode, made.json<CityHub>()]).toMatchObject([201, { id: 'east', name: '东街道', url: hub.url, isEnabled: true, detail: 'grid', state: 'never', withheld: [] }]);
    await waitFor('it is heard', () => city.state('east').state === 'ok');
    const list = await send('GET', '/city/hubs');
    expect(list.json<CityHubList>().data).toMatchObject([{ id: 'east', name: 'east', state: 'ok' }]);
    for (const { body } of [made, list, await send('PATCH', '/city/hubs/east', { token }), await send('GET', '/audit'), await send('GET', '/city/overview')]) expect(body).not.toContain(token);
  });

  it('refuses what can not work and says why', async () => {
    const token = 'some-token';
    for (const url of ['ftp://hub', 'http://', 'http://user:pass@hub', 'https://hub/?a=1', 'https://hub/#x', 'nonsense']) expect(codeOf(await send('POST', '/city/hubs', { id: 'x', url, token })), url).toMatch(/HUB_INVALID|VALIDATION_FAILED/);
    expect(codeOf(await send('POST', '/city/hubs', { id: 'x', url: hub.url, token: 'with a blank' }))).toBe('VALIDATION_FAILED');
    expect(codeOf(await send('POST', '/city/hubs', { id: 'east', url: hub.url, token }))).toBe('HUB_EXISTS');
    expect(codeOf(await send('POST', '/city/hubs', { id: 'east-garden', url: hub.url, token }))).toBe('HUB_INVALID');
    for (const method of ['PATCH', 'DELETE'] as const) expect(codeOf(await send(method, '/city/hubs/nowhere', method === 'PATCH' ? {} : undefined))).toBe('HUB_NOT_FOUND');
  });

  it('is an admin\'s who is bound to no area; the city\'s people look', async () => {
    const [viewer, east, operator] = [await city.as('city'), await city.as('admin', 'east'), await city.as('operator')];
    for (const headers of [viewer, east, operator]) expect(codeOf(await send('POST', '/city/hubs', { id: 'y', url: hub.url, token: 'some-token' }, headers))).toBe('FORBIDDEN');
    expect([(await send('GET', '/city/hubs', undefined, viewer)).statusCode, (await send('GET', '/city/overview', undefined, operator)).statusCode]).toEqual([200, 403]);
    await city.hubs.create(ROOT, { id: 'north', url: 'http://127.0.0.1:9', token: 'some-token' });
    expect((await send('GET', '/city/hubs', undefined, east)).json<CityHubList>().data.map(({ id }) => id)).toEqual(['east']);
    expect((await send('GET', '/city/overview', undefined, east)).json<CityOverview>().hubs.map(({ id }) => id)).toEqual(['east']);
    await city.hubs.remove(ROOT, 'north');
  });

  it('says that a CA file can not be read, and goes on when it is taken away', async () => {
    await city.hubs.create(ROOT, { id: 'south', url: 'https://127.0.0.1:9', token: 'some-token', caFile: '/nowhere/ca.pem' });
    await waitFor('it is told', () => city.problem('south') === 'settings');
    await city.hubs.patch(ROOT, 'south', { caFile: null });
    await waitFor('it is tried', () => city.problem('south') === 'unreachable');
    await city.hubs.remove(ROOT, 'south');
  });

  it('stops a pull that is switched off, and keeps what it brought', async () => {
    await hub.publish(['east'], [START]);
    await waitFor('it is here', async () => (await city.rows()).rows.length === 1);
    await city.hubs.patch(ROOT, 'east', { isEnabled: false });
    expect(city.state('east').state).toBe('off');
    const { cursor } = await city.store.position('east', 'subdistrict');
    await hub.publish(['east'], [START + QUARTER]);
    await city.hubs.patch(ROOT, 'east', { isEnabled: true });
    await waitFor('it goes on', async () => (await city.rows()).rows.length === 2);
    expect(cursor).toBeDefined();
  });

  it('does not go while somebody is bound to it, and goes with all it brought', async () => {
    expect(codeOf(await send('DELETE', '/city/hubs/east'))).toBe('HUB_IN_USE');
    for (const { id, area } of await city.identity.tokens(ROOT)) if (area === 'east') await city.identity.deleteToken(ROOT, id);
    expect((await send('DELETE', '/city/hubs/east')).statusCode).toBe(204);
    expect([(await city.rows()).rows, city.areas.all(), await city.db.selectFrom('city_stream').selectAll().execute(), await city.db.selectFrom('city_area').selectAll().execute()]).toEqual([[], [], [], []]);
    await city.hubs.create(ROOT, { id: 'east', url: hub.url, token: await hub.token() });
    await waitFor('it came again', async () => (await city.rows()).rows.length === 2);
  });
});

describe('GET /city/overview', () => {
  const overview = async (query: string) => (await send('GET', `/city/overview?metric=noise&window=15m&from=${START}&to=${START + 20 * QUARTER}${query}`)).json<CityOverview>();

  it('weighs every sample alike, says how much was expected, and of how many sub-districts it is', async () => {
    await hub.publish(['east'], [START + 4 * QUARTER], { count: 10, sum: 400, coverage: 0.5 });
    await hub.publish(['west'], [START + 4 * QUARTER, START + 5 * QUARTER], { count: 30, sum: 1800, min: 55, max: 80, last: 60, coverage: 1 });
    await city.hubs.create(ROOT, { id: 'west', url: hub.url, token: await hub.token('city', 'west') });
    await city.hubs.create(ROOT, { id: 'far', url: 'http://127.0.0.1:9', token: 'some-token', name: '远街道' });
    await waitFor('all are here', async () => (await city.rows()).rows.length === 5);
    const { data, total, hubs, unit } = await overview('');
    expect(data.map(({ area, figures }) => [area, figures?.count, figures?.mean])).toEqual([['east', 40, (15 * 50 * 2 + 400) / 40], ['far', undefined, undefined], ['west', 60, 60]]);
    // 15 of 20 expected twice, and 10 of 20.
    expect(data[0]?.figures?.coverage).toBeCloseTo(40 / 60, 9);
    expect(data[2]?.series).toEqual([[START + 4 * QUARTER, 60, 1], [START + 5 * QUARTER, 60, 1]]);
    expect(total).toMatchObject({ withFigures: 2, areas: 3, figures: { count: 100, min: 40, max: 80, devices: 6, mean: (1900 + 3600) / 100 } });
    expect(total.figures?.coverage).toBeCloseTo(100 / 120, 9);
    expect([unit, hubs.map(({ id, state }) => [id, state])]).toEqual(['dB(A)', [['east', 'ok'], ['west', 'ok'], ['far', 'never']]]);
  });

  it('goes down into an area, and knows no other', async () => {
    await hub.publish(['east-garden'], [START]);
    await waitFor('it is here', async () => (await overview('&area=east')).data[0]?.figures !== undefined);
    const below = await overview('&area=east');
    expect([below.path.map(({ area }) => area), below.data.map(({ area, hub: of, hasBelow }) => [area, of, hasBelow])]).toEqual([['east'], [['east-garden', 'east', true]]]);
    expect((await overview('&area=east-garden')).data.map(({ area, hasBelow }) => [area, hasBelow])).toEqual([['east-grid', false]]);
    expect(await overview('&area=nowhere')).toMatchObject({ code: 'AREA_NOT_FOUND' });
    expect((await send('GET', `/city/overview?window=15m&from=0&to=${START}`)).json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: '/from', keyword: 'minimum' }] });
    expect((await send('GET', `/city/overview?from=${START}&to=${START}`)).json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: '/from', keyword: 'maximum', limit: START - 1 }] });
  });
});
