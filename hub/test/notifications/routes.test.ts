import { ROLES, type AuditEntry, type Channel, type ChannelTest, type Notification } from '@liandong/protocols';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveAlert } from '../../src/alerts/alert-rows.js';
import { createNotifications, type Notifications } from '../../src/notifications/notifications.js';
import { openHub, type TestHub } from '../http/test-hub.js';
import { openReceiver, replying, type Receiver } from './receiver.js';
import { alertOf, EVERYTHING } from './rig.js';

const REFUSED_THERE = 'it answers 403: check the token in the url and the secret, and whether the receiver or a proxy before it lets this hub in';
let hub: TestHub;
let receiver: Receiver;
let notifications: Notifications;
const headers = new Map<string, { authorization: string }>();
beforeAll(async () => {
  receiver = await openReceiver();
  hub = await openHub({
    more: ({ db, clock, changes, tree: areas, directory }) => {
      notifications = createNotifications({
        db, clock, changes, areas, directory, logger: { error() {} }, smtp: undefined, publicUrl: undefined, postMs: 2_000,
        resolve: async (host) => { if (host === 'inside.example') return [{ address: '10.0.0.7' }]; if (host === 'hook.example') return [{ address: '1.1.1.1' }]; throw Object.assign(new Error('x'), { code: 'ENOTFOUND' }); },
      });
      return { channels: notifications.channels };
    },
  });
  await notifications.sender.start();
  await notifications.notifier.start();
  for (const role of ROLES) headers.set(role, await hub.as(role, 'east'));
  headers.set('root', await hub.as('admin'));
});
afterAll(async () => {
  await notifications.notifier.stop();
  await notifications.sender.stop();
  await hub.close();
  await receiver.close();
});

const ask = (who: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
  hub.app.inject({ method, url: `/api/v1${url}`, headers: headers.get(who) ?? {}, ...(payload === undefined ? {} : { payload }) } satisfies InjectOptions);
const hook = (more: object = {}) => ({ type: 'webhook', name: 'hook', ...EVERYTHING, url: `${receiver.url}/in?key=k3y`, secret: 's3cret', allowPrivate: true, ...more });
const make = async (who = 'root', more: object = {}): Promise<Channel> => {
  const answer = await ask(who, 'POST', '/channels', hook(more));
  expect(answer.statusCode).toBe(201);
  return answer.json<Channel>();
};
const codeOf = (answer: { statusCode: number; json(): unknown }) => [answer.statusCode, (answer.json() as { code: string }).code];
const auditOf = async (target: string) => (await ask('root', 'GET', `/audit?target=${target}`)).json<{ data: AuditEntry[] }>().data.map(({ by, action, detail }) => ({ by, action, detail }));

describe('channels', () => {
  it('are for admins, and each call answers 401 to nobody in particular', async () => {
    const { id } = await make('root', { area: 'east' });
    const calls: [Parameters<typeof ask>[1], string, object | undefined, number][] = [
      ['GET', '/channels', undefined, 200], ['POST', '/channels', hook({ url: 'https://hook.example/', allowPrivate: false }), 201], ['PATCH', `/channels/${id}`, { name: 'other' }, 200],
      ['POST', `/channels/${id}/test`, undefined, 200], ['GET', '/notifications', undefined, 200], ['DELETE', `/channels/${id}`, undefined, 204],
    ];
    for (const [method, url, body, status] of calls) {
      for (const role of ROLES.filter((other) => other !== 'admin')) expect([method, url, role, ...codeOf(await ask(role, method, url, body))]).toEqual([method, url, role, 403, 'FORBIDDEN']);
      expect([method, url, (await ask('nobody', method, url, body)).statusCode]).toEqual([method, url, 401]);
      expect([method, url, (await ask('admin', method, url, body)).statusCode]).toEqual([method, url, status]);
    }
  });

  it('never show their url\'s path or their secret, whatever is answered or audited', async () => {
    const channel = await make();
    expect(channel).toMatchObject({ urlHost: receiver.url, hasSecret: true, allowPrivate: true, waiting: 0 });
    const seen = [channel, (await ask('root', 'GET', '/channels')).json<unknown>(), (await ask('root', 'PATCH', `/channels/${channel.id}`, { url: `${receiver.url}/other?key=k3y`, secret: 's3cret2' })).json<unknown>(), await auditOf(channel.id)];
    expect(JSON.stringify(seen)).not.toMatch(/k3y|s3cret/);
  });

  it('of another area are not there, and an admin of one area makes them in it', async () => {
    const west = await make('root', { area: 'west' });
    const everywhere = await make('root');
    for (const { id } of [west, everywhere]) {
      for (const [method, url, body] of [['PATCH', `/channels/${id}`, { name: 'mine' }], ['DELETE', `/channels/${id}`, undefined], ['POST', `/channels/${id}/test`, undefined], ['GET', `/notifications?channel=${id}`, undefined]] as const) {
        expect([method, url, ...codeOf(await ask('admin', method, url, body))]).toEqual([method, url, 404, 'CHANNEL_NOT_FOUND']);
      }
    }
    expect(codeOf(await ask('admin', 'POST', '/channels', hook({ area: 'west', allowPrivate: false })))).toEqual([404, 'AREA_NOT_FOUND']);
    const mine = await make('admin', { url: 'https://hook.example/', allowPrivate: false });
    expect(mine.area).toBe('east');
    expect((await ask('admin', 'GET', '/channels')).json<{ data: Channel[] }>().data.map(({ area }) => area)).not.toContain('west');
    expect(codeOf(await ask('admin', 'PATCH', `/channels/${mine.id}`, { area: 'city' }))).toEqual([404, 'AREA_NOT_FOUND']);
  });

  it('lose their area with null, by an admin who is bound to none', async () => {
    const { id } = await make('root', { area: 'east' });
    expect(codeOf(await ask('admin', 'PATCH', `/channels/${id}`, { area: null }))).toEqual([403, 'FORBIDDEN']);
    expect((await ask('root', 'PATCH', `/channels/${id}`, { area: null })).json<Channel>()).not.toHaveProperty('area');
    expect(codeOf(await ask('admin', 'PATCH', `/channels/${id}`, { name: 'mine' }))).toEqual([404, 'CHANNEL_NOT_FOUND']);
  });

  it('reach private addresses only by an admin of everything, who is written down', async () => {
    expect(codeOf(await ask('admin', 'POST', '/channels', hook()))).toEqual([403, 'FORBIDDEN']);
    const { id } = await make('root', { area: 'east' });
    expect((await auditOf(id))[0]).toMatchObject({ action: 'channel.created', detail: 'webhook "hook", may reach private addresses' });
    expect(codeOf(await ask('admin', 'PATCH', `/channels/${id}`, { url: 'http://10.0.0.1/' }))).toEqual([403, 'FORBIDDEN']);
    expect((await ask('admin', 'PATCH', `/channels/${id}`, { name: 'renamed' })).statusCode).toBe(200);
    expect(codeOf(await ask('root', 'PATCH', `/channels/${id}`, { allowPrivate: false }))).toEqual([422, 'CHANNEL_INVALID']);
    expect((await ask('root', 'PATCH', `/channels/${id}`, { allowPrivate: false, url: 'https://hook.example/' })).statusCode).toBe(200);
    expect((await auditOf(id))[0]).toMatchObject({ action: 'channel.changed', detail: 'url, allowPrivate: true → false' });
    expect(codeOf(await ask('admin', 'PATCH', `/channels/${id}`, { allowPrivate: true }))).toEqual([403, 'FORBIDDEN']);
  });

  it.each([
    ['a webhook without a url', { url: undefined }, 'A webhook needs a `url`.'],
    ['a url that is none', { url: 'hook.example/x' }, '`url` must be an https or http address.'],
    ['another scheme', { url: 'ftp://hook.example/' }, '`url` must be an https or http address.'],
    ['a private address', { url: 'http://10.0.0.1/x', allowPrivate: false }, '`url`: 10.0.0.1 is a private address; an admin may allow that with allowPrivate.'],
    ['a disguised one', { url: 'http://0x7f.1/x', allowPrivate: false }, '`url`: 127.0.0.1 is this machine itself; an admin may allow that with allowPrivate.'],
    ['a name that is private', { url: 'http://inside.example/x', allowPrivate: undefined }, '`url`: inside.example is a private address; an admin may allow that with allowPrivate.'],
    ['addresses for a webhook', { to: ['a@example.com'] }, '`to` is for e-mail; a webhook has a `url`.'],
    ['a secret for WeCom', { type: 'wecom' }, 'A WeCom robot takes no secret: its key is in the url.'],
    ['e-mail without settings', { type: 'email', to: ['a@example.com'], url: undefined, secret: undefined, allowPrivate: undefined }, 'E-mail needs the hub\'s settings SMTP_URL and SMTP_FROM.'],
  ])('refuse %s in words', async (_what, more, detail) => {
    const answer = await ask('root', 'POST', '/channels', hook(more));
    expect([...codeOf(answer), answer.json<{ detail: string }>().detail]).toEqual([422, 'CHANNEL_INVALID', detail]);
  });

  it('take a name that can not be resolved now: it is checked again at every message', async () => {
    const { id } = await make('root', { url: 'https://not-yet.example/', allowPrivate: false });
    expect((await ask('root', 'POST', `/channels/${id}/test`)).json<ChannelTest>()).toEqual({ ok: false, error: 'no such host', errorZh: '没有这个主机名' });
  });

  it('send a test at once and say how it went', async () => {
    const { id } = await make();
    receiver.received.length = 0;
    expect((await ask('root', 'POST', `/channels/${id}/test`)).json<ChannelTest>()).toEqual({ ok: true });
    expect(receiver.received).toMatchObject([{ path: '/in?key=k3y', body: expect.stringContaining('"event":"test"') as string }]);
    receiver.state.reply = replying(403);
    expect((await ask('root', 'POST', `/channels/${id}/test`)).json<ChannelTest>()).toEqual({ ok: false, error: REFUSED_THERE, errorZh: expect.stringContaining('对方答复 403，没有放行') as string });
    receiver.state.reply = replying(200);
    expect((await auditOf(id)).slice(0, 2)).toMatchObject([{ by: 'token:admin-all', action: 'channel.tested', detail: REFUSED_THERE }, { action: 'channel.tested', detail: 'delivered' }]);
  });

  it('show what was told, newest first and page by page, and take it with them when they are removed', async () => {
    const { id } = await make('root', { area: 'east', isEnabled: true });
    const { db, changes } = hub.registry;
    for (const alertId of ['n1', 'n2', 'n3']) {
      await db.transaction().execute(async (trx) => saveAlert(trx, await changes.recordAlert(trx, alertOf(alertId, { area: 'east-grid' }))));
    }
    await notifications.notifier.catchUp();
    await notifications.sender.tick();
    await notifications.sender.idle();
    const page = (await ask('admin', 'GET', `/notifications?channel=${id}&limit=2`)).json<{ data: Notification[]; next: string }>();
    expect(page.data.map(({ alertId, state, event }) => [alertId, state, event])).toEqual([['n3', 'sent', 'raised'], ['n2', 'sent', 'raised']]);
    const rest = (await ask('admin', 'GET', `/notifications?channel=${id}&limit=2&cursor=${page.next}`)).json<{ data: Notification[]; next?: string }>();
    expect([rest.data.map(({ alertId }) => alertId), rest.next]).toEqual([['n1'], undefined]);
    expect((await ask('admin', 'GET', `/notifications?channel=${id}&state=waiting`)).json()).toEqual({ data: [] });
    expect(codeOf(await ask('root', 'GET', '/notifications?cursor=nonsense'))).toEqual([400, 'CURSOR_INVALID']);
    expect((await ask('root', 'DELETE', `/channels/${id}`)).statusCode).toBe(204);
    expect(codeOf(await ask('root', 'GET', `/notifications?channel=${id}`))).toEqual([404, 'CHANNEL_NOT_FOUND']);
    expect((await auditOf(id))[0]).toMatchObject({ action: 'channel.removed', detail: 'webhook "hook", 0 waiting messages dropped' });
    expect(await db.selectFrom('outbox').select('id').where('channel', '=', id).execute()).toEqual([]);
  });
});
