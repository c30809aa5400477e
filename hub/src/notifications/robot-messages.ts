import { createHmac } from 'node:crypto';
import type { EpochMs } from '@liandong/protocols';
import type { Text } from './words.js';

/** Longest `markdown.content` in bytes of UTF-8 (WeCom, "群机器人配置说明"); longer is errcode 40058. */
const WECOM_BYTES = 4096;
/** Ours: DingTalk's document gives no limit for markdown; a phone's screen does. */
const DINGTALK_BYTES = 8192;

/** `{"msgtype":"markdown"}` of a WeCom group robot: a subset of markdown, in which quotes and three font colours exist. */
export function wecomBody(text: Text): object {
  const colour = text.severity === 'critical' || text.severity === 'major' ? 'warning' : text.severity === undefined ? 'info' : 'comment';
  const lines = text.lines.map((line) => `> ${line.label === undefined ? '' : `${line.label}: `}${line.text}`);
  return { msgtype: 'markdown', markdown: { content: fit([`**<font color="${colour}">${text.title}</font>**`, ...lines, ...linkLine(text)], '\n', WECOM_BYTES) } };
}

/** `{"msgtype":"markdown"}` of a DingTalk custom robot; a line needs an empty one between. `title` shows in the list of conversations. */
export function dingtalkBody(text: Text): object {
  const lines = text.lines.map((line) => line.label === undefined ? `- ${line.text}` : `- **${line.label}** ${line.text}`);
  return { msgtype: 'markdown', markdown: { title: text.title.slice(0, 100), text: fit([`### ${text.title}`, ...lines, ...linkLine(text)], '\n\n', DINGTALK_BYTES) } };
}

/** The robot's url with what proves who calls: HMAC-SHA256 of `{timestamp}\n{secret}` with the secret as key, base64; good for an hour (DingTalk, "自定义机器人安全设置"). */
export function signedDingtalkUrl(url: URL, secret: string | undefined, at: EpochMs): URL {
  if (secret === undefined) return url;
  const signed = new URL(url);
  signed.searchParams.set('timestamp', String(at));
  signed.searchParams.set('sign', createHmac('sha256', secret).update(`${at}\n${secret}`).digest('base64'));
  return signed;
}

const linkLine = ({ link }: Text): string[] => link === undefined ? [] : [`[${link.label}](${link.url})`];

/** Whole lines from the top and the last one (the link), as far as they fit; the title alone is cut if it must be. */
function fit(lines: readonly string[], glue: string, bytes: number): string {
  const size = (parts: readonly string[]): number => Buffer.byteLength(parts.join(glue));
  const kept = [...lines];
  while (size(kept) > bytes && kept.length > 2) kept.splice(kept.length - 2, 1);
  const text = kept.join(glue);
  return Buffer.byteLength(text) <= bytes ? text : Buffer.from(text).subarray(0, bytes - 3).toString('utf8').replace(/\uFFFD+$/, '');
}
