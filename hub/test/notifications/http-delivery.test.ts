import { createHmac } from 'node:crypto';
import Schema from 'typebox/schema';
import { WebhookBodySchema, type WebhookBody } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpDelivery } from '../../src/notifications/http-delivery.js';
import { createPost } from '../../src/notifications/safe-post.js';
import type { Message, StoredChannel } from '../../src/notifications/types.js';
import { openReceiver, replying, type Receiver } from './receiver.js';
import { alertOf, cleared, EVERYTHING, inEnglish, START } from './rig.js';

let receiver: Receiver;
beforeEach(async () => { receiver = await openReceiver(); });
afterEach(() => receiver.close());

const http = createHttpDelivery({
  post: createPost({ resolve: async () => [], timeoutMs: 2_000 }), clock: { now: () => START + 5 },
  wordsFor: ({ lang }) => ({ lang, publicUrl: 'https://hub.example', place: () => '街道 / 东社区 / 东门垃圾桶' }),
});
const channelOf = (more: Partial<StoredChannel> = {}): StoredChannel => ({
  id: 'c1', type: 'webhook', name: 'x', ...EVERYTHING, area: undefined, url: `${receiver.url}/hook?key=k`, secret: undefined, to: [], allowPrivate: true,
  lastSentAt: undefined, lastError: undefined, lastErrorAt: undefined, ...more,
});
const alert = alertOf('a1', { severity: 'critical', value: 96.456 });
const notice = (more: Partial<Extract<Message, { kind: 'notice' }>['notice']> = {}): Message => ({ kind: 'notice', notice: { key: 'c1:a1:raised:1', event: 'raised', at: START, alert, ...more } });
const content = (): string => (JSON.parse(receiver.received.at(-1)?.body ?? '{}') as { markdown: { content: string } }).markdown.content;

describe('a webhook', () => {
  it('gets the event with its key, the alert as it was, and a link, signed over time and body', async () => {
    expect(await http.webhook(channelOf({ secret: 's3cret' }), notice())).toEqual({ state: 'sent' });
    const { headers, body, path } = receiver.received[0]!; // it answered
    const parsed = JSON.parse(body) as WebhookBody;
    expect(Schema.Check(WebhookBodySchema, parsed)).toBe(true);
    expect(parsed).toEqual({ id: 'c1:a1:raised:1', event: 'raised', at: START, channel: 'c1', alert, link: 'https://hub.example/alerts/a1' });
    expect([path, headers['idempotency-key'], headers['x-liandong-timestamp'], headers['content-type']]).toEqual(['/hook?key=k', 'c1:a1:raised:1', String(START + 5), 'application/json; charset=utf-8']);
    expect(headers['x-liandong-signature']).toBe(`sha256=${createHmac('sha256', 's3cret').update(`${START + 5}.${body}`).digest('hex')}`);
  });

  it('gets no signature without a secret, and a test without an alert', async () => {
    await http.webhook(channelOf(), { kind: 'test', key: 't', at: START });
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({ id: 't', event: 'test', at: START, channel: 'c1' });
    expect(receiver.received[0]?.headers).not.toHaveProperty('x-liandong-signature');
  });

  it('that answers 2xx has taken it, though its answer never ends or is cut off; a robot, whose answer counts, has not', async () => {
    const hasty = createHttpDelivery({ post: createPost({ resolve: async () => [], timeoutMs: 1_000 }), clock: { now: () => START }, wordsFor: ({ lang }) => ({ lang, publicUrl: undefined, place: () => '' }) });
    receiver.state.reply = (response) => { response.writeHead(200).write('{"errcode":0'); };
    expect(await hasty.webhook(channelOf(), notice())).toEqual({ state: 'sent' });
    expect(await hasty.robot({ ...channelOf(), type: 'wecom' }, notice())).toMatchObject({ state: 'retry', error: { en: 'its answer broke off' } });
    receiver.state.reply = (response, _received, { socket }) => { response.writeHead(200, { 'content-length': '100' }).write('x', () => { socket.destroySoon(); }); };
    expect(await http.webhook(channelOf(), notice())).toEqual({ state: 'sent' });
  });

  it.each([
    [200, {}, 'sent', undefined], [204, {}, 'sent', undefined], [302, {}, 'retry', undefined], [400, {}, 'refused', undefined], [413, {}, 'refused', undefined], [422, {}, 'refused', undefined],
    [401, {}, 'retry', undefined], [403, {}, 'retry', undefined], [404, {}, 'retry', undefined], [410, {}, 'retry', undefined],
    [408, {}, 'retry', undefined], [425, {}, 'retry', undefined], [429, {}, 'retry', undefined], [429, { 'retry-after': '30' }, 'retry', 30_000], [429, { 'retry-after': 'soon' }, 'retry', undefined],
    [503, { 'retry-after': new Date(START + 65_005).toUTCString() }, 'retry', 64_995], [503, { 'retry-after': '86400' }, 'retry', 900_000], [500, { 'retry-after': '30' }, 'retry', undefined], [502, {}, 'retry', undefined],
  ])('that answers %i %o is taken as %s', async (status, headers, state, afterMs) => {
    receiver.state.reply = replying(status, 'a body that nobody repeats: passport', headers);
    const outcome = await http.webhook(channelOf(), notice());
    expect([outcome.state, 'afterMs' in outcome ? outcome.afterMs : undefined]).toEqual([state, afterMs]);
    expect(JSON.stringify(outcome)).not.toContain('passport');
    // What is tried more seldom, as somebody has to see to it.
    expect('isSettings' in outcome).toBe([302, 401, 403, 404, 410].includes(status));
  });
});

describe('a WeCom robot', () => {
  beforeEach(() => { receiver.state.reply = replying(200, '{"errcode":0,"errmsg":"ok"}'); });
  const send = (message: Message, more: Partial<StoredChannel> = {}) => http.robot({ ...channelOf(more), type: 'wecom' }, message);

  it('gets markdown with severity, place, time, value and a link', async () => {
    expect(await send(notice())).toEqual({ state: 'sent' });
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ msgtype: 'markdown' });
    expect(content().split('\n')).toEqual([
      '**<font color="warning">【联动】告警：a1 满溢</font>**', '> 级别: 紧急', '> 位置: 街道 / 东社区 / 东门垃圾桶', '> 开始: 11-02 10:00', '> 数值: 96.46', '> 处置层级: 社区', '[查看详情](https://hub.example/alerts/a1)',
    ]);
    await send(notice({ event: 'cleared', alert: cleared(alert) }), { lang: 'en' });
    expect(content()).toContain('<font color="info">[Liandong] Alert cleared: a1 is full</font>');
    expect(content()).toContain('> Cleared: 11-02 10:00');
    // No good news: nothing was put right.
    await send(notice({ event: 'cleared', alert: { ...cleared(alert), endedBy: 'out-of-service' } }));
    expect(content()).toContain('【联动】告警结束：a1 满溢');
    expect(content()).toContain('> 结束: 11-02 10:00 · 设备检修、未投用或已停用');
    expect(content()).not.toContain('恢复');
  });

  it('gets nothing that it would take for a mention, a link or a heading', async () => {
    await send(notice({ alert: { ...alert, message: { zh: '# a\n<@all> [x](http://evil.example)', en: '' } } }));
    expect(content()).not.toContain('<@');
    expect(content()).not.toContain('](http://evil');
    expect(content().split('\n')[0]).toContain('告警：# a ＜@all＞ [x] (http://evil.example)');
  });

  it('gets at most 4,096 bytes, the link among them', async () => {
    const long = '满'.repeat(3_000);
    const worst = Array.from({ length: 10 }, (_, index) => ({ key: `k${index}`, event: 'raised' as const, at: START, alert: alertOf(`a${index}`, { message: { zh: long, en: long } }) }));
    await send({ kind: 'digest', digest: { key: 'd', from: START, to: START + 60_000, counts: { raised: 700, cleared: 12 }, worst } });
    expect(Buffer.byteLength(content())).toBeLessThanOrEqual(4096);
    expect(content()).toContain('712 条通知合并');
    expect(content()).toContain('告警 700 条，告警恢复 12 条');
    expect(content().endsWith('[查看全部](https://hub.example/alerts)')).toBe(true);
  });

  it.each([
    ['{"errcode":93000,"errmsg":"invalid webhook url, hint: [1], from ip: 1.2.3.4"}', { state: 'retry', error: inEnglish('the robot answers errcode 93000: invalid webhook url; check the url, the secret and the robot\'s security settings'), isSettings: true }],
    ['{"errcode":40008,"errmsg":"invalid message type"}', { state: 'refused', error: inEnglish('the robot answers errcode 40008: invalid message type') }],
    ['{"errcode":45009,"errmsg":"api freq out of limit"}', { state: 'retry', error: inEnglish('the robot was called too often (errcode 45009)'), afterMs: 60_000 }],
    ['{"errcode":-1,"errmsg":"system busy"}', { state: 'retry', error: inEnglish('the robot answers errcode -1: system busy') }],
    ['<html>', { state: 'retry', error: inEnglish('its answer is not that of a robot: is the url right?'), isSettings: true }],
    ['null', { state: 'retry', error: inEnglish('its answer is not that of a robot: is the url right?'), isSettings: true }],
  ])('that answers 200 and %s has not taken it', async (body, outcome) => {
    receiver.state.reply = replying(200, body);
    expect(await send(notice())).toEqual(outcome);
  });
});

describe('a DingTalk robot', () => {
  it('gets markdown with a title, and a signature in the address that can be checked', async () => {
    receiver.state.reply = replying(200, '{"errcode":0,"errmsg":"ok"}');
    expect(await http.robot({ ...channelOf({ secret: 'SECabc', lang: 'en' }), type: 'dingtalk' }, notice())).toEqual({ state: 'sent' });
    const { path, body } = receiver.received[0]!; // it answered
    const query = new URL(path, receiver.url).searchParams;
    expect([query.get('key'), query.get('timestamp'), query.get('sign')]).toEqual(['k', String(START + 5), createHmac('sha256', 'SECabc').update(`${START + 5}\nSECabc`).digest('base64')]);
    expect(path).not.toMatch(/sign=[^&]*[+/]/); // base64's own letters would be lost unencoded
    expect(JSON.parse(body)).toEqual({
      msgtype: 'markdown', markdown: {
        title: '[Liandong] Alert: a1 is full',
        text: '### [Liandong] Alert: a1 is full\n\n- **Severity** critical\n\n- **Place** 街道 / 东社区 / 东门垃圾桶\n\n- **Since** 11-02 10:00\n\n- **Value** 96.46\n\n- **Tier** community\n\n[Open the alert](https://hub.example/alerts/a1)',
      },
    });
  });

  it('that refuses the signature is tried again, as somebody may put the secret right', async () => {
    receiver.state.reply = replying(200, '{"errcode":310000,"errmsg":"sign not match"}');
    expect(await http.robot({ ...channelOf(), type: 'dingtalk' }, notice())).toEqual({ state: 'retry', error: inEnglish('the robot answers errcode 310000: sign not match; check the url, the secret and the robot\'s security settings'), isSettings: true });
  });
});
