import { describe, expect, it } from 'vitest';
import { startFixtureHub } from '../support/fixture-hub.js';
import { canDrive, launchBrowser, openWall, showAt } from '../support/open-wall.js';

describe.skipIf(!canDrive)('the list of all alerts', { timeout: 60_000 }, () => {
  it('says that it leaves some out only when it does: of 1,000 none, of 1,001 one', async () => {
    const [browser, hub] = [await launchBrowser(), await startFixtureHub({ withAlerts: false })];
    try {
      for (let index = 0; index < 1000; index += 1) hub.raise(`many-${index}`, index, 'minor', `告警 ${index}`, `Alert ${index}`);
      const page = await openWall(browser, hub);
      await showAt(page, `${hub.url}/alerts`, 'en', [1366, 768]);
      const shown = async () => (await page.getByTestId('alerts-shown').textContent() ?? '').replace(/(?<=\d)\D(?=\d)/g, '');
      await expect.poll(shown, { timeout: 15_000 }).toMatch(/^1000 (loaded|in all)/);
      hub.raise('one-more', 0, 'critical', '单元门强行开启', 'Door forced open');
      await expect.poll(shown, { timeout: 15_000 }).toBe('Only the first 1000 are shown; narrow the filters');
      // What is shown are the first of them, the new one too.
      await page.getByText('Door forced open').waitFor();
    } finally { await browser.close(); await hub.stop(); }
  });

  it.each([['zh-CN', '继续读取'], ['en', 'Load more']])('offers more as long as there are more, and promises no number of them (%s)', async (locale, words) => {
    const [browser, hub] = [await launchBrowser(), await startFixtureHub({ withAlerts: false })];
    try {
      for (let index = 0; index < 104; index += 1) hub.raise(`many-${index}`, index, 'minor', `告警 ${index}`, `Alert ${index}`);
      for (let index = 0; index < 104; index += 1) hub.clear(`many-${index}`);
      hub.raise('standing', 0, 'critical', '单元门强行开启', 'Door forced open');
      const page = await openWall(browser, hub);
      await showAt(page, `${hub.url}/alerts?active=false`, locale, [1366, 768]);
      const more = page.getByTestId('alerts-more');
      await more.waitFor();
      expect((await more.textContent())?.trim()).toBe(words);
      await more.click();
      await more.waitFor({ state: 'detached' });
    } finally { await browser.close(); await hub.stop(); }
  });

  it.each(['zh-CN', 'en'])('has what may be done with an alert on the screen at 1280 px (%s)', async (locale) => {
    const [browser, hub] = [await launchBrowser(), await startFixtureHub({ withAlerts: false })];
    try {
      hub.raise('standing', 0, 'critical', '单元门强行开启', 'Door forced open');
      const page = await openWall(browser, hub);
      await showAt(page, `${hub.url}/alerts`, locale, [1280, 720]);
      const key = page.getByTestId('alert-ack').first();
      await key.waitFor();
      const box = await key.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(1280 - 16);
    } finally { await browser.close(); await hub.stop(); }
  });
});
