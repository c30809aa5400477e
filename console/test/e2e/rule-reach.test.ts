import { beforeEach, describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('an operator bound to an area', { timeout: 60_000 }, () => {
  const wall = wallForEach({ role: 'operator', area: 'beiguan' });
  let asked: string[];
  beforeEach(() => {
    asked = [];
    wall.page.on('request', (request) => asked.push(request.url()));
  });
  const counted = () => asked.filter((url) => url.endsWith('/rules/preview')).length;
  const isOff = (id: string) => wall.page.locator(`[data-rule-id=${id}] .n-switch`).evaluate((knob) => knob.classList.contains('n-switch--disabled'));

  it('switches the rules of his area in the list, and only reads the others', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/rules`, 'zh-CN', [1366, 768]);
    await page.getByTestId('rules-beyond').getByText('为小范围另立一条').waitFor();
    expect([await isOff('default-bin-fill'), await isOff('activity-room'), await isOff('market-bins')]).toEqual([true, true, false]);
    await page.locator('[data-rule-id=default-bin-fill] .n-switch').click({ force: true });
    await page.locator('[data-rule-id=market-bins] .n-switch').click();
    await page.getByText('集市垃圾桶满溢 已停用', { exact: false }).waitFor();
    expect(await page.locator('[data-rule-id=default-bin-fill] .n-switch').getAttribute('aria-checked')).toBe('true');
  });

  it.each([['zh-CN', '您只能查看'], ['en', 'you can only read it']])('reads a rule that reaches beyond: no live control, nothing counted, the way to one of his own (%s)', async (locale, said) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/rules/default-bin-fill`, locale, [1366, 768]);
    await page.getByTestId('rule-beyond').getByText(said).waitFor();
    for (const id of ['rule-name', 'rule-message', 'rule-id']) expect(await page.getByTestId(id).isDisabled()).toBe(true);
    expect(await page.locator('fieldset .n-base-selection').evaluateAll((selects) => selects.filter((select) => !select.classList.contains('n-base-selection--disabled')).length)).toBe(0);
    expect(await page.locator('fieldset button:enabled').count()).toBe(0);
    for (const id of ['rule-delete', 'rule-save-open', 'rule-recount', 'backtest-start']) expect(await page.getByTestId(id).count()).toBe(0);
    await page.waitForTimeout(1_200); // the count is asked for half a second after the rule is there
    expect(counted()).toBe(0);
    await page.getByTestId('rule-nearer').click();
    await expect.poll(() => page.getByTestId('rule-name').isDisabled(), { timeout: 15_000 }).toBe(false);
    await page.locator('fieldset .n-tree-select').getByText(locale === 'en' ? 'Beiguan' : '北关').waitFor();
  });

  it('changes a rule of his own, and is told at the areas when it would reach beyond', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/rules/market-bins`, 'zh-CN', [1366, 768]);
    await expect.poll(counted, { timeout: 15_000 }).toBe(1);
    expect([await page.getByTestId('rule-beyond').count(), await page.getByTestId('rule-delete').count()]).toEqual([0, 1]);
    await page.locator('fieldset .n-tree-select .n-base-close').first().click();
    await page.getByText('您管理北关的规则').waitFor();
    await page.waitForTimeout(1_200);
    expect(counted()).toBe(1);
  });
});
