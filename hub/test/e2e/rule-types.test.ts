import { RULE_TYPES, type Rule } from '@liandong/protocols';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM_HINT, findChromium, launchChromium } from '../support/chromium.js';
import { createCommunity, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { describeWithServer } from '../support/require-server.js';

/** What a person types of a rule of each type, by the words on the page, and what the hub must hold then. */
interface Typed { readonly kind?: string; readonly type: string; readonly metric?: string; readonly fill: (form: Form) => Promise<void>; readonly stored: Partial<Rule> }
/** A rule's form by its words: rows are labelled groups, figures are labelled fields in them. */
interface Form { readonly page: Page; row(name: string): Locator; figure(name: string, text: string, nth?: number): Promise<void>; choose(select: Locator, option: string): Promise<void> }

const TYPED: Readonly<Record<Rule['type'], Typed>> = {
  threshold: {
    type: '越限', metric: '满溢度',
    fill: async ({ figure, row }) => { await figure('限值', '80'); await figure('恢复值', '70'); await row('持续多久才告警').getByRole('textbox').fill('300'); },
    stored: { metric: 'fill_level', bands: [{ limit: 80, severity: 'minor' }], clearAt: 70, onDelayS: 300 },
  },
  range: {
    type: '超出区间', metric: '温度',
    fill: async ({ figure }) => { await figure('下限', '-10'); await figure('上限', '55'); await figure('回差', '2'); },
    stored: { metric: 'temperature', bands: [{ low: -10, high: 55, severity: 'minor' }], deadband: 2 },
  },
  state: { type: '状态', metric: '倾倒', fill: async ({ row }) => { await row('持续多久才告警').getByRole('textbox').fill('60'); }, stored: { metric: 'tilted', equals: true, onDelayS: 60 } },
  change: { type: '变化过快', metric: '温度', fill: async ({ figure }) => { await figure('变化量', '15'); await figure('时间窗', '300'); }, stored: { metric: 'temperature', direction: 'up', by: 15, withinS: 300 } },
  count: { type: '多次越限', metric: '满溢度', fill: async ({ figure }) => { await figure('限值', '90'); await figure('次数', '4'); await figure('时间窗', '1800'); }, stored: { metric: 'fill_level', limit: 90, count: 4, withinS: 1800 } },
  event: {
    kind: '门禁', type: '事件',
    fill: async ({ row, choose, figure }) => { await choose(row('事件').locator('.n-base-selection'), '强行开启'); await figure('次数', '1'); await row('之后自动恢复').getByRole('textbox').fill('600'); },
    stored: { event: 'forced_open', count: 1, clearAfterS: 600, clearOn: [] },
  },
  silence: { type: '失联', fill: async ({ row }) => { await row('多久算失联').getByRole('textbox').fill('4'); }, stored: { intervals: 4 } },
  combined: {
    type: '组合条件',
    fill: async ({ page, choose }) => {
      await page.getByTestId('add-condition').first().click();
      await page.getByTestId('condition-leaf').first().getByRole('textbox', { name: '限值' }).fill('85');
      await page.getByTestId('add-condition').first().click();
      await choose(page.getByTestId('condition-leaf').nth(1).locator('.n-base-selection').first(), '状态');
    },
    stored: { when: { op: 'all', of: [{ type: 'compare', metric: 'fill_level', direction: 'above', limit: 85 }, { type: 'state', metric: 'tilted', equals: true }] } },
  },
  aqi: { kind: '环境监测', type: '空气质量指数', fill: async ({ figure }) => { await figure('限值', '151'); await figure('恢复值', '140'); }, stored: { bands: [{ limit: 151, severity: 'minor' }], clearAt: 140 } },
  noise: { kind: '环境监测', type: '噪声超标', fill: async ({ figure }) => { await figure('限值', '5'); await figure('回差', '2'); }, stored: { class: '2', bands: [{ over: 5, severity: 'minor' }], deadband: 2 } },
};

describeWithServer('a rule of every type, made by a person in Chromium', findChromium(), CHROMIUM_HINT, () => {
  let browser: Browser;
  let hub: HubProcess;
  let admin: HubClient;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    [browser, hub] = await Promise.all([launchChromium(), startHub()]);
    admin = await hub.signIn();
    const { community } = await createCommunity(admin);
    for (const [id, kind] of [['bin-1', 'waste_bin'], ['gate-1', 'access_gate'], ['air-1', 'env_sensor']] as const) await createDevice(admin, { id, name: id, kind, area: community, reportingIntervalS: 600 });
    page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })).newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(hub.url);
    await page.getByTestId('signin-username').fill('admin');
    await page.getByTestId('signin-password').fill(hub.adminPassword);
    await page.getByTestId('signin-submit').click();
    await page.getByTestId('open-alert-count').waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await hub?.dispose();
  });

  async function choose(select: Locator, option: string): Promise<void> {
    await select.click();
    await page.locator('.n-base-select-option', { hasText: option }).filter({ visible: true }).first().click();
  }
  const row = (name: string): Locator => page.getByRole('group', { name, exact: true });
  const figure = async (name: string, text: string, nth = 0): Promise<void> => { await page.getByRole('textbox', { name, exact: true }).nth(nth).fill(text); };

  it.each(RULE_TYPES)('%s', async (type) => {
    const typed = TYPED[type];
    await page.goto(`${hub.url}/operations/new-rule`);
    await page.getByTestId('rule-name').fill(`${typed.type}试验`);
    await page.getByTestId('rule-name-en').fill(`Trial of ${type}`);
    await page.getByTestId('rule-id').fill(`try-${type}`);
    await page.getByTestId('rule-message').fill(`{device} ${typed.type}`);
    await page.getByTestId('rule-message-en').fill(`{device} ${type}`);
    if (typed.kind !== undefined) {
      await row('设备类型').locator('.n-base-close').first().click();
      await choose(row('设备类型').locator('.n-base-selection'), typed.kind);
      await page.keyboard.press('Escape');
    }
    if (type !== 'threshold') await choose(row('类型').locator('.n-base-selection'), typed.type);
    if (typed.metric !== undefined) await choose(row('指标').locator('.n-base-selection'), typed.metric);
    await typed.fill({ page, row, figure, choose });
    await page.getByTestId('rule-save-open').click();
    await page.getByTestId('rule-save').waitFor();
    if (await page.getByTestId('rule-sure').isVisible()) await page.getByTestId('rule-sure').click();
    await page.getByTestId('rule-save-confirm').click();
    await page.waitForURL(`**/operations/rules/try-${type}`);
    expect(await admin.get<Rule>(`/rules/try-${type}`)).toMatchObject({ type, ...typed.stored });
    expect(complaints).toEqual([]);
  });
});
