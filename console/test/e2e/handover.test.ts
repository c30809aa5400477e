import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixtureHub } from '../support/fixture-hub.js';
import { canDrive, launchBrowser, openWall, showAt } from '../support/open-wall.js';

describe.skipIf(!canDrive)('the handover after a storm', { timeout: 60_000 }, () => {
  let browser: Browser;
  let hub: Awaited<ReturnType<typeof startFixtureHub>>;
  beforeAll(async () => {
    [browser, hub] = [await launchBrowser(), await startFixtureHub({ devices: 400 })];
    for (let index = 0; index < 3_000; index += 1) hub.raise(`storm-${index}`, index, 'minor', `垃圾桶满溢 ${index}`, `Bin ${index} is full`, { ruleId: 'default-bin-fill' });
    for (let index = 0; index < 12; index += 1) hub.raise(`fire-${index}`, 7 * index, 'critical', `垃圾桶高温 ${index}`, `Bin ${index} is on fire`, { ruleId: 'default-bin-heat' });
  });
  afterAll(async () => { await browser?.close(); await hub?.stop(); });

  it.each([[390, 844, 'zh-CN'], [1366, 768, 'en'], [1920, 1080, 'zh-CN']] as const)('is a few screens at %i × %i (%s): critical ones by name, thousands as a line each that opens, and all of them counted', async (width, height, locale) => {
    const page = await openWall(browser, hub);
    await showAt(page, `${hub.url}/operations/handover`, locale, [width, height]);
    const unacked = page.getByTestId('handover-unacked');
    await unacked.waitFor();
    expect(await unacked.getByTestId('handover-row').first().textContent()).toMatch(/垃圾桶高温|on fire|强行开启|forced/);
    expect(await unacked.locator('h2').textContent()).toMatch(/3\s?\d\d\d$/);
    // A note on an alert that has cleared, which the console itself no longer has.
    expect(await page.getByTestId('handover-events').textContent()).toMatch(/北关噪声超标|Noise over the limit at Beiguan/);
    expect(await page.evaluate<number>('document.querySelector("#main").scrollHeight')).toBeLessThan(width < 500 ? 9_000 : 4_500);
    expect(await page.evaluate<number>('document.querySelector("#main").scrollWidth - document.querySelector("#main").clientWidth')).toBeLessThanOrEqual(1);
    const [rows, storm] = [unacked.getByTestId('handover-row'), unacked.getByTestId('handover-group').last()];
    const before = await rows.count();
    await storm.locator('button').click();
    await expect.poll(() => rows.count()).toBe(before + 10);
    await storm.locator('button').click();
    await expect.poll(() => rows.count()).toBe(before);
    await page.context().close();
  });
});
