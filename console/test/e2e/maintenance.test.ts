import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

const wall = wallForEach();

describe.skipIf(!canDrive)('a maintenance window that is planned', { timeout: 60_000 }, () => {
  it('is of nothing until somebody says of what, and of a whole sub-district only with a second yes', async () => {
    const { hub, page } = wall;
    await showAt(page, `${hub.url}/operations/maintenance`, 'zh-CN', [1366, 768]);
    await page.getByTestId('maintenance-new').first().click();
    const [form, save] = [page.getByTestId('maintenance-form'), page.getByTestId('maintenance-save')];
    await page.getByTestId('maintenance-reason').fill('更换门锁');
    await save.click();
    await form.getByText('请选设备').waitFor();
    await form.getByText('整个区域').click();
    await page.getByTestId('maintenance-sure').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await page.getByTestId('maintenance-sure').click();
    expect(await save.isDisabled()).toBe(false);
  });
});
