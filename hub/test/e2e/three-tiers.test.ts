import type { Alert, CityHub, CityHubList, WebhookBody } from '@liandong/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReceiver, type Receiver } from '../notifications/receiver.js';
import { partOf } from '../support/edge-process.js';
import { openFaultyLink, type FaultyLink } from '../support/faulty-link.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { seededRandom } from '../support/seeded-random.js';
import { alertsOf, createAlertDrill, type AlertDrill, type DrilledAlert } from '../support/tiers/alert-drill.js';
import { openDesk, type Desk } from '../support/tiers/desk.js';
import { breakLinks, killEach, openFaultLog, type FaultPlan } from '../support/tiers/faults.js';
import { cityRows, figuresOf, Recount, rowKey, storedReadings, type Range } from '../support/tiers/recount.js';
import { LOAD_METRICS, startSensorLoad, type SensorLoad } from '../support/tiers/sensor-load.js';
import { startSubDistrict, type SubDistrict } from '../support/tiers/sub-district.js';
import { findToxiproxy, startToxiproxy, type Toxiproxy } from '../support/toxiproxy.js';
import { waitFor } from '../support/wait-for.js';

/** How long links are cut and processes killed (s). Two minutes find most of it; the long form is 600. */
const RUN_S = Number(process.env['THREE_TIERS_S'] ?? 120);
const SEED = Number(process.env['THREE_TIERS_SEED'] ?? Math.floor(Math.random() * 1e9));
const HOUR_MS = 3_600_000;
/** Hours that are over when the test begins, so that the city's rows of them are published, and restated, while it runs. */
const HOURS = 3;
/** A hub publishes late data once a minute, a city looks every quarter of one, and after a failure pauses for up to a minute. */
const CAUGHT_UP_MS = 200_000;
const DRAINED_MS = 120_000;

interface Loaded { readonly side: SubDistrict; readonly community: string; readonly load: SensorLoad }

describe('three edges, two hubs and a city, each a process of its own', () => {
  const processes: HubProcess[] = [];
  const links: FaultyLink[] = [];
  let toxiproxy: Toxiproxy | undefined;
  let receiver: Receiver;
  let sides: readonly SubDistrict[];
  let city: { process: HubProcess; desk: Desk; links: ReadonlyMap<string, FaultyLink> };

  beforeAll(async () => {
    receiver = await openReceiver();
    const program = findToxiproxy();
    toxiproxy = program === undefined ? undefined : await startToxiproxy(program);
    const keep = async (opening: Promise<FaultyLink>): Promise<FaultyLink> => { const link = await opening; links.push(link); return link; };
    const shared = {
      openLink: (target: number) => keep(toxiproxy?.openLink(target) ?? openFaultyLink(target)),
      alertsEach: Math.max(8, Math.ceil(RUN_S / 5)), webhook: receiver.url, started: (process: HubProcess) => { processes.push(process); },
    };
    const [east, west, cityProcess] = await Promise.all([
      startSubDistrict({ ...shared, id: 'east', role: 'hub', edges: ['edge-1', 'edge-2'] }),
      startSubDistrict({ ...shared, id: 'west', role: 'all', edges: ['edge-1'] }),
      startHub({ args: ['--role', 'city'], readyTimeoutMs: 60_000 }),
    ]);
    processes.push(cityProcess);
    sides = [east, west];
    const cityLinks = new Map<string, FaultyLink>();
    const desk = openDesk(cityProcess);
    for (const { id, hub, token } of sides) {
      const link = await keep(openFaultyLink(hub.port));
      cityLinks.set(id, link);
      await desk.post('/city/hubs', { id, url: `http://127.0.0.1:${link.port}`, token });
    }
    city = { process: cityProcess, desk, links: cityLinks };
    for (const { edges } of sides) for (const { desk: edge, site } of edges) await waitFor(`${site.name} has learned its devices`, () => edge.get(`/devices/${site.bins.at(-1)?.id ?? ''}`), { timeoutMs: 60_000, intervalMs: 250 });
  }, 180_000);

  afterAll(async () => {
    await Promise.all(processes.map((process) => process.dispose()));
    await Promise.all(links.map((link) => link.close()));
    await toxiproxy?.stop();
    await receiver?.close();
  });

  it(`lose and double nothing while links are cut and each process is killed once, for ${RUN_S} s (seed ${SEED})`, async () => {
    const startedAt = Date.now();
    const to = Math.floor(startedAt / HOUR_MS) * HOUR_MS;
    const range: Range = { from: to - HOURS * HOUR_MS, to };
    const random = seededRandom(SEED);
    const plan: FaultPlan = { random, log: openFaultLog(), endsAt: startedAt + RUN_S * 1000 };
    const isOver = (): boolean => Date.now() >= plan.endsAt;

    const loaded = sides.flatMap((side, lane) => side.sites.flatMap((site) => site.sensors.map((station): Loaded => ({ side, community: station.topic.split('/')[3] ?? '', load: startSensorLoad(station, { ...range, lane, lanes: sides.length }) }))));
    const drills = new Map(sides.flatMap(({ id, desk, sites }) => sites.map((site) => [site, createAlertDrill({ subdistrict: id, hub: desk, site })] as const)));
    const told = await runFaults(plan, drills, isOver);

    await Promise.all(loaded.map(({ load }) => load.stop()));
    for (const { edges } of sides) for (const { process, name } of edges) await waitFor(`the uplink of ${name} is drained`, () => isDrained(process), { timeoutMs: DRAINED_MS, intervalMs: 250 });
    const expected = await expectStored(loaded, range);
    const storedAt = Date.now();
    const alerts = [...drills.values()].flatMap((drill) => [...drill.alerts]);
    await expectAlerts(alerts, [...drills.values()].flatMap((drill) => drill.silentDevices));
    const notices = await expectNotices(alerts);
    const rows = await expectCity(expected, range);

    const messages = loaded.reduce((sum, { load }) => sum + load.acknowledged.size, 0);
    process.stdout.write([
      `three tiers, seed ${SEED}, uplinks through ${toxiproxy === undefined ? 'own proxies' : 'Toxiproxy'}: ${messages} messages acknowledged in ${RUN_S} s, each stored once; the last was read back ${seconds(storedAt - plan.endsAt)} s after the end`,
      `faults of links: ${[...plan.log.faults].map(([fault, count]) => `${count} ${fault}`).join(', ')}; west silent at the city after ${seconds(told - startedAt)} s`,
      `kills: ${plan.log.kills.map(({ name, at, awayMs }) => `${name} at ${seconds(at)} s, back after ${seconds(awayMs)} s`).join('; ')}`,
      `${alerts.length} alerts, each once; ${notices.all} notices, ${notices.repeated} of them twice with the same key; ${rows.count} rows at the city, highest revision ${rows.revision}; all checked ${seconds(Date.now() - plan.endsAt)} s after the end`, '',
    ].join('\n'));
  }, RUN_S * 1000 + 600_000);

  /** Everything that goes on at once, to the end of the plan; all is healed and runs when it resolves. Answers when the city said that it hears nothing of one hub. */
  async function runFaults(plan: FaultPlan, drills: ReadonlyMap<SubDistrict['sites'][number], AlertDrill>, isOver: () => boolean): Promise<number> {
    const [east, west] = [city.links.get('east')!, city.links.get('west')!];
    const silence = async (): Promise<number> => {
      await west.lay('reset');
      await waitFor('the city says that west is silent', async () => (await cityHub('west')).state === 'silent', { timeoutMs: 150_000, intervalMs: 500 });
      const at = Date.now();
      expect(await waitFor('the city answers', () => partOf(city.process, 'hubs'))).toMatchObject({ state: 'degraded' });
      await west.heal();
      await breakLinks([west], plan);
      return at;
    };
    const named = [...sides.flatMap(({ id, hub, edges }) => [{ name: `hub ${id}`, process: hub }, ...edges.map(({ name, process }) => ({ name: `${name} of ${id}`, process }))]), { name: 'city', process: city.process }];
    const [told] = await Promise.all([
      silence(), breakLinks([east], plan), killEach(named, plan),
      ...sides.flatMap(({ edges }) => edges.map(({ links: uplinks, site }) => breakLinks(uplinks, plan, () => drills.get(site)!.overMeanwhile()))),
      ...[...drills.values()].map((drill) => drill.run(isOver)),
    ]);
    return told;
  }

  const cityHub = async (id: string): Promise<CityHub> => {
    const found = (await city.desk.get<CityHubList>('/city/hubs')).data.find((hub) => hub.id === id);
    if (found === undefined) throw new Error(`The city does not know ${id}.`);
    return found;
  };

  /** Every acknowledged reading lies in its own hub's store once, with its value, and nothing else does. Answers what the city has to have made of it. */
  async function expectStored(loaded: readonly Loaded[], range: Range): Promise<Recount> {
    const recount = new Recount();
    for (const { side, community, load: { station: { id: device }, acknowledged, sent } } of loaded) {
      expect(acknowledged.size, `${device} of ${side.id}: messages acknowledged`).toBe(sent);
      const times = [...acknowledged].sort(([a], [b]) => a - b);
      for (const metric of LOAD_METRICS) {
        const points = await waitFor(`${metric} of ${device} is stored at ${side.id}`, async () => {
          const found = await storedReadings(side.desk, device, metric, range);
          return found.length >= acknowledged.size ? found : undefined;
        }, { timeoutMs: DRAINED_MS, intervalMs: 500 });
        expect(points, `${metric} of ${device} at ${side.id}`).toEqual(times.map(([ts, reading]) => [ts, reading[metric]]));
        recount.add({ areas: [side.id, community], metric, device, points });
      }
    }
    return recount;
  }

  /** At their hubs, and at the edges that raised them: those and no others, each once and as it went. */
  async function expectAlerts(alerts: readonly DrilledAlert[], silentDevices: readonly string[]): Promise<void> {
    expect(alerts.length).toBeGreaterThan(0);
    expect(silentDevices).toHaveLength(sides.flatMap(({ edges }) => edges).length);
    for (const { id, desk } of sides) {
      const mine = alerts.filter(({ subdistrict }) => subdistrict === id);
      const own = await waitFor(`all alerts of ${id} are over`, async () => { const found = await desk.all<Alert>('/alerts'); return found.every(({ active }) => !active) && found.length >= mine.length ? found : undefined; }, { timeoutMs: 60_000, intervalMs: 500 });
      const shown = (list: readonly Pick<DrilledAlert, 'id' | 'ruleId' | 'device' | 'ackedBy'>[]) => list.map(({ id: alert, ruleId, device, ackedBy }) => `${device} ${ruleId} ${alert} ${ackedBy ?? 'nobody'}`).sort();
      expect(shown(own.map((alert) => ({ ...alert, device: alert.deviceId ?? '', ackedBy: alert.ackedBy }))), id).toEqual(shown(mine));
      expect(own.filter(({ count }) => count !== 1), `${id}: raised more than once`).toEqual([]);
    }
    for (const { device, id, edge } of alerts) if (edge !== undefined) expect((await alertsOf(edge, device)).map((alert) => [alert.id, alert.active, alert.count])).toEqual([[id, false, 1]]);
  }

  /** The receiver was told once of each that was not over already; a repetition after a kill has the same key. */
  async function expectNotices(alerts: readonly DrilledAlert[]): Promise<{ all: number; repeated: number }> {
    for (const { id, desk } of sides) await waitFor(`${id} has told everything`, async () => (await desk.all('/notifications?state=waiting')).length === 0, { timeoutMs: 60_000, intervalMs: 250 });
    const bodies = receiver.received.map(({ body }) => JSON.parse(body) as WebhookBody); // what the hub documents
    const raised = new Map<string, Set<string>>();
    for (const { id, event, alert } of bodies) if (event === 'raised' && alert !== undefined) raised.set(alert.id, (raised.get(alert.id) ?? new Set()).add(id));
    expect([...raised].map(([alert, keys]) => `${alert} ${keys.size}`).sort()).toEqual(alerts.filter(({ isUntold }) => !isUntold).map(({ id }) => `${id} 1`).sort());
    return { all: bodies.length, repeated: bodies.length - new Set(bodies.map(({ id }) => id)).size };
  }

  async function expectCity(recount: Recount, range: Range): Promise<{ count: number; revision: number }> {
    const expected = recount.figures();
    const counts = [...expected].map(([key, { count }]) => `${key} ${count}`).sort().join();
    const rows = await waitFor('the city has caught up', async () => {
      const found = await cityRows(city.desk, range);
      return found.map((row) => `${rowKey(row)} ${row.count}`).sort().join() === counts ? found : undefined;
    }, { timeoutMs: CAUGHT_UP_MS, intervalMs: 1_000 }).catch(() => cityRows(city.desk, range)); // then the comparison says what is missing
    expect(rows).toHaveLength(expected.size);
    expect(new Map(rows.map((row) => [rowKey(row), figuresOf(row)]))).toEqual(expected);
    expect(rows.filter(({ coverage }) => coverage <= 0 || coverage > 1)).toEqual([]);
    const hubs = await waitFor('the city hears both', async () => { const { data } = await city.desk.get<CityHubList>('/city/hubs'); return data.every(({ state }) => state === 'ok') ? data : undefined; }, { timeoutMs: 90_000, intervalMs: 500 });
    expect(hubs.map(({ id }) => id).sort()).toEqual(['east', 'west']);
    expect(await partOf(city.process, 'hubs')).toMatchObject({ state: 'ready' });
    return { count: rows.length, revision: Math.max(...rows.map(({ revision }) => revision)) };
  }
});

async function isDrained({ url }: HubProcess): Promise<boolean> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return /^liandong_uplink_up 1$/m.test(metrics) && /^liandong_uplink_backlog 0$/m.test(metrics);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
