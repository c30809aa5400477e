import { describe, expect, it } from 'vitest';
import { canDrive, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('while the hub is silent', { timeout: 60_000 }, () => {
  const wall = wallForEach();

  it('nothing that would have to be sent is offered: not on a card, not behind its dots, not by key, not on the alert’s page', async () => {
    const { hub, page } = wall;
    await page.goto(hub.url);
    const card = page.locator('[data-alert-id=a-gate]');
    expect(await card.getByTestId('alert-assign').isEnabled()).toBe(true);
    hub.mute(true);
    try {
      await page.getByTestId('connection-banner').waitFor({ timeout: 20_000 });
      expect(await card.getByTestId('alert-ack').isDisabled()).toBe(true);
      expect(await card.getByTestId('alert-assign').isDisabled()).toBe(true);
      await page.keyboard.press('d');
      await page.getByText('与中心的连接已断开，操作没有发出').first().waitFor();
      expect(await page.getByTestId('dialog').count()).toBe(0);
      await card.getByTestId('alert-more').click();
      const buttons = page.getByTestId('more-dialog').locator('button');
      expect(await buttons.count()).toBeGreaterThan(3);
      for (const button of await buttons.all()) expect(await button.isDisabled()).toBe(true);
      await page.keyboard.press('Escape');
      await card.locator('a').first().click();
      await page.getByTestId('action-assign').waitFor();
      expect(await page.getByTestId('action-assign').isDisabled()).toBe(true);
      await page.getByTestId('alert-comment').fill('x');
      expect(await page.locator('form.comment button').isDisabled()).toBe(true);
    } finally { hub.mute(false); }
    await page.getByTestId('connection-banner').waitFor({ state: 'detached', timeout: 20_000 });
    await expect.poll(() => page.getByTestId('action-assign').isEnabled()).toBe(true);
  });
});
