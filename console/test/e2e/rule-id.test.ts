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
