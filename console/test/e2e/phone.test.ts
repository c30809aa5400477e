import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

const wall = wallForEach();
const PAGES = ['', 'alerts', 'alerts/a-gate', 'devices', 'devices/env-sensor-002', 'operations/rules', 'operations/new-rule', 'operations/shifts', 'operations/policies', 'operations/calendar', 'operations/handover', 'operations/kpi'];

describe.skipIf(!canDrive)('a phone of 390 × 844', { timeout: 90_000 }, () => {
  it.each(['en', 'zh-CN'])('has every page’s titles whole, inside of the screen and beside the buttons (%s)', async (locale) => {
    const { hub, page } = wall;
    for (const path of PAGES) {
      await showAt(page, `${hub.url}/${path}`, locale, [390, 844]);
      await page.locator('.header .clip').filter({ hasText: /阜安街道|Fu’an/ }).waitFor();
      const titles = await page.locator('h1:not(.visually-hidden), h1 .clip').evaluateAll((all) => all.map((title) => ({ over: title.scrollWidth - title.clientWidth, under: title.scrollHeight - title.clientHeight, right: title.getBoundingClientRect().right })));
      for (const { over, under, right } of titles) { expect([path, over <= 0, under < 8, right <= 390]).toEqual([path, true, true, true]); }
      const [title, buttons] = [await page.locator('.header h1').boundingBox(), await page.locator('.header .controls').boundingBox()];
      expect((title?.x ?? 999) + (title?.width ?? 999)).toBeLessThanOrEqual(buttons?.x ?? 0);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    }
  });

  it('has the dash of a range of times behind its beginning, not alone at the start of a line', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/kpi`, 'zh-CN', [390, 844]);
    await page.getByTestId('range-from').waitFor();
    const [from, dash] = [await page.getByTestId('range-from').boundingBox(), await page.locator('.range').getByText('–', { exact: true }).boundingBox()];
    expect(dash?.x).toBeGreaterThan((from?.x ?? 999) + (from?.width ?? 999));
    expect(dash?.y).toBeLessThan((from?.y ?? 0) + (from?.height ?? 0));
  });

  it('has the words of links that look like buttons in their middle', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/rules`, 'en', [390, 844]);
    const button = page.getByTestId('rule-new');
    await button.waitFor();
    expect(await button.evaluate((link) => { const range = document.createRange(); range.selectNodeContents(link); const [words, whole] = [range.getBoundingClientRect(), link.getBoundingClientRect()]; return Math.abs(words.top + words.bottom - whole.top - whole.bottom); })).toBeLessThan(4);
  });

  it.each(['en', 'zh-CN'])('has the form of an escalation policy within its dialog, and no word of it broken (%s)', async (locale) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/policies`, locale, [390, 844]);
    await page.getByTestId('policy-row').first().locator('button').click();
    const form = page.getByTestId('policy-form');
    for (const [index, minutes] of ['30', '10'].entries()) await form.locator('input').nth(index).fill(minutes);
    await form.getByRole('alert').waitFor();
    expect(await form.evaluate((own) => own.scrollWidth - own.clientWidth)).toBeLessThanOrEqual(0);
    // A Chinese heading may go on in a second line anywhere.
    const broken = await form.locator(locale === 'en' ? 'th' : 'tbody th').evaluateAll((cells) => cells.flatMap((cell) => {
      const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode();
      return [...(text?.textContent ?? '').matchAll(/\S+/g)].filter(({ 0: word, index }) => { const range = document.createRange(); range.setStart(text!, index); range.setEnd(text!, index + word.length); return range.getClientRects().length !== 1; }).map(([word]) => word);
    }));
    expect(broken).toEqual([]);
  });
});

describe.skipIf(!canDrive)('a laptop of 1366 × 768', { timeout: 60_000 }, () => {
  it.each(['en', 'zh-CN'])('has all columns of the devices in sight beside the map (%s)', async (locale) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/devices`, locale, [1366, 768]);
    await page.locator('[role=columnheader]').last().waitFor();
    expect(await page.locator('[role=table]').evaluate((table) => table.scrollWidth - table.clientWidth)).toBeLessThanOrEqual(0);
    expect(await page.locator('.side h2').evaluateAll((all) => all.map((title) => title.scrollWidth - title.clientWidth))).toEqual([0]);
  });
});
