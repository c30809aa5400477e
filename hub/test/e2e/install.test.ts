import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { Alert, Device, NewDeviceAnswer } from '@liandong/protocols';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { runChild } from '../support/child.js';
import { CHROMIUM_HINT, findChromium, launchChromium } from '../support/chromium.js';
import { createCommunity, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { PAHO_HINT, findPaho, publishWithPaho } from '../support/paho.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

const SHOTS = fileURLToPath(new URL('../../../test-results/', import.meta.url));
const CLI = fileURLToPath(new URL('../../dist/cli/devices.js', import.meta.url));
const PHONE = { width: 390, height: 844 };
/** 500 m around a point of Suzhou, WGS-84. */
const CENTRE = { lng: 120.72, lat: 31.31 };
const OUTLINE = [[-0.005, -0.005], [0.005, -0.005], [0.005, 0.005], [-0.005, 0.005], [-0.005, -0.005]].map(([x = 0, y = 0]) => [CENTRE.lng + x, CENTRE.lat + y]);

const byId = (page: Page, id: string) => page.locator(`[data-testid="${id}"]`);

describeWithServer('installing, with a phone in Chromium and paho-mqtt as the device', findPaho() !== undefined && findChromium(), `${CHROMIUM_HINT}; ${PAHO_HINT}`, () => {
  let browser: Browser;
  let hub: HubProcess;
  let admin: HubClient;
  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true });
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    hub = await startHub();
    admin = await hub.signIn();
    await createCommunity(admin);
    await admin.patch('/areas/xinghu', { boundary: { type: 'Polygon', coordinates: [OUTLINE] }, centre: CENTRE });
  });
  afterEach(() => hub?.dispose());

  async function openSignedIn(path: string, viewport: { width: number; height: number }): Promise<Page> {
    const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', permissions: ['geolocation'], geolocation: { longitude: CENTRE.lng, latitude: CENTRE.lat, accuracy: 6 } });
    const page = await context.newPage();
    await page.goto(hub.url + path);
    await byId(page, 'signin-username').fill('admin');
    await byId(page, 'signin-password').fill(hub.adminPassword);
    await byId(page, 'signin-submit').click();
    return page;
  }

  it('claims a device by its code, turns green when it speaks, and its alerts count from then on', async () => {
    const { claim } = await admin.post<NewDeviceAnswer>('/devices', { id: 'bin-114', name: '北关 B-114', kind: 'waste_bin', area: 'xinghu', claim: true });
    const page = await openSignedIn('/install', PHONE);
    await byId(page, 'install-code').fill(claim?.code ?? '');
    await byId(page, 'install-next').click();
    // The page is open since before this area was made; it knows it as soon as it is looked at again.
    await admin.post('/areas', { id: 'xinghu-new', level: 'community', parent: 'loufeng', name: '星湖新区', profile: 'urban' });
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await byId(page, 'install-community').locator('option[value="xinghu-new"]').waitFor({ state: 'attached' });
    await byId(page, 'install-community').selectOption('xinghu');
    await byId(page, 'install-locate').click();
    await expect.poll(() => byId(page, 'install-place').getAttribute('data-state')).toBe('inside');
    await byId(page, 'install-next').click();
    const kind = byId(page, 'install-kind-waste_bin');
    if (await kind.isVisible()) await kind.click();
    await byId(page, 'install-depthMm').fill('1200');
    await byId(page, 'install-deadZoneMm').fill('250');
    await byId(page, 'install-submit').click();
    const live = byId(page, 'install-live');
    await live.waitFor();
    expect(await live.getAttribute('data-state')).not.toBe('fresh');
    const password = (await byId(page, 'credentials-password').textContent())?.trim() ?? '';

    const speak = (fill: number) => publishWithPaho({
      port: hub.mqttPort, username: 'bin-114', password,
      messages: [{ topic: 'liandong/v1/loufeng/xinghu/bin-114/telemetry', payload: JSON.stringify({ values: { fill_level: fill, rssi: -87, battery: 92 } }), qos: 1 }],
    });
    expect((await speak(97)).acknowledged).toBe(1);
    await page.locator('[data-testid="install-live"][data-state="fresh"]').waitFor({ timeout: 15_000 });
    await page.screenshot({ path: `${SHOTS}install-live.png` });
    expect((await admin.get<{ data: Alert[] }>('/alerts')).data).toEqual([]);

    await byId(page, 'install-accept').click();
    await byId(page, 'install-accepted').waitFor();
    await page.screenshot({ path: `${SHOTS}install-accepted.png` });
    expect((await admin.get<Device>('/devices/bin-114')).accepted).toBeUndefined();
    await speak(97);
    await waitFor('its alert counts now', async () => (await admin.get<{ data: Alert[] }>('/alerts?active=true')).data.some(({ deviceId, severity }) => deviceId === 'bin-114' && severity === 'major'));
    await page.context().close();
  }, 90_000);

  it('keeps the form of a stairwell without a network, reloads there, and sends it once when the network is back', async () => {
    const { claim } = await admin.post<NewDeviceAnswer>('/devices', { id: 'bin-115', name: '北关 B-115', kind: 'waste_bin', area: 'xinghu', claim: true });
    const page = await openSignedIn('/install', PHONE);
    await byId(page, 'install-kept').waitFor();
    await page.context().setOffline(true);
    await page.reload();
    await byId(page, 'install-code').fill(claim?.code ?? '');
    await byId(page, 'install-next').click();
    await byId(page, 'install-community').selectOption('xinghu');
    await byId(page, 'install-locate').click();
    await expect.poll(() => byId(page, 'install-place').getAttribute('data-state')).toBe('inside');
    await byId(page, 'install-next').click();
    await byId(page, 'install-kind-waste_bin').click();
    await byId(page, 'install-depthMm').fill('1200');
    await byId(page, 'install-submit').click();
    await byId(page, 'install-saved').waitFor();
    expect(await byId(page, 'install-reach').getAttribute('data-waiting')).toBe('1');

    await page.context().setOffline(false);
    await byId(page, 'install-delivered').waitFor({ timeout: 15_000 });
    expect(await byId(page, 'install-saved').count()).toBe(0);
    await byId(page, 'install-delivered').getByRole('button').click();
    const password = (await byId(page, 'credentials-password').textContent())?.trim() ?? '';
    await publishWithPaho({
      port: hub.mqttPort, username: 'bin-115', password,
      messages: [{ topic: 'liandong/v1/loufeng/xinghu/bin-115/telemetry', payload: '{"values":{"fill_level":43}}', qos: 1 }],
    });
    await page.locator('[data-testid="install-live"][data-state="fresh"]').waitFor({ timeout: 15_000 });
    expect((await admin.get<Device>('/devices/bin-115')).install).toEqual({ depthMm: 1200 });
    await page.context().close();
  }, 90_000);

  it('takes in a CSV file in the browser and on the command line, the second time with nothing to do', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liandong-csv-'));
    try {
      const rows = Array.from({ length: 300 }, (_, n) => `csv-${n},桶 ${n},waste_bin,xinghu`);
      const file = join(folder, 'devices.csv');
      await writeFile(file, `id,name,kind,area\n${rows.join('\n')}\n`);
      const page = await openSignedIn('/devices', { width: 1366, height: 768 });
      await byId(page, 'open-import').click();
      await byId(page, 'import-file').setInputFiles(file);
      await byId(page, 'import-run').click();
      await waitFor('300 devices are there', async () => (await admin.get<{ data: Device[] }>('/devices?limit=1000')).data.length === 300, { timeoutMs: 30_000 });
      await page.screenshot({ path: `${SHOTS}import.png` });
      await page.context().close();

      const { token } = await admin.post<{ token: string }>('/tokens', { name: 'import', role: 'admin' });
      await writeFile(file, `id,name,kind,area\n${rows.join('\n')}\ncsv-new,新桶,waste_bin,xinghu\ncsv-bad,坏,teapot,xinghu\n`);
      const refused = await runChild(process.execPath, [CLI, 'import', file, '--hub', hub.url, '--token', token], { timeoutMs: 60_000, cwd: folder });
      expect(refused.code).toBe(1);
      expect(await readFile(join(folder, 'devices.failed.csv'), 'utf8')).toContain('csv-bad');
      await writeFile(file, `id,name,kind,area\n${rows.join('\n')}\ncsv-new,新桶,waste_bin,xinghu\n`);
      const taken = await runChild(process.execPath, [CLI, 'import', file, '--hub', hub.url, '--token', token], { timeoutMs: 60_000, cwd: folder });
      expect(taken.code).toBe(0);
      expect((await admin.get<{ data: Device[] }>('/devices?limit=1000')).data).toHaveLength(301);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 120_000);
});
