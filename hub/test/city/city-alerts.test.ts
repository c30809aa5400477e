import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertTimelineEntry, CityAlert, CityAlertAnswer } from '@liandong/protocols';
import { waitFor } from '../support/wait-for.js';
import { openCity, openPulledHub, ROOT, START, type City, type PulledHub } from './rig.js';
import { readAlert, readAlerts } from '../../src/city/hub-answers.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: PulledHub;
let city: City;
beforeEach(async () => { hub = await openPulledHub(); });
afterEach(async () => {
  await city?.close();
  await hub.close();
});

const ask = async (url: string, headers: Record<string, string>) => hub.app.inject({ url: `/api/v1${url}`, headers });
const timeline = async (id: string): Promise<Pick<AlertTimelineEntry, 'change' | 'by'>[]> =>
  (await hub.registry.db.selectFrom('alert_timeline').select(['change', 'by']).where('alert_id', '=', id).orderBy('id').execute()).map(({ change, by }) => ({ change: change as AlertTimelineEntry['change'], ...(by === null ? {} : { by }) }));

describeOnDatabases('GET /city/alerts of a hub', () => {
  it('tells what is at the city\'s tier, each change once, and no word of a person', async () => {
    await hub.put({ id: 'below', tier: 'subdistrict' });
    await hub.put({ id: 'up', acked: true, ackedBy: 'zhang.san', ackedAt: START + 5, assignee: 'li.si', shelvedBy: 'wang.wu', shelveReason: '张三家门口', shelvedUntil: START + 60_000 });
    const headers = await hub.as('city');
    const first = (await ask('/city/alerts', headers)).json<CityAlertAnswer>();
    expect(first.data).toEqual([{
      id: 'up', subdistrict: 'east', area: 'east-grid', areaName: 'grid', deviceId: 'bin-1', kind: 'waste_bin', severity: 'major', message: { zh: '满', en: 'full' }, active: true, acked: true, raisedAt: START, lastAt: START, ackedAt: START + 5,
      shelvedUntil: START + 60_000, count: 1, value: 96, threshold: 95,
    }]);
    for (const secret of ['zhang', 'li.si', 'wang', '张三']) expect(JSON.stringify(first)).not.toContain(secret);
    expect((await ask(`/city/alerts?since=${first.next}`, headers)).json<CityAlertAnswer>().data).toEqual([]);
    await hub.put({ id: 'up', active: false, clearedAt: START + 9 });
    await hub.put({ id: 'below', tier: 'city' });
    expect((await ask(`/city/alerts?since=${first.next}`, headers)).json<CityAlertAnswer>().data.map(({ id, active }) => [id, active])).toEqual([['up', false], ['below', true]]);
    expect((await ask(`/city/alerts?from=${START + 10}`, headers)).json<CityAlertAnswer>().data.map(({ id }) => id)).toEqual(['below']);
  });

  it('tells of what ended without having recovered why it did', async () => {
    await hub.put({ id: 'up', active: false, clearedAt: START + 9, endedBy: 'out-of-service' });
    const answer = (await ask('/city/alerts', await hub.as('city'))).json<CityAlertAnswer>();
    expect([answer.data, readAlerts(answer).data].map(([alert]) => alert?.endedBy)).toEqual(['out-of-service', 'out-of-service']);
  });

  it('comes in pages, and holds an empty answer until there is news', async () => {
    for (const id of ['a', 'b', 'c']) await hub.put({ id });
    const headers = await hub.as('city');
    const page = (await ask('/city/alerts?limit=2', headers)).json<CityAlertAnswer>();
    expect([page.data.map(({ id }) => id), page.isMore]).toEqual([['a', 'b'], true]);
    const rest = (await ask(`/city/alerts?limit=2&since=${page.next}`, headers)).json<CityAlertAnswer>();
    expect([rest.data.map(({ id }) => id), rest.isMore]).toEqual([['c'], false]);
    const began = performance.now();
    const held = fetch(`${hub.url}/api/v1/city/alerts?wait=20&since=${rest.next}`, { headers });
    await hub.put({ id: 'b', active: false, clearedAt: START });
    expect((await (await held).json() as CityAlertAnswer).data.map(({ id }) => id)).toEqual(['b']);
    expect(performance.now() - began).toBeLessThan(15_000); // it may be held for twenty seconds
  });

  it('shows a token that is bound to an area only what lies there, and refuses cursors that are another\'s, forged or of aggregates', async () => {
    await hub.put({ id: 'a' });
    await hub.put({ id: 'w', area: 'west-garden' });
    const [east, all] = [await hub.as('city', 'east'), await hub.as('city')];
    const own = (await ask('/city/alerts', east)).json<CityAlertAnswer>();
    expect(own.data.map(({ id }) => id)).toEqual(['a']);
    const { next } = (await ask('/aggregates', all)).json<{ next: string }>();
    for (const since of [own.next, next, own.next.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), 'nonsense', `${own.next.split('.')[0]}.999999.0.00000000.${'A'.repeat(22)}`]) {
      expect((await ask(`/city/alerts?since=${since}`, all)).json<{ code: string }>().code, since).toBe('CURSOR_INVALID');
    }
  });

  it('lets nobody acknowledge what is not the city\'s', async () => {
    await hub.put({ id: 'below', tier: 'subdistrict' });
    await hub.put({ id: 'w', area: 'west-garden' });
    const ack = async (id: string, headers: Record<string, string>) => (await hub.app.inject({ method: 'POST', url: `/api/v1/city/alerts/${id}/ack`, headers, payload: {} })).statusCode;
    expect([await ack('below', await hub.as('city')), await ack('w', await hub.as('city', 'east')), await ack('w', await hub.as('operator')), await ack('w', await hub.as('city', 'west'))]).toEqual([404, 404, 403, 200]);
    expect(await timeline('w')).toEqual([{ change: 'raised' }, { change: 'acked', by: 'token:city-west' }]);
  });
});

describeOnDatabases('a city', () => {
  const active = async () => (await cityAnswer()).data.filter(({ active: isActive }) => isActive).map(({ id }) => id);
  const cityAnswer = async (query = '') => (await city.app.inject({ url: `/api/v1/city/alerts${query}`, headers: await city.as('city') })).json<CityAlertAnswer>();
  const register = async (token?: string) => city.hubs.create(ROOT, { id: 'east', url: hub.url, token: token ?? await hub.token() });

  it('hears of an alert that came up to it at once, of its clear, and of none of another sub-district', async () => {
    city = await openCity();
    await register();
    await hub.put({ id: 'w', area: 'west-garden' });
    await hub.put({ id: 'a' });
    const first = await waitFor('it is here', async () => { const answer = await cityAnswer(); return answer.data.length > 0 ? answer : undefined; });
    expect(first.data.map(({ id, subdistrict }) => [id, subdistrict])).toEqual([['a', 'east']]);
    const began = performance.now();
    const held = city.cityAlerts.list(ROOT, { since: first.next, waitMs: 20_000 }, new AbortController().signal);
    // Bound to no area: the same cursor holds for the page and the program.
    await hub.put({ id: 'a', active: false, clearedAt: START + 1 });
    expect((await held).data).toMatchObject([{ id: 'a', active: false, clearedAt: START + 1 }]);
    expect(performance.now() - began).toBeLessThan(15_000); // it may be held for twenty seconds
  });

  it('acknowledges on the hub, which keeps who was first, and notes here who it was', async () => {
    city = await openCity();
    await register();
    await hub.put({ id: 'a' });
    await waitFor('it is here', async () => (await active()).includes('a'));
    const answer = await city.app.inject({ method: 'POST', url: '/api/v1/city/alerts/a/ack', headers: await city.as('city'), payload: { note: '市里已知' } });
    expect(answer.json<CityAlert>()).toMatchObject({ id: 'a', acked: true, subdistrict: 'east' });
    expect(await timeline('a')).toEqual([{ change: 'raised' }, { change: 'acked', by: 'token:city-all' }]);
    expect((await cityAnswer()).data).toMatchObject([{ id: 'a', acked: true }]);
    const { data } = await city.identity.audit(ROOT, { limit: 50, target: 'a' });
    expect(data[0]).toMatchObject({ by: 'token:city-all', action: 'city-alert.acknowledged', target: 'a', detail: 'east' });
    await city.app.inject({ method: 'POST', url: '/api/v1/city/alerts/a/ack', headers: await city.as('admin'), payload: {} });
    expect(await timeline('a')).toHaveLength(2);
  });

  it('keeps of what a hub says the members it knows: a name that slips through is neither kept nor passed on', () => {
    const told = { id: 'a', area: 'east-grid', kind: 'waste_bin', severity: 'major', message: { zh: '满', en: 'full' }, active: true, acked: true, raisedAt: START, lastAt: START, count: 1 };
    const slip = { ...told, ackedBy: 'wang', message: { ...told.message, by: 'wang' } };
    expect(readAlerts({ data: [slip], next: 'x', isMore: false, by: 'wang' })).toEqual({ data: [told], next: 'x', isMore: false });
    expect(readAlert(slip)).toEqual(told);
    expect(slip.ackedBy).toBe('wang'); // nobody else's object is changed
  });

  it('acknowledges nothing when the hub does not answer, and says so', async () => {
    city = await openCity();
    await register();
    await hub.put({ id: 'a' });
    await waitFor('it is here', async () => (await active()).includes('a'));
    await city.hubs.patch(ROOT, 'east', { url: 'http://127.0.0.1:9' });
    const answer = await city.app.inject({ method: 'POST', url: '/api/v1/city/alerts/a/ack', headers: await city.as('city'), payload: {} });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([502, 'HUB_UNREACHABLE']);
    expect((await cityAnswer()).data).toMatchObject([{ acked: false }]);
  });

  it('closes what its hub no longer knows, when that was set back', async () => {
    city = await openCity();
    await register();
    await hub.put({ id: 'a' });
    await hub.put({ id: 'b' });
    await waitFor('both are here', async () => (await active()).length === 2);
    await hub.registry.db.deleteFrom('alert_timeline').where('alert_id', '=', 'a').execute();
    await hub.registry.db.deleteFrom('alert').where('id', '=', 'a').execute();
    await hub.registry.db.updateTable('aggregate_state').set({ log: 'second' }).execute();
    expect(await waitFor('one is gone', async () => { const ids = await active(); return ids.length === 1 ? ids : undefined; })).toEqual(['b']);
  });
});
