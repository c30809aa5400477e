import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmailDelivery } from '../../src/notifications/email-delivery.js';
import type { Message, StoredChannel } from '../../src/notifications/types.js';
import { alertOf, EVERYTHING, inEnglish, START } from './rig.js';

interface Mail { readonly to: string[]; readonly from: string; readonly source: string }

/** A real SMTP server that wants user `hub` with password `p@ss`. */
async function openMailServer() {
  const mails: Mail[] = [];
  const state: { refusal: Error | undefined; refused: string[] } = { refusal: undefined, refused: [] };
  const server = new SMTPServer({
    authOptional: false, disabledCommands: ['STARTTLS'], allowInsecureAuth: true,
    onAuth({ username, password }, _session, callback) { if (username === 'hub' && password === 'p@ss') callback(null, { user: 'hub' }); else callback(new Error('hub:p@ss was not it')); },
    onRcptTo({ address }, _session, callback) { if (state.refused.includes(address)) callback(Object.assign(new Error('no such user'), { responseCode: 550 })); else callback(); },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        if (state.refusal !== undefined) return callback(state.refusal);
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({ to: rcptTo.map(({ address }) => address), from: mailFrom === false ? '' : mailFrom?.address ?? '', source: Buffer.concat(chunks).toString('utf8') });
        callback();
      });
    },
  });
  server.on('error', () => undefined); // a client that leaves in the middle
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.server.address() as AddressInfo; // it listens on a TCP port
  return { mails, state, port, url: `smtp://hub:p%40ss@127.0.0.1:${port}`, close: () => new Promise<void>((resolve) => { server.close(() => { resolve(); }); }) };
}

let mail: Awaited<ReturnType<typeof openMailServer>>;
beforeEach(async () => { mail = await openMailServer(); });
afterEach(() => mail.close());

const channel: StoredChannel = {
  id: 'c1', type: 'email', name: 'x', ...EVERYTHING, area: undefined, url: undefined, secret: undefined, to: ['a@example.com', 'b@example.com'], allowPrivate: false,
  lastSentAt: undefined, lastError: undefined, lastErrorAt: undefined,
};
const notice: Message = { kind: 'notice', notice: { key: 'c1:a1:raised:1', event: 'raised', at: START, alert: alertOf('a1', { message: { zh: '东门满溢\r\nBcc: evil@example.com', en: 'full' } }) } };
const delivery = (url = mail.url) => createEmailDelivery({ smtp: { url, from: '联动 <hub@example.com>' }, wordsFor: ({ lang }) => ({ lang, publicUrl: 'https://hub.example', place: () => '东社区' }) });
const header = (source: string, name: string): string => new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'mi').exec(source)?.[1] ?? '';
const decoded = (source: string): string => Buffer.from(source.slice(source.indexOf('\r\n\r\n')), 'base64').toString('utf8');

describe('e-mail', () => {
  it('goes to every address in plain words, from the hub\'s address, marked as sent by a program', async () => {
    expect(await delivery().send(channel, notice)).toEqual({ state: 'sent' });
    expect(mail.mails).toMatchObject([{ to: ['a@example.com', 'b@example.com'], from: 'hub@example.com' }]);
    const { source } = mail.mails[0]!; // it was just seen
    expect(header(source, 'Auto-Submitted')).toBe('auto-generated');
    expect(decoded(source)).toMatch(/东门满溢 Bcc: evil@example\.com[\s\S]*级别: 重要[\s\S]*位置: 东社区[\s\S]*https:\/\/hub\.example\/alerts\/a1/);
    expect(header(source, 'Bcc')).toBe('');
  });

  it('has the same Message-ID when it is sent again, and another for another message', async () => {
    const { send } = delivery();
    await send(channel, notice);
    await send(channel, notice);
    await send(channel, { kind: 'test', key: 'other', at: START });
    const ids = mail.mails.map(({ source }) => header(source, 'Message-ID'));
    expect(ids[0]).toMatch(/^<[0-9a-f]{40}@example\.com>$/);
    expect([ids[1], ids[2] === ids[0]]).toEqual([ids[0], false]);
  });

  it('that some addresses refuse is sent, and says so; one that all refuse is given up', async () => {
    mail.state.refused = ['b@example.com'];
    expect(await delivery().send(channel, notice)).toEqual({ state: 'sent', remark: inEnglish('the mail server refused 1 of 2 addresses') });
    mail.state.refused = ['a@example.com', 'b@example.com'];
    expect(await delivery().send(channel, notice)).toEqual({ state: 'refused', error: inEnglish('the mail server answers 550 to RCPT TO') });
  });

  it('is tried again when the server is busy, and given up when it will not have it', async () => {
    mail.state.refusal = Object.assign(new Error('try later'), { responseCode: 451 });
    expect(await delivery().send(channel, notice)).toMatchObject({ state: 'retry', error: { en: expect.stringContaining('451') as string } });
    mail.state.refusal = Object.assign(new Error('no'), { responseCode: 554 });
    expect(await delivery().send(channel, notice)).toMatchObject({ state: 'refused', error: { en: expect.stringContaining('554') as string } });
  });

  it('is tried again with a wrong password or without a server, and shows neither password nor user', async () => {
    const wrong = await delivery(mail.url.replace('p%40ss', 'hunter2')).send(channel, notice);
    expect(wrong).toEqual({ state: 'retry', error: inEnglish('the mail server does not take the user name and password of SMTP_URL'), isSettings: true });
    const { port } = mail;
    await mail.close();
    const gone = await delivery(`smtp://hub:hunter2@127.0.0.1:${port}`).send(channel, notice);
    expect(gone).toMatchObject({ state: 'retry' });
    expect(JSON.stringify(gone)).not.toMatch(/hunter2|hub:/);
    mail = await openMailServer();
  });

  it('stops when it is told to', async () => {
    expect(await delivery().send(channel, notice, AbortSignal.abort())).toMatchObject({ state: 'retry' });
    expect(mail.mails).toEqual([]);
  });
});
