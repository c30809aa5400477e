import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixtureHub } from '../support/fixture-hub.js';
import { canDrive, launchBrowser, openWall, showAt } from '../support/open-wall.js';

/** A storm of which half was acknowledged: each figure of the wall says what it is of. */
describe.skipIf(!canDrive)('the figures of a storm half acknowledged', { timeout: 60_000 }, () => {
  let browser: Browser;
  let hub: Awaited<ReturnType<typeof startFixtureHub>>;
  beforeAll(async () => {
    [browser, hub] = [await launchBrowser(), await startFixtureHub()];
    for (const [index, alert] of [...hub.alerts.values()].entries()) if (alert.severity === 'critical') hub.raise(alert.id, index, 'critical', '已有人处理', 'Somebody is on it', { deviceId: alert.deviceId ?? '', area: 'beiguan', acked: true, ackedBy: 'li.na' });
    for (let index = 0; index < 1_600; index += 1) hub.raise(`storm-${index}`, index, 'minor', `告警 ${index}`, `Alert ${index}`, { ruleId: 'default-bin-fill', acked: index % 2 === 1 });
  });
  afterAll(async () => { await browser?.close(); await hub?.stop(); });

  it.each([['zh-CN', /^还有 ([\d,\s]+) 条，其中 ([\d,\s]+) 条需要人处理$/, '未恢复告警 · 在线 / 设备'], ['en', /^([\d,\s]+) more, ([\d,\s]+) of them need a person$/, 'active alerts · online / devices']] as const)('say how many of those below the list need a person, and what a community counts (%s)', async (locale, said, heading) => {
    const page = await openWall(browser, hub);
    await showAt(page, hub.url, locale, [1920, 1080]);
    const foot = page.getByTestId('queue-hidden');
    await expect.poll(() => foot.textContent(), { timeout: 15_000 }).toMatch(said);
    const number = (text: string | null | undefined) => Number((text ?? '').replace(/\D/g, ''));
    const needing = number(await page.getByTestId('open-alert-count').textContent());
    const [, all, ofThem] = said.exec(await foot.textContent() ?? '') ?? [];
    expect(needing).toBeGreaterThan(800);
    expect(number(ofThem)).toBe(needing - 500); // the list holds 500 and those that need a person come first
    expect(number(all)).toBeGreaterThan(number(ofThem) + 700);
    await page.getByText(heading).waitFor();
    await page.setViewportSize({ width: 1366, height: 768 });
    await expect.poll(() => page.locator('.communities h2').evaluate((title) => title.scrollWidth - title.clientWidth)).toBeLessThanOrEqual(0);
    expect(await page.getByText(heading).evaluate((words) => words.getBoundingClientRect().right - (words.closest('.communities')?.getBoundingClientRect().right ?? 0))).toBeLessThan(0);
    await page.context().close();
  });

  it('mark a community by what needs a person there, not by a critical alert that somebody took on', async () => {
    const page = await openWall(browser, hub);
    await showAt(page, hub.url, 'zh-CN', [1920, 1080]);
    const row = page.locator('[data-area-id=beiguan]');
    await expect.poll(() => row.getByTestId('community-alerts').textContent(), { timeout: 15_000 }).not.toBe(null);
    await expect.poll(() => row.locator('.mark').innerHTML(), { timeout: 15_000 }).toMatch(/major|minor/);
    expect(await page.locator('.communities .mark').evaluateAll((marks) => marks.filter((mark) => mark.innerHTML.includes('critical')).length)).toBe(0);
    await page.context().close();
  });
});
