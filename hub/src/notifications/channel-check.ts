import { AppError } from '../problem.js';
import { checkedAddresses, UnsafeAddressError, type Resolve } from './safe-address.js';
import type { StoredChannel } from './types.js';

type Checked = Pick<StoredChannel, 'type' | 'url' | 'secret' | 'to' | 'allowPrivate'>;

/** One address, no list, no words around it: what nodemailer and every server take for the same. */
const ADDRESS = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+$/;

/**
 * Can a channel work as it is to be? A name that can't be resolved now is no fault: it is checked again at every message.
 * @throws AppError CHANNEL_INVALID with the reason in words
 */
export async function requireWorkable({ type, url, secret, to, allowPrivate }: Checked, { resolve, hasSmtp }: { resolve: Resolve; hasSmtp: boolean }): Promise<void> {
  if (type === 'email') {
    if (!hasSmtp) throw invalid('发邮件需要先给中心设置 SMTP_URL 和 SMTP_FROM。', 'E-mail needs the hub\'s settings SMTP_URL and SMTP_FROM.');
    if (to.length === 0) throw invalid('请填收件地址。', 'E-mail needs `to`, the addresses it goes to.');
    const wrong = to.find((address) => !ADDRESS.test(address));
    if (wrong !== undefined) throw invalid(`“${wrong}”不是邮件地址。`, `"${wrong}" in \`to\` is no e-mail address.`);
    if (url !== undefined || secret !== undefined || allowPrivate) throw invalid('邮件按中心的 SMTP 设置发送，不要填地址、密钥和内网许可。', 'E-mail goes by the hub\'s SMTP settings: leave out `url`, `secret` and `allowPrivate`.');
    return;
  }
  if (to.length > 0) throw invalid('收件地址只用于邮件，这种渠道填网址。', `\`to\` is for e-mail; a ${type} has a \`url\`.`);
  if (type === 'wecom' && secret !== undefined) throw invalid('企业微信机器人没有密钥，密钥就在网址里。', 'A WeCom robot takes no secret: its key is in the url.');
  await requireUrl(type, url, { allowPrivate, resolve });
}

async function requireUrl(type: string, text: string | undefined, { allowPrivate, resolve }: { allowPrivate: boolean; resolve: Resolve }): Promise<void> {
  if (text === undefined) throw invalid('请填网址。', `A ${type} needs a \`url\`.`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw invalid('网址必须以 https 或 http 开头。', '`url` must be an https or http address.');
  try {
    await checkedAddresses(url, { allowPrivate, resolve });
  } catch (error) {
    if (error instanceof UnsafeAddressError) throw new AppError('CHANNEL_INVALID', { zh: '网址指向本机、内网、链路本地或云主机元数据等特殊地址；需要时由管理员允许内网地址。', en: `\`url\`: ${error.message}.` }, { cause: error });
  }
}

const invalid = (zh: string, en: string): AppError => new AppError('CHANNEL_INVALID', { zh, en });
