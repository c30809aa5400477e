import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('how many of each severity need a person, in a storm', { timeout: 60_000 }, () => {
  const wall = wallForEach({ devices: 400 }, (hub) => {
    for (const severity of ['major', 'minor', 'warning', 'info'] as const) for (let index = 0; index < 2_400; index += 1) hub.raise(`${severity}-${index}`, index, severity, `告警 ${index}`, `Alert ${index}`, { ruleId: 'default-bin-fill' });
  });

  it.each([[1366, 768, 'zh-CN'], [1366, 768, 'en'], [390, 844, 'en'], [1920, 1080, 'zh-CN']] as const)('stands at %i × %i (%s) in one line, apart from one another and inside the panel', async (width, height, locale) => {
    const { hub, page } = wall;
    await showAt(page, hub.url, locale, [width, height]);
    await page.getByTestId('severity-counts').getByText(/^2\D4\d\d$/).nth(3).waitFor({ timeout: 15_000 });
    const boxes = await page.getByTestId('severity-counts').evaluate((row) => {
      const { right } = row.getBoundingClientRect();
      return { right, numbers: [...row.querySelectorAll('b')].map((number) => { const box = number.getBoundingClientRect(); return { left: box.left, right: box.right, lines: box.height / parseFloat(getComputedStyle(number).fontSize) }; }) };
    });
    for (const [index, { left, lines }] of boxes.numbers.entries()) {
      expect(lines).toBeLessThan(2);
      expect(left).toBeGreaterThan((boxes.numbers[index - 1]?.right ?? 0) + 2);
    }
    expect(boxes.numbers.at(-1)?.right).toBeLessThanOrEqual(boxes.right);
  });
});
