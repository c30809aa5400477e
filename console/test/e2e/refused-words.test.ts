import type { Page } from 'playwright-core';
import type { Problem } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { canDrive, showAt, wallForEach } from '../support/open-wall.js';

describe.skipIf(!canDrive)('what the hub says of an alert it refuses to act on', { timeout: 60_000 }, () => {
  const wall = wallForEach();
  const refuse = (page: Page, verb: string, problem: Partial<Problem> & { status: number }) =>
    page.route(`**/api/v1/alerts/a-gate/${verb}`, (route) => route.fulfill({ status: problem.status, contentType: 'application/problem+json', body: JSON.stringify(problem) }));
  const turned = { status: 400, code: 'VALIDATION_FAILED', errors: [{ path: '/note', message: 'must not', keyword: 'pattern', expected: ['not_turned'] }] };

  it.each([['zh-CN', '说明：不能含有改变文字方向的控制字符'], ['en', 'Note: must not hold controls that turn the direction of the text']])('is shown to who writes a comment (%s)', async (locale, words) => {
    const { hub, page } = wall;
    await refuse(page, 'comment', turned);
    await showAt(page, `${hub.url}/alerts/a-gate`, locale, [1366, 768]);
    await page.getByTestId('alert-comment').fill('do not \u202eopen');
    await page.locator('form.comment button').click();
    await page.getByText(words).waitFor();
    expect(await page.getByTestId('alert-comment').inputValue()).toContain('open');
  });

  it('is shown where the alert is in no state for it', async () => {
    const { hub, page } = wall;
    const detailZh = '告警现在未恢复、未确认，已在最高一级（市级）。可以：确认、备注、搁置、派单。';
    await refuse(page, 'assign', { status: 409, code: 'ALERT_STATE', detail: 'The alert is active.', detailZh });
    await showAt(page, `${hub.url}/alerts/a-gate`, 'zh-CN', [1366, 768]);
    await page.getByTestId('action-assign').click();
    await page.getByTestId('assign-name').fill('admin');
    await page.getByTestId('dialog-submit').click();
    await page.getByText(detailZh).waitFor();
  });
});
