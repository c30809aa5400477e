import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { failureWords } from './failure-words.js';
import type { Message, Outcome, StoredChannel } from './types.js';
import { textOf, type WordsContext } from './words.js';

export interface SmtpSettings { readonly url: string; readonly from: string }
/** Of every step of a conversation with the server. */
const STEP_MS = 10_000;

export interface EmailDelivery { send(channel: StoredChannel, message: Message, signal?: AbortSignal): Promise<Outcome> }

/** E-mail by one SMTP server: plain text, a connection for each. `Message-ID` is made from the idempotency key, so that a mail sent twice is the same mail to servers and programs that look. */
export function createEmailDelivery({ smtp, wordsFor }: { smtp: SmtpSettings; wordsFor: (channel: StoredChannel) => WordsContext }): EmailDelivery {
  const transport = createTransport({ url: smtp.url, connectionTimeout: STEP_MS, greetingTimeout: STEP_MS, socketTimeout: STEP_MS, disableFileAccess: true, disableUrlAccess: true });

  return {
    async send(channel, message, signal) {
      const text = textOf(message, wordsFor(channel));
      try {
        const { rejected } = await transport.sendMail({
          from: smtp.from, to: [...channel.to], subject: text.title, textEncoding: 'base64', messageId: messageIdOf(keyOf(message), smtp.from),
          text: [text.title, '', ...text.lines.map((line) => line.label === undefined ? line.text : `${line.label}: ${line.text}`), ...(text.link === undefined ? [] : ['', `${text.link.label}: ${text.link.url}`]), ''].join('\n'),
          headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: no holiday answers
          ...(signal === undefined ? {} : { signal }),
        });
        return rejected.length === 0 ? { state: 'sent' } : { state: 'sent', remark: { zh: `邮件服务器拒绝了 ${channel.to.length} 个地址中的 ${rejected.length} 个`, en: `the mail server refused ${rejected.length} of ${channel.to.length} addresses` } };
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

const keyOf = (message: Message): string => message.kind === 'notice' ? message.notice.key : message.kind === 'digest' ? message.digest.key : message.key;

function messageIdOf(key: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'liandong';
  return `<${createHash('sha256').update(key).digest('hex').slice(0, 40)}@${domain}>`;
}

/** 5xx of the conversation itself means never (RFC 5321, 4.2.1); a wrong password is for the hub's keeper to mend. What the server wrote is not repeated: it may quote the user name. */
function outcomeOf(error: unknown): Outcome {
  const { code = '', responseCode, command } = error as { code?: string; responseCode?: number; command?: string }; // nodemailer's own members, each checked below
  if (code === 'EAUTH' || code === 'ENOAUTH') return { state: 'retry', error: { zh: '邮件服务器不接受 SMTP_URL 里的用户名和密码', en: 'the mail server does not take the user name and password of SMTP_URL' }, isSettings: true };
  if (typeof responseCode !== 'number') {
    const { zh, en } = failureWords(error);
    return { state: 'retry', error: { zh: `邮件服务器：${zh}`, en: `the mail server: ${en}` } };
  }
  const step = typeof command === 'string' && command !== 'CONN' ? command : undefined;
  const words = { zh: `邮件服务器${step === undefined ? '' : `对 ${step} `}答复 ${responseCode}`, en: `the mail server answers ${responseCode}${step === undefined ? '' : ` to ${step}`}` };
  return responseCode >= 500 && command !== 'CONN' ? { state: 'refused', error: words } : { state: 'retry', error: words };
}
