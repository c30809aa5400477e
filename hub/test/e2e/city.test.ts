import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { WINDOW_MS, type AggregateAnswer, type AggregateRow, type Alert, type AlertWithTimeline, type CityAlertAnswer, type CityHubList, type CityOverview, type Telemetry } from '@liandong/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_HINT, findChromium, launchChromium } from '../support/chromium.js';
import { createArea, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

const SHOTS = fileURLToPath(new URL('../../../test-results/', import.meta.url));
const SETTLED = { timeout: 15_000 };
const QUARTER = WINDOW_MS['15m'];
const SIDES = ['east', 'west'] as const;
type Side = (typeof SIDES)[number];
const METRICS = ['noise', 'pm2_5'] as const;
const DEVICES = 3;
/** Three start at once. */
const READY_WITHIN_MS = 60_000;
/** Values of the last six hours, each with a time of its own. */
const VALUES = 60;

const hubs = {} as Record<Side, { hub: HubProcess; admin: HubClient }>; // both are there before the first test
let city: HubProcess;
let people: HubClient;

async function setUp(side: Side): Promise<{ hub: HubProcess; admin: HubClient }> {
  const hub = await startHub({ readyTimeoutMs: READY_WITHIN_MS });
  const admin = await hub.signIn();
  await createArea(admin, { id: 'city', level: 'city', name: '市' });
  await createArea(admin, { id: side, level: 'subdistrict', parent: 'city', name: side === 'east' ? '城东街道' : '翠屏街道' });
  await createArea(admin, { id: `${side}-garden`, level: 'community', parent: side, name: '花园社区', profile: 'urban' });
  return { hub, admin };
}

const deviceId = (side: Side, index: number): string => `${side}-air-${index}`;

/** Device by device, as if a gateway had been away: late data of windows that have ended. */
async function send(side: Side): Promise<void> {
  const { hub, admin } = hubs[side];
  const now = Date.now();
  for (let index = 0; index < DEVICES; index += 1) {
    const { credentials } = await createDevice(admin, { id: deviceId(side, index), name: `${index}`, kind: 'env_sensor', area: `${side}-garden`, reportingIntervalS: 300 });
    const client = await connectAsync({ host: '127.0.0.1', port: hub.mqttPort, ...credentials });
    const readings = Array.from({ length: VALUES }, (_, n) => ({ ts: now - (VALUES - n) * 360_000, values: { noise: 40 + ((n * 7 + index) % 30) / 2, pm2_5: (n * 13 + index * 5) % 150 } }));
    await client.publishAsync(`liandong/v1/${side}/${side}-garden/${deviceId(side, index)}/telemetry`, JSON.stringify(readings), { qos: 1 });
    await client.endAsync();
  }
}

/** From what the hub's store holds, value by value. */
async function recount(side: Side): Promise<Map<string, { count: number; mean: number; min: number; max: number; devices: number }>> {
  const cells = new Map<string, { values: number[]; devices: Set<number> }>();
  for (let index = 0; index < DEVICES; index += 1) {
    for (const metric of METRICS) {
      const { points } = await hubs[side].admin.get<Telemetry>(`/devices/${deviceId(side, index)}/telemetry?metric=${metric}&from=0&to=${Date.now()}&raw=1&limit=10000`);
      for (const [ts, value] of points) {
        const start = Math.floor(ts / QUARTER) * QUARTER;
        if (start + QUARTER > Date.now() - 120_000) continue; // still open, or only just ended
        for (const area of [side, `${side}-garden`]) {
          const cell = cells.get(`${area} ${metric} ${start}`) ?? { values: [], devices: new Set() };
          cells.set(`${area} ${metric} ${start}`, cell);
          cell.values.push(Number(value));
          cell.devices.add(index);
        }
      }
    }
  }
  return new Map([...cells].map(([key, { values, devices }]) => [key, { count: values.length, mean: Number((values.reduce((a, b) => a + b, 0) / values.length).toPrecision(9)), min: Math.min(...values), max: Math.max(...values), devices: devices.size }]));
}

async function cityRows(): Promise<AggregateRow[]> {
  const rows: AggregateRow[] = [];
  for (let since = ''; ;) {
    const { data, next } = await people.get<AggregateAnswer>(`/aggregates?window=15m&limit=10000${since === '' ? '' : `&since=${since}`}`);
    rows.push(...data);
    if (next === since) return rows;
    since = next;
  }
}

beforeAll(async () => {
  await Promise.all([
    ...SIDES.map(async (side) => { hubs[side] = await setUp(side); }),
    startHub({ args: ['--role', 'city'], readyTimeoutMs: READY_WITHIN_MS }).then((started) => { city = started; }),
  ]);
  people = await city.signIn();
}, 90_000);
afterAll(async () => { await Promise.all([city?.dispose(), ...Object.values(hubs).map(({ hub }) => hub.dispose())]); });

describe('two hubs and a city, each a process of its own', () => {
  it('leave the city the numbers of the one that stands while the other is away', async () => {
    await Promise.all(SIDES.map(async (side) => {
      const { token } = await hubs[side].admin.post<{ token: string }>('/tokens', { name: 'city', role: 'city', area: side });
      await people.post('/city/hubs', { id: side, url: hubs[side].hub.url, token });
      await waitFor('the city has heard it', async () => (await people.get<CityHubList>('/city/hubs')).data.find(({ id }) => id === side)?.heardAt !== undefined);
      await send(side);
    }));
    await hubs.west.hub.kill();
    await waitFor('the city says of whom it hears nothing', async () => (await people.get<CityHubList>('/city/hubs')).data.find(({ id }) => id === 'west')?.problem?.code === 'unreachable');
    const first = await waitFor('the first rows are here', async () => { const rows = await cityRows(); return rows.length > 0 ? rows : undefined; }, { timeoutMs: 100_000, intervalMs: 250 });
    expect(first.every(({ area }) => area.startsWith('east'))).toBe(true);
  }, 150_000);
});

describeWithServer('the page of the city in Chromium', findChromium(), CHROMIUM_HINT, () => {
  it('shows how much stands behind each number, how fresh it is, and of whom nothing was heard since when', async () => {
    const browser = await launchChromium();
    try {
      const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })).newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(city.url);
      await page.getByTestId('signin-username').fill('admin');
      await page.getByTestId('signin-password').fill(city.adminPassword);
      await page.getByTestId('signin-submit').click();
      const east = page.locator('[data-testid=city-table] tr[data-area=east]');
      await east.waitFor();
      await page.goto(`${city.url}/city?metric=noise`);
      await expect.poll(() => east.locator('td.num').allTextContents(), SETTLED).toEqual(expect.arrayContaining([expect.stringMatching(/^\d+\.\d %$/)]));
      expect(await east.locator('td.fresh').textContent()).toMatch(/\d\d:\d\d/);
      // Ninety seconds without a word, some of them gone by already, and the page says so, and since when.
      await expect.poll(() => page.locator('main').textContent(), { timeout: 120_000 }).toMatch(/翠屏街道 自 \d\d:\d\d 起没有消息/);
      expect(await page.locator('[data-testid=city-table] tr[data-area=west] td.fresh').textContent()).toMatch(/没有消息 · \d\d:\d\d/);
      await page.screenshot({ path: `${SHOTS}city.png` });
      expect(complaints).toEqual([]);
    } finally { await browser.close(); }
  }, 180_000);
});

describe('the two hubs and the city, killed in turn', () => {
  it('agree on every number', async () => {
    await city.kill();
    await Promise.all([hubs.west.hub.start(), city.start()]);
    people = await city.signIn();
    hubs.west.admin = await hubs.west.hub.signIn();
    for (const side of SIDES) {
      const expected = await waitFor('the hub has published', async () => { const found = await recount(side); return found.size > 0 ? found : undefined; });
      await waitFor(`all of ${side} is here`, async () => (await cityRows()).filter(({ area }) => area.startsWith(side)).length >= expected.size, { timeoutMs: 100_000, intervalMs: 250 });
      const told = (await cityRows()).filter(({ area, start }) => area.startsWith(side) && expected.has(`${area} noise ${start}`));
      expect(new Map(told.map(({ area, metric, start, count, mean, min, max, devices }) => [`${area} ${metric} ${start}`, { count, mean: Number(mean.toPrecision(9)), min, max, devices }]))).toEqual(expected);
      expect(told).toHaveLength(expected.size);
    }
    const { data } = await people.get<CityOverview>('/city/overview?metric=noise&window=15m');
    expect(data.map(({ area, name, figures }) => [area, name, figures?.devices])).toEqual([['east', '城东街道', DEVICES], ['west', '翠屏街道', DEVICES]]);
  }, 240_000);

  it('pass an alert up that nobody took, and the acknowledgement down', async () => {
    const { hub, admin } = hubs.east;
    const { device, credentials } = await createDevice(admin, { id: 'bin-1', name: '桶', kind: 'waste_bin', area: 'east-garden' });
    const client = await connectAsync({ host: '127.0.0.1', port: hub.mqttPort, ...credentials });
    await client.publishAsync(`liandong/v1/east/east-garden/${device.id}/telemetry`, JSON.stringify({ values: { fill_level: 96 } }), { qos: 1 });
    const raised = await waitFor('it is raised', async () => (await admin.get<{ data: Alert[] }>('/alerts?device=bin-1')).data[0]);
    // To the sub-district, and on to the city.
    await admin.post(`/alerts/${raised.id}/escalate`, {});
    await admin.post(`/alerts/${raised.id}/escalate`, {});
    // At once: sooner than rows would be pulled again.
    const { data: [atCity] } = await waitFor('the city has it', async () => { const answer = await people.get<CityAlertAnswer>('/city/alerts'); return answer.data.length > 0 ? answer : undefined; });
    expect(atCity).toMatchObject({ id: raised.id, subdistrict: 'east', area: 'east-garden', deviceId: 'bin-1', active: true, acked: false });
    await people.post(`/city/alerts/${raised.id}/ack`, { note: '市级已知晓' });
    const { acked, ackedBy, timeline } = await admin.get<AlertWithTimeline>(`/alerts/${raised.id}`);
    expect([acked, ackedBy, timeline.at(-1)]).toMatchObject([true, 'token:city', { change: 'acked', by: 'token:city', note: '市级已知晓' }]);
    await client.publishAsync(`liandong/v1/east/east-garden/${device.id}/telemetry`, JSON.stringify({ values: { fill_level: 10 } }), { qos: 1 });
    await client.endAsync();
    await waitFor('it has cleared there too', async () => (await people.get<CityAlertAnswer>('/city/alerts')).data[0]?.active === false);
  }, 60_000);
});
