import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WebhookBody } from '@liandong/protocols';
import { PACE } from '../../src/notifications/pace.js';
import { DIGEST_ABOVE, GIVE_UP_MS, IN_FLIGHT } from '../../src/notifications/sender.js';
import { openReceiver, replying, type Receiver } from './receiver.js';
import { ADMIN, alertOf, cleared, createRig, webhook, START, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const MINUTE = 60_000;
const ROBOT_OK = replying(200, '{"errcode":0,"errmsg":"ok"}');

let receiver: Receiver;
let rig: Rig;
beforeEach(async () => {
  receiver = await openReceiver();
  rig = await createRig();
  await rig.start();
});
afterEach(async () => {
  await rig.close();
  await receiver.close();
});

const bodies = (): WebhookBody[] => receiver.received.map(({ body }) => JSON.parse(body) as WebhookBody);
const told = (): string[] => bodies().map(({ alert, event }) => `${alert?.id} ${event}`);
const states = async () => (await rig.outbox()).map(({ state }) => state);

describeOnDatabases('the sender, to a webhook', () => {
  it('delivers what was decided, each with its key, and marks it', async () => {
    const channel = await rig.addChannel(webhook(receiver.url));
    await rig.change(alertOf('a'), alertOf('b'), cleared(alertOf('a')));
    await rig.settle();
    expect(told().sort()).toEqual(['a cleared', 'a raised', 'b raised']);
    expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual(bodies().map(({ id }) => id));
    expect(await rig.outbox()).toMatchObject(Array.from({ length: 3 }, () => ({ state: 'sent', attempts: 1, sentAt: START })));
    expect(await rig.channels.list(ADMIN)).toMatchObject([{ id: channel.id, waiting: 0, lastSentAt: START }]);
    expect(rig.counts.totals()).toEqual({ queued: 3, withdrawn: 0, sent: 3, retried: 0, given_up: 0 });
  });

  it('keeps the order of an alert\'s messages while several are under way, a few at most', async () => {
    await rig.addChannel(webhook(receiver.url));
    let open = 0;
    let most = 0;
    receiver.state.reply = (response) => {
      most = Math.max(most, open += 1);
      setTimeout(() => { open -= 1; response.writeHead(204).end(); }, 15);
    };
    const alerts = Array.from({ length: 12 }, (_, index) => alertOf(`a${index}`));
    await rig.change(...alerts, ...alerts.map((alert) => ({ ...alert, severity: 'critical' as const })), ...alerts.map(cleared));
    await rig.settle();
    expect(told()).toHaveLength(36);
    for (const { id } of alerts) expect(told().filter((line) => line.startsWith(`${id} `))).toEqual([`${id} raised`, `${id} regraded`, `${id} cleared`]);
    expect([most > 1, most <= IN_FLIGHT]).toEqual([true, true]);
  });

  it('delivers everything of half an hour once a receiver that was down is back, in order, none twice', async () => {
    await rig.addChannel(webhook(receiver.url));
    receiver.state.reply = (_response, _received, { socket }) => { socket.destroy(); };
    const alerts = Array.from({ length: 30 }, (_, index) => alertOf(`a${index}`));
    for (const alert of alerts) {
      await rig.change(alert);
      await rig.pass(MINUTE, 5_000);
      if (alert.id !== 'a29') await rig.change(cleared(alert));
    }
    expect(new Set(await states())).toEqual(new Set(['waiting']));
    expect((await rig.channels.list(ADMIN))[0]).toMatchObject({ lastError: 'the connection was cut', waiting: 59 });
    const tries = receiver.received.length;
    expect(tries).toBeLessThan(60); // pauses grow
    receiver.received.length = 0;
    receiver.state.reply = replying(200);
    await rig.pass(10 * MINUTE, 5_000);
    expect(new Set(await states())).toEqual(new Set(['sent']));
    expect(told()).toHaveLength(59);
    expect(new Set(bodies().map(({ id }) => id)).size).toBe(59);
    for (const { id } of alerts.slice(0, -1)) expect(told().filter((line) => line.startsWith(`${id} `))).toEqual([`${id} raised`, `${id} cleared`]);
  }, 60_000);

  it('finds a receiver that was down for an hour within a minute of its return, and calls it no more than twice a minute meanwhile', async () => {
    await rig.addChannel(webhook(receiver.url));
    receiver.state.reply = replying(503);
    await rig.change(alertOf('a'));
    await rig.pass(10 * MINUTE, 1_000); // pauses have grown
    receiver.received.length = 0;
    await rig.pass(50 * MINUTE, 1_000);
    expect(receiver.received.length).toBeLessThanOrEqual(100);
    receiver.state.reply = replying(200);
    await rig.pass(MINUTE + 2_000, 1_000);
    expect(await states()).toEqual(['sent']);
  }, 60_000);

  it('sends again with the same key what it sent and could not mark before it was killed', async () => {
    await rig.addChannel(webhook(receiver.url));
    await rig.change(alertOf('a'), alertOf('b'));
    await rig.decide();
    const { db } = rig;
    receiver.state.reply = (response) => { void db.destroy().then(() => response.writeHead(204).end()); };
    await rig.sender.tick();
    await rig.sender.idle();
    const before = bodies();
    expect(before).toHaveLength(2);
    receiver.state.reply = replying(204);
    await rig.crash();
    expect(await states()).toEqual(['waiting', 'waiting']);
    await rig.settle();
    expect(bodies().slice(2)).toEqual(before);
    expect(receiver.received.slice(2).map(({ headers }) => headers['idempotency-key'])).toEqual(receiver.received.slice(0, 2).map(({ headers }) => headers['idempotency-key']));
    expect(await states()).toEqual(['sent', 'sent']);
    await rig.restart();
    await rig.settle();
    expect(receiver.received).toHaveLength(4);
  });

  it.each([
    ['is slow', () => undefined, 'no answer in time'],
    ['answers 500', replying(500), 'it answers 500'],
    ['cuts the connection', ((_response, _received, { socket }) => { socket.destroy(); }) satisfies Receiver['state']['reply'], 'the connection was cut'],
    ['points elsewhere', replying(307, '', { location: 'http://169.254.169.254/latest' }), 'it answers 307 and points to http://169.254.169.254; redirects are not followed, so set the url to where it really is'],
  ] as [string, Receiver['state']['reply'], string][])('tries again with a receiver that %s', async (_how, reply, error) => {
    await rig.addChannel(webhook(receiver.url));
    receiver.state.reply = reply;
    await rig.change(alertOf('a'));
    await rig.settle();
    expect(await rig.outbox()).toMatchObject([{ state: 'waiting', attempts: 1, error, nextAt: expect.any(Number) as number }]);
    await rig.settle();
    expect(receiver.received).toHaveLength(1); // not before its pause is over
    receiver.state.reply = replying(200);
    await rig.pass(5_000, 1_000);
    expect(await rig.outbox()).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });

  it('tries again when nobody listens, and never calls an address that became forbidden', async () => {
    const channel = await rig.addChannel(webhook(receiver.url));
    await rig.channels.patch(ADMIN, channel.id, { url: 'http://127.0.0.1:1/' });
    await rig.change(alertOf('a'));
    await rig.settle();
    expect(await rig.outbox()).toMatchObject([{ state: 'waiting', error: 'the connection was refused' }]);
    await rig.db.updateTable('channel').set({ url: receiver.url, allow_private: 0 }).execute();
    await rig.pass(5_000, 1_000);
    expect((await rig.outbox())[0]?.error).toBe('not called: 127.0.0.1 is this machine itself; an admin may allow that with allowPrivate');
    expect(receiver.received).toEqual([]);
  });

  it('sends at once what waited when its url is put right', async () => {
    const channel = await rig.addChannel(webhook('http://127.0.0.1:1/'));
    await rig.change(alertOf('a'));
    await rig.pass(10 * MINUTE, 10_000);
    expect(await states()).toEqual(['waiting']);
    await rig.channels.patch(ADMIN, channel.id, { url: receiver.url });
    await rig.settle();
    expect(await states()).toEqual(['sent']);
  });

  it('gives up at once what will never be taken, and goes on with the rest', async () => {
    await rig.addChannel(webhook(receiver.url));
    receiver.state.reply = (response, { body }) => { response.writeHead(body.includes('"alert":{"id":"bad"') ? 422 : 200).end(); };
    await rig.change(alertOf('bad'), alertOf('good'));
    await rig.settle();
    expect((await rig.outbox()).map(({ alertId, state, error }) => [alertId, state, error])).toEqual([['bad', 'given_up', 'it answers 422'], ['good', 'sent', undefined]]);
    expect(rig.counts.totals()).toMatchObject({ sent: 1, given_up: 1 });
  });

  it.each([401, 403, 404])('keeps what a receiver answers with %i until somebody has put it right, and says what to look at', async (status) => {
    const channel = await rig.addChannel(webhook(receiver.url, { secret: 'wrong' }));
    receiver.state.reply = replying(status);
    await rig.change(alertOf('a'), alertOf('b'));
    await rig.pass(60 * MINUTE, 20_000);
    expect(await states()).toEqual(['waiting', 'waiting']);
    expect(receiver.received.length).toBeLessThan(40); // pauses grow
    expect(await rig.channels.list(ADMIN)).toMatchObject([{ waiting: 2, lastError: expect.stringMatching(`^it answers ${status}: check the `) as string, lastErrorZh: expect.stringContaining('请核对网址') as string }]);
    receiver.state.reply = replying(200);
    await rig.channels.patch(ADMIN, channel.id, { secret: 'right' });
    await rig.settle();
    expect(await states()).toEqual(['sent', 'sent']);
  });

  it('is not held up by one message that its receiver stumbles over', async () => {
    await rig.addChannel(webhook(receiver.url));
    receiver.state.reply = (response, { body }) => { response.writeHead(body.includes('"alert":{"id":"bad"') ? 500 : 200).end(); };
    await rig.change(alertOf('bad'));
    await rig.settle();
    for (let index = 0; index < 5; index += 1) {
      await rig.change(alertOf(`good${index}`));
      await rig.pass(10_000, 1_000);
    }
    expect((await rig.outbox()).map(({ state }) => state)).toEqual(['waiting', 'sent', 'sent', 'sent', 'sent', 'sent']);
  });

  it('waits as long as the receiver asks, within bounds', async () => {
    await rig.addChannel(webhook(receiver.url));
    receiver.state.reply = replying(429, '', { 'retry-after': '120' });
    await rig.change(alertOf('a'));
    await rig.pass(119_000, 7_000);
    expect(receiver.received).toHaveLength(1);
    receiver.state.reply = replying(503, '', { 'retry-after': '999999' });
    await rig.pass(10_000, 1_000);
    expect(receiver.received).toHaveLength(2);
    receiver.state.reply = replying(200);
    await rig.pass(15 * MINUTE + 5_000, 5_000);
    expect(await states()).toEqual(['sent']);
  });

  it('gives up after a day, says so, and tells nothing of it later', async () => {
    await rig.addChannel(webhook(receiver.url));
    receiver.state.reply = replying(502);
    await rig.change(alertOf('a'));
    await rig.settle();
    rig.clock.at += GIVE_UP_MS;
    await rig.settle();
    expect(await rig.outbox()).toMatchObject([{ state: 'given_up', error: 'it answers 502' }]);
    expect(rig.counts.totals()).toMatchObject({ given_up: 1, sent: 0 });
    expect(await rig.counts.waiting()).toBe(0);
    await rig.change(cleared(alertOf('a')));
    await rig.settle();
    expect(await rig.outbox()).toHaveLength(1);
  });

  it('keeps what waits while a channel is switched off', async () => {
    const channel = await rig.addChannel(webhook(receiver.url));
    await rig.change(alertOf('a'));
    await rig.decide();
    await rig.channels.patch(ADMIN, channel.id, { isEnabled: false });
    await rig.settle();
    expect(receiver.received.length + (await states()).filter((state) => state === 'waiting').length).toBe(1);
    await rig.channels.patch(ADMIN, channel.id, { isEnabled: true });
    await rig.settle();
    expect([receiver.received.length, await states()]).toEqual([1, ['sent']]);
  });

  it('goes on when the clock is set back an hour', async () => {
    await rig.addChannel(webhook(receiver.url));
    receiver.state.reply = replying(500);
    await rig.change(alertOf('a'));
    await rig.pass(MINUTE, 5_000);
    receiver.state.reply = replying(200);
    rig.clock.at -= 60 * MINUTE;
    await rig.settle();
    expect(await states()).toEqual(['sent']);
  });

  it('forgets an alert whose end it never heard of, once it is no longer kept', async () => {
    await rig.addChannel(webhook(receiver.url));
    await rig.change(alertOf('a'), alertOf('b'));
    await rig.settle();
    await rig.db.deleteFrom('alert').where('id', '=', 'a').execute(); // cleared and dropped while the notifier was away, and so are the changes that told of it
    await rig.pass(8 * 86_400_000, 4 * 86_400_000);
    await rig.pass(2 * MINUTE, MINUTE);
    expect(await rig.db.selectFrom('notice_alert').select('alert_id').execute()).toEqual([{ alert_id: 'b' }]);
    expect((await rig.outbox()).map(({ alertId }) => alertId)).toEqual(['b']);
  });

  it('forgets after a week what was settled, but not of alerts that are still active', async () => {
    await rig.addChannel(webhook(receiver.url));
    await rig.change(alertOf('a'), alertOf('b'), cleared(alertOf('b')));
    await rig.settle();
    await rig.pass(8 * 86_400_000, 4 * 86_400_000);
    expect((await rig.outbox()).map(({ alertId }) => alertId)).toEqual(['a']);
    expect(await rig.db.selectFrom('notice_alert').select('alert_id').execute()).toEqual([{ alert_id: 'a' }]);
    await rig.change(cleared(alertOf('a')));
    await rig.settle();
    expect(told().at(-1)).toBe('a cleared');
  });
});

describeOnDatabases('the sender, to a robot', () => {
  const robot = (more = {}) => webhook(receiver.url, { type: 'dingtalk', ...more });
  const texts = (): string[] => receiver.received.map(({ body }) => (JSON.parse(body) as { markdown: { text: string } }).markdown.text);
  beforeEach(() => { receiver.state.reply = ROBOT_OK; });

  it('never sends more than 20 a minute, to two channels of one robot neither', async () => {
    await rig.addChannel(robot());
    await rig.addChannel(robot({ lang: 'en' }));
    const times: number[] = [];
    receiver.state.reply = (response, received, request) => { times.push(rig.clock.at); ROBOT_OK(response, received, request); };
    for (let index = 0; index < 30; index += 1) {
      await rig.change(alertOf(`a${index}`));
      await rig.pass(3_000, 1_000);
    }
    await rig.pass(3 * MINUTE, 5_000);
    expect(new Set(await states())).toEqual(new Set(['sent']));
    for (const at of times) expect(times.filter((other) => other >= at && other < at + MINUTE).length).toBeLessThanOrEqual(PACE.messages);
    expect(times.length).toBeGreaterThan(PACE.messages);
  });

  it('sends a flood as one message that names the worst and counts all, each of them marked', async () => {
    await rig.addChannel(robot());
    const flood = Array.from({ length: 300 }, (_, index) => alertOf(`a${index}`, { severity: index === 299 ? 'critical' : 'minor' }));
    await rig.change(...flood, cleared(flood[0]!)); // there are 300
    await rig.settle();
    await rig.settle();
    expect(new Set(await states())).toEqual(new Set(['sent']));
    expect(texts().length).toBeLessThan(10);
    const digest = texts().find((text) => text.includes('a299 满溢')) ?? '';
    expect(digest).toMatch(/【联动】\d+ 条通知合并/);
    const rows = await rig.outbox();
    const counted = texts().reduce((sum, text) => sum + Number(/【联动】(\d+) 条通知合并/.exec(text)?.[1] ?? 1), 0);
    expect(counted).toBe(rows.length);
    expect(rows.filter((row) => row.digest !== undefined).length).toBeGreaterThan(DIGEST_ABOVE);
  });

  it('sends a digest again as the same one when it was killed in between', async () => {
    const channel = await rig.addChannel(robot());
    await rig.channels.patch(ADMIN, channel.id, { isEnabled: false });
    await rig.channels.patch(ADMIN, channel.id, { isEnabled: true });
    await rig.sender.stop(); // everything waits
    await rig.change(...Array.from({ length: 50 }, (_, index) => alertOf(`a${index}`)));
    await rig.decide();
    await rig.sender.start();
    const { db } = rig;
    receiver.state.reply = (response, received, request) => { void db.destroy().then(() => { ROBOT_OK(response, received, request); }); };
    await rig.sender.tick();
    await rig.sender.idle();
    receiver.state.reply = ROBOT_OK;
    await rig.crash();
    await rig.change(alertOf('late'));
    await rig.settle();
    expect(texts()[1]).toBe(texts()[0]);
    expect(texts()).toHaveLength(3);
    const rows = await rig.outbox();
    expect([new Set(rows.map(({ state }) => state)), new Set(rows.slice(0, 50).map(({ digest }) => digest)).size, rows[50]?.digest]).toEqual([new Set(['sent']), 1, undefined]);
  });

  it('knows after a restart how many it has sent within the minute', async () => {
    await rig.addChannel(robot());
    for (let index = 0; index < PACE.messages; index += 1) {
      rig.clock.at += 100;
      await rig.change(alertOf(`a${index}`));
      await rig.settle();
    }
    await rig.restart();
    await rig.change(alertOf('one-more'));
    await rig.settle();
    expect(receiver.received).toHaveLength(PACE.messages);
    await rig.pass(62_000, 1_000);
    expect(receiver.received).toHaveLength(PACE.messages + 1);
  });

  it.each([['together', 1], ['as two channels of one robot', 2]])('knows so of those that went %s, too', async (_how, channels) => {
    for (let index = 0; index < channels; index += 1) await rig.addChannel(robot());
    const perChannel = PACE.messages / channels;
    await rig.change(...Array.from({ length: perChannel }, (_, index) => alertOf(`a${index}`)));
    await rig.settle();
    expect(receiver.received).toHaveLength(PACE.messages);
    await rig.restart();
    await rig.change(alertOf('one-more'));
    await rig.settle();
    expect(receiver.received).toHaveLength(PACE.messages);
    await rig.pass(62_000, 1_000);
    expect(receiver.received).toHaveLength(PACE.messages + channels);
  });

  it('pauses ten minutes when DingTalk says it was called too often', async () => {
    await rig.addChannel(robot());
    receiver.state.reply = replying(200, '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}');
    await rig.change(alertOf('a'));
    await rig.pass(9 * MINUTE, 10_000);
    expect(receiver.received).toHaveLength(1);
    receiver.state.reply = ROBOT_OK;
    await rig.pass(2 * MINUTE, 5_000);
    expect(await states()).toEqual(['sent']);
  });
});

it('stops within a few seconds while a receiver hangs, and sends again after the start', async () => {
  await rig.addChannel(webhook(receiver.url));
  receiver.state.reply = () => undefined;
  await rig.change(alertOf('a'));
  await rig.decide();
  void rig.sender.tick();
  await rig.restart();
  receiver.state.reply = replying(200);
  await rig.pass(10_000, 1_000);
  expect(await states()).toEqual(['sent']);
  await rig.sender.start();
  await rig.sender.stop();
  await rig.sender.stop();
});
