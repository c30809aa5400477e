import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('the wall on the screens that control rooms have', { timeout: 60_000 }, () => {
  const wall = wallForEach();

  it.each(['zh-CN', 'en'])('the wall has its whole left column on a laptop of 1366 × 768 (%s)', async (locale) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/`, locale, [1366, 768]);
    await page.getByTestId('air').waitFor();
    await page.locator('.figures li').first().waitFor();
    expect(await page.evaluate<number>('(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector(".overview > .left"))')).toBeLessThanOrEqual(0);
    expect(await page.locator('.communities li').first().isVisible()).toBe(true);
  });

  it.each([['zh-CN', 1280, 720], ['en', 1280, 720], ['zh-CN', 1366, 768], ['en', 1366, 768], ['zh-CN', 1920, 1080], ['en', 1920, 1080]] as const)('its title is whole while the sound is off (%s, %i × %i)', async (locale, width, height) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/`, locale, [width, height]);
    await page.getByTestId('sound-toggle').waitFor();
    expect(await page.getByTestId('sound-toggle').getAttribute('data-state')).not.toBe('on');
    await page.locator('h1 .clip').filter({ hasText: /阜安街道|Fu’an/ }).waitFor();
    const over = (selector: string) => page.evaluate<number>(`(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('${selector}'))`);
    expect(await over('h1 .clip')).toBe(0);
    for (let turn = 0; turn < 2; turn += 1) await page.getByTestId('sound-toggle').click();
    await page.locator('[data-testid=sound-toggle][data-state=muted]').waitFor();
    expect(await over('h1 .clip')).toBe(0);
    if (width === 1920) expect(await page.evaluate<boolean>('document.querySelector("h1 .centre").offsetTop === document.querySelector("h1 .clip").offsetTop')).toBe(true); // else it has wrapped out of sight
  });

  it.each([['zh-CN', 1280, 720], ['en', 1280, 720], ['en', 1366, 768]] as const)('has the buttons of every card on one line (%s, %i × %i)', async (locale, width, height) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/`, locale, [width, height]);
    await page.locator('[data-testid=alert-card][data-current=true]').waitFor();
    const lines = await page.locator('[data-testid=alert-card] .buttons').evaluateAll((all) => all.map((buttons) => new Set([...buttons.querySelectorAll('button')].map((button) => Math.round(button.getBoundingClientRect().top))).size));
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.every((n) => n === 1)).toBe(true);
    expect(await page.locator('[data-testid=alert-card]').evaluateAll((all) => all.map((card) => card.scrollWidth - card.clientWidth).filter((over) => over > 0))).toEqual([]);
  });

  it('an English word is not torn apart at its apostrophe, which Chinese fonts make as wide as a character', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/`, 'en', [1366, 768]);
    const width = await page.evaluate<number>(`(() => {
      const probe = document.body.appendChild(Object.assign(document.createElement('span'), { textContent: '’', style: 'font-size: 100px' }));
      try { return probe.getBoundingClientRect().width; } finally { probe.remove(); }
    })()`);
    expect(width).toBeLessThan(50);
  });
});

describe.skipIf(!canDrive)('the map in a flood', { timeout: 60_000 }, () => {
  const wall = wallForEach({ devices: 400 }, (hub) => { for (let index = 0; index < 300; index += 1) hub.raise(`flood-${index}`, index, index % 9 === 0 ? 'major' : 'minor', '噪声超过限值', 'Noise over limit'); });

  it.each([['zh-CN', 1280, 720], ['en', 1280, 720], ['zh-CN', 1920, 1080], ['en', 1920, 1080]] as const)('writes no count over a name or another count (%s, %i × %i)', async (locale, width, height) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/`, locale, [width, height]);
    await page.locator('.map .more').first().waitFor();
    // Of one moment; without the room that a line has for accents and tails.
    const boxes = await page.locator('.map .name, .map .more').evaluateAll((all) => all.map((text) => { const { left, right, top, bottom } = text.getBoundingClientRect(); return { says: text.textContent, isCount: text.classList.contains('more'), left, right, top: top + 3, bottom: bottom - 3 }; }));
    const [names, counts] = [boxes.filter(({ isCount }) => !isCount), boxes.filter(({ isCount }) => isCount)];
    expect([names.length > 3, counts.length > 3]).toEqual([true, true]);
    const touch = (a: (typeof names)[number], b: (typeof names)[number]) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
    expect(counts.flatMap((count, index) => [...names, ...counts.slice(index + 1)].filter((other) => touch(count, other)).map((other) => `${count.says} on ${other.says}`))).toEqual([]);
  });
});
