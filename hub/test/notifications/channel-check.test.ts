import { describe, expect, it } from 'vitest';
import { requireWorkable } from '../../src/notifications/channel-check.js';

const check = (more: Partial<Parameters<typeof requireWorkable>[0]>, hasSmtp = true) =>
  requireWorkable({ type: 'email', url: undefined, secret: undefined, to: ['a@example.com'], allowPrivate: false, ...more }, { resolve: async () => [{ address: '1.1.1.1' }], hasSmtp });

describe('an e-mail channel', () => {
  it('needs SMTP settings and addresses that are one each', async () => {
    await expect(check({ to: ['a@example.com', '值班@例子.中国'] })).resolves.toBeUndefined();
    await expect(check({}, false)).rejects.toMatchObject({ code: 'CHANNEL_INVALID', detail: expect.stringContaining('SMTP_URL') as string });
    await expect(check({ to: [] })).rejects.toMatchObject({ code: 'CHANNEL_INVALID', detail: expect.stringContaining('`to`') as string });
    for (const address of ['nobody', 'a@b, c@d', 'a b@c', 'A <a@b>', 'a@b\r\nBcc: c@d', 'a@@b', '@b']) await expect(check({ to: [address] })).rejects.toMatchObject({ code: 'CHANNEL_INVALID' });
  });

  it('has no url, secret or private addresses of its own', async () => {
    for (const more of [{ url: 'https://x.example/' }, { secret: 's' }, { allowPrivate: true }]) await expect(check(more)).rejects.toMatchObject({ code: 'CHANNEL_INVALID' });
  });
});

describe('a robot', () => {
  it('needs a url, and only DingTalk\'s takes a secret', async () => {
    await expect(check({ type: 'wecom', to: [], url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k' })).resolves.toBeUndefined();
    await expect(check({ type: 'dingtalk', to: [], url: 'https://oapi.dingtalk.com/robot/send?access_token=t', secret: 'SEC' })).resolves.toBeUndefined();
    for (const type of ['wecom', 'dingtalk'] as const) await expect(check({ type, to: [] })).rejects.toMatchObject({ code: 'CHANNEL_INVALID', detail: `A ${type} needs a \`url\`.`, detailZh: '请填网址。' });
  });
});
