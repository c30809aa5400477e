import { expect, it } from 'vitest';
import { CHROMIUM_HINT, findChromium, launchChromium } from './chromium.js';
import { describeWithServer } from './require-server.js';

describeWithServer('Chromium', findChromium(), CHROMIUM_HINT, () => {
  it('renders a page and runs its script', async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.setContent('<p id="p"></p><script>p.textContent = "联动 " + (1 + 1)</script>');
      expect(await page.textContent('#p')).toBe('联动 2');
    } finally {
      await browser.close();
    }
  });
});
