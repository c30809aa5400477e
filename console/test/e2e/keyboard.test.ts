import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('rules by keyboard', { timeout: 60_000 }, () => {
  const wall = wallForEach();

  it('a switch keeps the focus while it saves, so that it can be turned back at once', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/rules`, 'zh-CN', [1366, 768]);
    const turn = page.getByTestId('rule-switch').first();
    await turn.focus();
    for (const isOn of ['false', 'true']) {
      await page.keyboard.press('Space');
      await expect.poll(() => turn.getAttribute('aria-checked')).toBe(isOn);
      await expect.poll(() => turn.getAttribute('aria-busy')).toBe('false');
      expect(await turn.evaluate((own) => own === document.activeElement)).toBe(true);
    }
  });

  it.each([[1366, 768], [390, 844]] as const)('no field that has the focus is left behind the bar of the editor (%i × %i)', async (width, height) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/rules/default-bin-fill`, 'zh-CN', [width, height]);
    await page.getByTestId('rule-name').focus();
    const hidden: unknown[] = [];
    for (let step = 0; step < 30; step += 1) {
      await page.keyboard.press('Tab');
      hidden.push(await page.evaluate(`(() => {
        const [own, bar] = [document.activeElement, document.querySelector('[data-testid=rule-save-open]').parentElement];
        if (!own.closest('.main') || bar.contains(own)) return null;
        return own.getBoundingClientRect().bottom > bar.getBoundingClientRect().top ? own.outerHTML.slice(0, 160) : null;
      })()`));
    }
    expect(hidden.filter((one) => one !== null)).toEqual([]);
  });
});
