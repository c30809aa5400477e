import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Alert, AlertKpi, AlertWithTimeline, Rule } from '@liandong/protocols';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM_HINT, findChromium, launchChromium } from '../support/chromium.js';
import { createCommunity, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

const SHOTS = fileURLToPath(new URL('../../../test-results/', import.meta.url));
const WALL = { width: 1920, height: 1080 };
const SETTLED = { timeout: 15_000 };

describeWithServer('operations in Chromium', findChromium(), CHROMIUM_HINT, () => {
  let browser: Browser;
  let hub: HubProcess;
  let admin: HubClient;
  let bin: MqttClient;
  let topic: string;
  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true });
    [browser, hub] = await Promise.all([launchChromium(), startHub()]);
    admin = await hub.signIn();
    const { subdistrict, community } = await createCommunity(admin);
    const { credentials } = await createDevice(admin, { id: 'bin-1', name: '东门垃圾桶', kind: 'waste_bin', area: community, reportingIntervalS: 600 });
    await createDevice(admin, { id: 'gate-1', name: '东门', kind: 'access_gate', area: community, reportingIntervalS: 600 });
    await admin.post('/users', { username: 'li.na', name: '李娜', role: 'operator', area: subdistrict, password: 'long enough' });
    topic = `liandong/v1/${subdistrict}/${community}/bin-1/telemetry`;
    bin = await connectAsync({ host: '127.0.0.1', port: hub.mqttPort, ...credentials });
  }, 60_000);
  afterAll(async () => {
    await bin?.endAsync(true);
    await browser?.close();
    await hub?.dispose();
  });

  const complaints: string[] = [];
  async function signedIn(username: string, password: string): Promise<Page> {
    const page = await (await browser.newContext({ viewport: WALL, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })).newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(hub.url);
    await page.getByTestId('signin-username').fill(username);
    await page.getByTestId('signin-password').fill(password);
    await page.getByTestId('signin-submit').click();
    await page.getByTestId('open-alert-count').waitFor();
    return page;
  }
  const report = (fill: number) => bin.publishAsync(topic, JSON.stringify({ values: { fill_level: fill } }), { qos: 1 });

  it('takes a rule from the page to the wall: counted before it is saved, crossed over MQTT, shelved by keyboard with a reason, handed over by name', async () => {
    const page = await signedIn('admin', hub.adminPassword);
    await page.goto(`${hub.url}/operations/new-rule`);
    await page.getByTestId('rule-name').fill('周末满溢');
    await page.getByTestId('rule-name-en').fill('Full at the weekend');
    await page.getByTestId('rule-id').fill('weekend-fill');
    await page.getByTestId('rule-message').fill('{device} 周末满溢 {value}');
    await page.getByTestId('rule-message-en').fill('{device} is {value} full at the weekend');
    await page.getByTestId('band').locator('input').first().fill('50');
    await page.getByRole('textbox', { name: '恢复值' }).fill('40');
    await expect.poll(() => page.getByTestId('rule-preview').textContent(), SETTLED).toMatch(/1\s*\/ 2 台设备/);
    await page.screenshot({ path: `${SHOTS}operations-rule.png` });
    await page.getByTestId('rule-save-open').click();
    await page.getByTestId('rule-save').waitFor();
    expect(await page.getByTestId('rule-save').textContent()).toContain('50');
    await page.getByTestId('rule-save-confirm').click();
    await waitFor('the hub has the rule', async () => (await admin.get<{ data: Rule[] }>('/rules')).data.some(({ id }) => id === 'weekend-fill'));

    const wall = await signedIn('li.na', 'long enough');
    await report(55);
    const card = wall.getByTestId('alert-card').filter({ hasText: '东门垃圾桶 周末满溢 55' });
    await card.waitFor();
    const [alert] = (await admin.get<{ data: Alert[] }>('/alerts?active=true')).data;
    expect(alert).toMatchObject({ ruleId: 'weekend-fill', severity: 'minor', deviceId: 'bin-1' });
    await expect.poll(() => card.getAttribute('data-current'), SETTLED).toBe('true');
    await wall.keyboard.press('s');
    await wall.getByTestId('shelve-dialog').waitFor();
    await wall.keyboard.press('ArrowRight');
    await wall.keyboard.press('Enter'); // without a reason it asks for one, and the field has the focus
    await wall.getByText('请写明搁置的原因').waitFor();
    await wall.keyboard.type('周一清运');
    await wall.keyboard.press('Enter');
    await wall.getByTestId('shelve-dialog').waitFor({ state: 'detached' });
    await expect.poll(() => card.count(), SETTLED).toBe(0);
    const shelved = await admin.get<AlertWithTimeline>(`/alerts/${alert?.id ?? ''}`);
    expect(shelved).toMatchObject({ shelvedBy: 'li.na', shelveReason: '周一清运' });
    expect((shelved.shelvedUntil ?? 0) - (shelved.timeline.at(-1)?.at ?? 0)).toBe(3_600_000);

    await wall.goto(`${hub.url}/alerts/${shelved.id}`);
    await expect.poll(() => wall.getByTestId('alert-timeline').textContent(), SETTLED).toContain('李娜 搁置至');
    await wall.goto(`${hub.url}/operations/handover`);
    const row = wall.getByTestId('handover-shelved');
    await row.waitFor();
    expect(await row.textContent()).toMatch(/东门垃圾桶 周末满溢 55.*李娜.*周一清运/);
    await wall.screenshot({ path: `${SHOTS}operations-handover.png` });
    expect(complaints).toEqual([]);
  }, 90_000);

  it('says in the language of the page what does not fit the hub\'s schema, though the form let it pass', async () => {
    const page = await signedIn('admin', hub.adminPassword);
    for (const [locale, words] of [['zh-CN', '日期 · 第 1 项 · 名称：最多 64 个字'], ['en', 'Days · no. 1 · Name: has too many characters; the most is 64']] as const) {
      await page.evaluate(`localStorage.setItem('liandong.locale', '${locale}')`);
      await page.goto(`${hub.url}/operations/calendar`);
      await page.getByTestId('year-grid').waitFor();
      await page.evaluate('document.querySelector("main input.field").removeAttribute("maxlength")');
      await page.locator('main input.field').fill('长'.repeat(65));
      await page.getByTestId('year-grid').locator('button').nth(3).click();
      await page.getByTestId('calendar-save').click();
      await page.getByText(words).waitFor();
      expect(await page.locator('main').textContent()).not.toMatch(/schema|characters\./);
    }
    expect(complaints).toEqual([]);
  }, 60_000);

  it('says on the KPI page what the hub counts, and lets an operator choose people by their names', async () => {
    await report(96);
    await waitFor('it stands', async () => (await admin.get<{ data: Alert[] }>('/alerts?active=true')).data.some(({ severity }) => severity === 'major'));
    const { raised } = await admin.get<AlertKpi>('/alerts/kpi');
    const page = await signedIn('li.na', 'long enough');
    await page.goto(`${hub.url}/operations/kpi`);
    await expect.poll(() => page.getByTestId('kpi-figures').textContent(), SETTLED).toContain(`共 ${raised} 条新告警`);
    expect(await page.getByTestId('kpi-figures').textContent()).toContain('各项都达到目标');
    expect(await page.getByTestId('kpi-spread').textContent()).not.toContain('未达标'); // a handful is no spread to judge
    await page.screenshot({ path: `${SHOTS}operations-kpi.png` });
    await page.goto(`${hub.url}/operations/shifts`);
    await page.getByTestId('shift-new').click();
    await page.getByTestId('shift-name').fill('夜班');
    await page.getByTestId('shift-users').click();
    await page.getByText('李娜 · li.na', { exact: true }).waitFor();
    await page.getByText('管理员 · admin', { exact: true }).click();
    await page.screenshot({ path: `${SHOTS}operations-shift.png` });
    expect(complaints).toEqual([]);
  }, 60_000);

  it('keeps what came and cleared with nobody looking on the wall and in the handover, until somebody acknowledges it', async () => {
    const wall = await signedIn('li.na', 'long enough');
    const major = wall.locator('[data-testid=alert-card][data-severity=major]');
    await major.waitFor();
    await report(10);
    await expect.poll(() => major.getAttribute('data-active'), SETTLED).toBe('false'); // as the live feed brings it
    expect(await major.textContent()).toContain('已恢复 · 无人确认');
    expect(await wall.getByTestId('open-alert-count').textContent()).toBe('0');
    await wall.reload(); // as REST brings it to who comes later
    await major.waitFor();
    await wall.screenshot({ path: `${SHOTS}operations-returned.png` });
    await wall.goto(`${hub.url}/operations/handover`);
    await expect.poll(() => wall.getByTestId('handover-returned').textContent(), SETTLED).toMatch(/一直没有人确认.*东门垃圾桶/);
    await wall.goto(hub.url);
    await major.waitFor();
    await expect.poll(() => major.getAttribute('data-current'), SETTLED).toBe('true');
    await wall.keyboard.press('s'); // nothing to put aside: it is over
    await wall.getByText('它已经恢复，只需确认或写备注').waitFor();
    await wall.keyboard.press('a');
    await expect.poll(() => major.count(), SETTLED).toBe(0);
    const [seen] = (await admin.get<{ data: Alert[] }>('/alerts?active=false&severity=major')).data;
    expect(seen).toMatchObject({ active: false, acked: true, ackedBy: 'li.na' });
    expect(complaints).toEqual([]);
  }, 60_000);

  it('shows whoever looks from above who is on duty below', async () => {
    const [city] = (await admin.get<{ data: { id: string; children: { id: string }[] }[] }>('/areas')).data;
    await admin.post('/shifts', { name: '街道值班', tier: 'subdistrict', area: city?.children[0]?.id, weekdays: [1, 2, 3, 4, 5, 6, 7], start: '00:00', end: '00:00', users: ['li.na'] });
    const page = await signedIn('admin', hub.adminPassword);
    await page.goto(`${hub.url}/operations/shifts`);
    await expect.poll(() => page.getByTestId('on-duty').textContent(), SETTLED).toContain('李娜');
    expect(complaints).toEqual([]);
  }, 60_000);
});
