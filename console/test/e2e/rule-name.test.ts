import { RULE_WORDS_LENGTH } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('the name of a rule', { timeout: 60_000 }, () => {
  const wall = wallForEach();

  it('that is blank, from before it had to be given, is its id in the list; it opens and is given one, as long as the hub takes it', async () => {
    const { hub, page } = wall;
    page.setDefaultTimeout(10_000);
    await page.evaluate(`fetch('/api/v1/rules/default-bin-fill').then((answer) => answer.json()).then((rule) => fetch('/api/v1/rules', { method: 'POST', body: JSON.stringify({ ...rule, id: 'nameless', name: { zh: ' ', en: '' } }) }))`);
    await showAt(page, `${hub.url}/operations/rules`, 'zh-CN', [1366, 768]);
    const link = page.locator('[data-rule-id=nameless] a');
    expect(await link.textContent()).toBe('nameless');
    await link.click();
    await page.locator('h1').filter({ hasText: 'nameless' }).waitFor();
    await page.getByTestId('rule-save-open').click();
    await page.getByText('请填名称').first().waitFor();
    const long = '名'.repeat(RULE_WORDS_LENGTH.name);
    await page.getByTestId('rule-name').fill(long);
    await page.getByTestId('rule-name').press('End');
    await page.keyboard.type('x'); // one more than there may be
    await page.getByTestId('rule-name-en').fill('Named');
    await page.getByTestId('rule-save-open').click();
    await page.getByTestId('rule-save').waitFor();
    if (await page.getByTestId('rule-sure').count() > 0) await page.getByTestId('rule-sure').click();
    await page.getByTestId('rule-save-confirm').click();
    await page.getByTestId('rule-save').waitFor({ state: 'detached' });
    await page.locator('h1').filter({ hasText: long }).waitFor();
    expect(await page.evaluate<{ name: object }>(`fetch('/api/v1/rules/nameless').then((answer) => answer.json())`)).toMatchObject({ name: { zh: long, en: 'Named' } });
  });
});
