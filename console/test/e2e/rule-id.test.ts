import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('the id of a new rule', { timeout: 60_000 }, () => {
  const wall = wallForEach();

  it('says at the field, once and when it is left, that an id is taken, also when only the hub knows', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/new-rule`, 'zh-CN', [1366, 768]);
    const [id, said] = [page.getByTestId('rule-id'), page.getByText(/已有规则在用|规则编号已被使用/)];
    await id.fill('default-bin-fill');
    expect(await said.count()).toBe(0);
    await id.blur();
    await said.waitFor();
    expect(await said.count()).toBe(1);
    await id.fill('made-meanwhile');
    await expect.poll(() => said.count()).toBe(0);
    await page.getByTestId('rule-name').fill('满溢');
    await page.getByTestId('rule-name-en').fill('Full');
    await page.getByTestId('rule-message').fill('{device} {value}');
    await page.getByTestId('rule-message-en').fill('{device} {value}');
    await page.getByTestId('band').locator('input').first().fill('50');
    await page.getByRole('textbox', { name: '恢复值' }).fill('40');
    await page.getByTestId('rule-save-open').click();
    hub.operations.refuseAll('RULE_EXISTS', 409); // somebody made it meanwhile
    if (await page.getByTestId('rule-sure').count() > 0) await page.getByTestId('rule-sure').click();
    await page.getByTestId('rule-save-confirm').click();
    await page.getByTestId('rule-save').waitFor({ state: 'detached' });
    hub.operations.refuseAll(undefined);
    await said.waitFor();
    expect(await said.count()).toBe(1);
    await expect.poll(() => page.evaluate<string | null>('document.activeElement.getAttribute("data-testid")')).toBe('rule-id');
  });

  it.each(['new', 'backtest', 'new-rule'])('may be %s, and the rule opens as any other does', async (id) => {
    const { hub, page } = wall;
    await page.evaluate(`fetch('/api/v1/rules/default-bin-fill').then((answer) => answer.json()).then((rule) => fetch('/api/v1/rules', { method: 'POST', body: JSON.stringify({ ...rule, id: '${id}', name: { zh: '另一条', en: 'Another' } }) }))`);
    await showAt(page, `${hub.url}/operations/rules`, 'zh-CN', [1366, 768]);
    await page.locator(`[data-rule-id=${id}] a`).click();
    await page.getByTestId('rule-editor').waitFor();
    expect([await page.locator('.page-head h1').textContent(), await page.getByTestId('rule-id').inputValue()]).toEqual(['另一条', id]);
    await page.reload();
    await page.getByTestId('rule-editor').waitFor();
    expect(await page.locator('.page-head h1').textContent()).toBe('另一条');
    await page.locator('.page-head a.button').click(); // a nearer one of it
    await expect.poll(() => page.locator('.page-head h1').textContent()).toBe('新建规则');
    await expect.poll(() => page.getByTestId('rule-name').inputValue()).toBe('另一条');
  });

  it('is followed by the name there is, where an older rule has none in the language of the page', async () => {
    const { hub, page } = wall;
    await page.evaluate(`fetch('/api/v1/rules/default-bin-fill').then((answer) => answer.json()).then((rule) => fetch('/api/v1/rules', { method: 'POST', body: JSON.stringify({ ...rule, id: 'older', name: { zh: '', en: 'Older' } }) }))`);
    await showAt(page, `${hub.url}/operations/rules`, 'zh-CN', [1366, 768]);
    const link = page.locator('[data-rule-id=older] a');
    await link.waitFor();
    expect(await link.textContent()).toBe('Older');
  });

  it.each([['zh-CN', '请填英文名称', '请填英文的告警文字', '请填中文名称'], ['en', 'Give it an English name', 'Write what the alert says in English', 'Give it a Chinese name']])('is not all: words that are missing in one language are asked for at their field (%s)', async (locale, name, message, other) => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/new-rule?from=default-bin-fill`, locale, [1366, 768]);
    await page.getByTestId('rule-id').fill('fill-here');
    await page.getByTestId('rule-name-en').fill(' ');
    await page.getByTestId('rule-message-en').fill('');
    await page.getByTestId('rule-save-open').click();
    await page.getByRole('group', { name: /^(名称|Name)$/ }).getByText(name).waitFor();
    await page.getByRole('group', { name: /^(告警上的文字|Words on the alert)$/ }).getByText(message).waitFor();
    expect(await page.getByTestId('rule-save').count()).toBe(0);
    await page.getByTestId('rule-name-en').fill('Full');
    await page.getByTestId('rule-name').fill('');
    await page.getByText(other).waitFor();
  });

  it('comes into sight when it is missing and somebody saves at the end of the form', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/new-rule`, 'zh-CN', [1366, 768]);
    await page.getByTestId('rule-id').waitFor();
    await page.evaluate('document.querySelector("#main").scrollTo(0, 100000)');
    await page.getByTestId('rule-save-open').click();
    await page.getByText('请填编号').waitFor();
    await expect.poll(async () => (await page.getByText('请填编号').boundingBox())?.y, { timeout: 15_000 }).toSatisfy((y: number) => y > 60 && y < 768);
  });
});
