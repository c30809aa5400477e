import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixtureHub } from '../support/fixture-hub.js';
import { canDrive, launchBrowser, openWall, showAt } from '../support/open-wall.js';

describe.skipIf(!canDrive)('a page that is not the role’s', { timeout: 60_000 }, () => {
  let browser: Browser;
  let hub: Awaited<ReturnType<typeof startFixtureHub>>;
  beforeAll(async () => { [browser, hub] = [await launchBrowser(), await startFixtureHub({ role: 'operator', area: 'beiguan' })]; });
  afterAll(async () => { await browser?.close(); await hub?.stop(); });
  it.each([['zh-CN', '“通知渠道”只由管理员管理'], ['en', 'Only an admin manages this page: Channels']])('says whose it is beside a menu without it (%s)', async (locale, said) => {
    const page = await openWall(browser, hub);
    await showAt(page, `${hub.url}/operations/channels`, locale, [1366, 768]);
    await page.getByText(said).waitFor();
    expect([await page.getByTestId('section-channels').count(), await page.getByTestId('section-rules').count()]).toEqual([0, 1]);
    await page.context().close();
  });
});
