import { createHmac } from 'node:crypto';
import type { ChannelType, EpochMs, Label, WebhookBody } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import { failureWords } from './failure-words.js';
import { dingtalkBody, signedDingtalkUrl, wecomBody } from './robot-messages.js';
import { UnsafeAddressError } from './safe-address.js';
import type { Post, PostAnswer } from './safe-post.js';
import type { Message, Outcome, StoredChannel } from './types.js';
import { linkOf, textOf, type WordsContext } from './words.js';

/** Longest wait that a receiver's `Retry-After` can ask for. */
const LONGEST_RETRY_AFTER_MS = 15 * 60_000;
/** A robot that was called too often takes nothing: WeCom for the rest of the minute, DingTalk for 10 minutes. */
const TOO_OFTEN_MS: Readonly<Record<number, number>> = { 45009: 60_000, 45033: 60_000, 130101: 600_000, 90030: 600_000 };
/** A wrong key, signature, word or address in a robot's settings: WeCom does not know the url; DingTalk does not know the token, has the robot switched off, or finds the message outside its security settings. */
const ROBOT_SETTINGS = [93000, 310000, 400013, 400101, 400102, 400106];
/** Of what was sent: it is malformed, was taken already, is too long, or can not be understood. */
const MESSAGE_REFUSED = [400, 409, 413, 422];
/** Of the answers 4xx those that pass by themselves: too slow, too early, too often. */
const PASSING = [408, 425, 429];
/** Both robots: the system is busy, try again. */
const BUSY = -1;

export interface HttpDeliveryDependencies { readonly post: Post; readonly clock: Clock; readonly wordsFor: (channel: StoredChannel) => WordsContext }

/** Webhooks and robots. Never rejects. */
export function createHttpDelivery({ post, clock, wordsFor }: HttpDeliveryDependencies) {
  async function call(channel: StoredChannel, { url, body, headers = {} }: { url: URL; body: string; headers?: Record<string, string> }, signal: AbortSignal | undefined, judge: (answer: PostAnswer) => Outcome): Promise<Outcome> {
    try {
      return judge(await post({ url, body, headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Liandong', ...headers }, allowPrivate: channel.allowPrivate, signal }));
    } catch (error) {
      // A forbidden address is tried again too: a name's addresses change, and an admin may still allow it.
      return { state: 'retry', error: error instanceof UnsafeAddressError ? { zh: `没有访问：${error.words.zh}`, en: `not called: ${error.words.en}` } : failureWords(error) };
    }
  }

  return {
    async webhook(channel: StoredChannel, message: Message, signal?: AbortSignal): Promise<Outcome> {
      const url = urlOf(channel);
      const content = webhookBody(channel, message, wordsFor(channel).publicUrl);
      const body = JSON.stringify(content);
      const timestamp = String(clock.now());
      const signature: Record<string, string> = channel.secret === undefined ? {} : { 'x-liandong-signature': `sha256=${createHmac('sha256', channel.secret).update(`${timestamp}.${body}`).digest('hex')}` };
      return call(channel, { url, body, headers: { 'idempotency-key': content.id, 'x-liandong-timestamp': timestamp, ...signature } }, signal, (answer) => statusOutcome(answer, clock.now()));
    },
    async robot(channel: StoredChannel & { type: Exclude<ChannelType, 'webhook' | 'email'> }, message: Message, signal?: AbortSignal): Promise<Outcome> {
      const text = textOf(message, wordsFor(channel));
      const isDingtalk = channel.type === 'dingtalk';
      const url = isDingtalk ? signedDingtalkUrl(urlOf(channel), channel.secret, clock.now()) : urlOf(channel);
      return call(channel, { url, body: JSON.stringify(isDingtalk ? dingtalkBody(text) : wecomBody(text)) }, signal, (answer) => robotOutcome(answer, clock.now()));
    },
  };
}

/** It was checked when it was stored. */
const urlOf = ({ url }: StoredChannel): URL => new URL(url ?? '');

function webhookBody({ id: channel }: StoredChannel, message: Message, publicUrl: string | undefined): WebhookBody {
  if (message.kind === 'test') return { id: message.key, event: 'test', at: message.at, channel };
  if (message.kind === 'digest') throw new TypeError('Webhooks get no digests.');
  const { key, event, at, alert } = message.notice;
  const link = linkOf(alert, publicUrl);
  return { id: key, event, at, channel, alert, ...(link === undefined ? {} : { link }) };
}

/** 2xx: taken. A few mean that this message will never be taken. All else may pass or be put right, at the receiver or in the channel. What a receiver writes is not repeated: it may be anybody's. */
function statusOutcome({ status, retryAfter, location }: PostAnswer, now: EpochMs): Outcome {
  if (status >= 200 && status < 300) return { state: 'sent' };
  if (status >= 300 && status < 400) return { state: 'retry', error: redirectWords(status, location), isSettings: true };
  const error = statusWords(status);
  if (MESSAGE_REFUSED.includes(status)) return { state: 'refused', error };
  const afterMs = status === 429 || status === 503 ? retryAfterMs(retryAfter, now) : undefined;
  return { state: 'retry', error, ...(status < 500 && !PASSING.includes(status) ? { isSettings: true } : {}), ...(afterMs === undefined ? {} : { afterMs }) };
}

/** Robots answer 200 whatever happened; what counts is `errcode`. */
function robotOutcome(answer: PostAnswer, now: EpochMs): Outcome {
  const outcome = statusOutcome(answer, now);
  if (outcome.state !== 'sent') return outcome;
  if (answer.text === undefined) return { state: 'retry', error: { zh: '应答没有传完', en: 'its answer broke off' } };
  const { errcode, errmsg } = parseAnswer(answer.text);
  if (errcode === 0) return { state: 'sent' };
  if (errcode === undefined) return { state: 'retry', error: { zh: '应答不是机器人的格式，请核对网址', en: 'its answer is not that of a robot: is the url right?' }, isSettings: true };
  const afterMs = TOO_OFTEN_MS[errcode];
  if (afterMs !== undefined) return { state: 'retry', error: { zh: `机器人调用过于频繁（errcode ${errcode}）`, en: `the robot was called too often (errcode ${errcode})` }, afterMs };
  const isSettings = ROBOT_SETTINGS.includes(errcode);
  const error: Label = { zh: `机器人答复 errcode ${errcode}${errmsg === undefined ? '' : `：${errmsg}`}${isSettings ? '；请核对网址、密钥和机器人的安全设置' : ''}`, en: `the robot answers errcode ${errcode}${errmsg === undefined ? '' : `: ${errmsg}`}${isSettings ? '; check the url, the secret and the robot\'s security settings' : ''}` };
  return errcode === BUSY || isSettings ? { state: 'retry', error, ...(isSettings ? { isSettings } : {}) } : { state: 'refused', error };
}

function parseAnswer(text: string): { errcode?: number; errmsg?: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return {}; // said by the caller: not a robot's answer
  }
  if (typeof parsed !== 'object' || parsed === null) return {};
  const { errcode, errmsg } = parsed as Record<string, unknown>; // an object, whose members are looked at next
  // WeCom adds the caller's address and an advertisement after a comma.
  return { ...(typeof errcode === 'number' ? { errcode } : {}), ...(typeof errmsg === 'string' ? { errmsg: errmsg.split(', hint:')[0]?.slice(0, 120) ?? '' } : {}) };
}

/** Seconds or an HTTP date; nonsense is as if nothing was said. */
function retryAfterMs(text: string | undefined, now: EpochMs): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS) : undefined;
}

/** With what to do about it where somebody can. */
function statusWords(status: number): Label {
  const { zh, en } = { zh: `对方答复 ${status}`, en: `it answers ${status}` };
  if ([401, 403, 407].includes(status)) return { zh: `${zh}，没有放行；请核对网址里的令牌和密钥，以及对方或中间代理是否允许本中心访问`, en: `${en}: check the token in the url and the secret, and whether the receiver or a proxy before it lets this hub in` };
  if ([404, 405, 410].includes(status)) return { zh: `${zh}，那里没有接收程序；请核对网址，以及对方或中间代理是否已配置好`, en: `${en}: check the url, and whether the receiver or a proxy before it is set up` };
  return { zh, en };
}

function redirectWords(status: number, location: string | undefined): Label {
  const origin = location !== undefined && URL.canParse(location) ? new URL(location).origin.slice(0, 100) : undefined;
  const to = location === undefined ? 'elsewhere' : `to ${origin ?? 'another path'}`;
  return {
    zh: `对方答复 ${status}，转向${origin === undefined ? '别处' : ` ${origin}`}；转向不会跟随，请把网址改为真正的地址`,
    en: `it answers ${status} and points ${to}; redirects are not followed, so set the url to where it really is`,
  };
}
