import type { JournalMessage } from '../../src/journal/types.js';
import { randomBytes } from 'node:crypto';
import type { JournalRecord, RefusalReason } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDigest, digestHash, type DigestAlgorithm } from '../../src/devices/device-digests.js';
import { createHikvisionIntake } from '../../src/gateways/hikvision-intake.js';
import { createHttpSignIn } from '../../src/gateways/http-sign-in.js';
import { buildHttp } from '../../src/http/server.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import { addPlaces, openRegistry, ROOT, START, type Registry } from '../devices/registry.js';

const URL = '/ingest/hikvision/door-1';
const access = (serialNo: number, more: object = {}) => JSON.stringify({
  dateTime: new Date(START - 1000).toISOString(), eventType: 'AccessControllerEvent', eventState: 'active',
  AccessControllerEvent: { majorEventType: 5, subEventType: 1, serialNo, cardNo: '3344556677', name: '王小明', doorNo: 1, ...more },
});

let registry: Registry;
let app: Awaited<ReturnType<typeof buildHttp>>;
let password: string;
let records: JournalRecord[];
let refused: { reason: RefusalReason; bytes: number }[];
let journal: { append(message: JournalMessage, done: () => void): void; isFull: boolean; onDrain(): () => void };

beforeEach(async () => {
  [records, refused] = [[], []];
  registry = await openRegistry();
  await addPlaces(registry);
  ({ credentials: { password } } = await registry.devices.create(ROOT, { id: 'door-1', name: 'door', kind: 'access_gate', codec: 'hikvision', area: 'east-grid' }));
  await registry.devices.create(ROOT, { id: 'bin-1', name: 'bin', kind: 'waste_bin', area: 'east-grid' });
  const { clock, directory, db } = registry;
  journal = { append({ records: more }, done) { records.push(...more); setImmediate(done); }, isFull: false, onDrain: () => () => undefined };
  const ingest = new Ingest({
    directory, journal, clock, retentionMs: 86_400_000, pseudonyms: createPseudonyms({ key: randomBytes(32) }),
    refusals: { refuse: ({ refusals, payload }) => refused.push(...refusals.map(({ reason }) => ({ reason, bytes: payload.length }))) },
  });
  // What the other routes need is not asked here.
  const others = {} as Parameters<typeof buildHttp>[0];
  app = await buildHttp({
    ...others, clock, logger: { error: () => undefined, warn: () => undefined }, consoleFolder: registry.dir,
    hikvision: { signIn: createHttpSignIn({ directory, digestOf: (device) => loadDigest(db, device), clock, random: randomBytes }), intake: createHikvisionIntake({ ingest, journal, clock }) },
  });
});
afterEach(async () => {
  await app.close();
  await registry.destroy();
});

const basic = (user: string, secret: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
function post(options: { authorization?: string | undefined; payload?: string | Buffer; type?: string; from?: string; url?: string }) {
  const { authorization, payload = access(1), type = 'application/json', from = '127.0.0.1', url = URL } = options;
  return app.inject({ method: 'POST', url, payload, remoteAddress: from, headers: { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) } });
}
type Answer = Awaited<ReturnType<typeof post>>;
const challenges = (answer: Answer): string[] => [answer.headers['www-authenticate'] ?? []].flat();

/** Answers a challenge as RFC 7616 has it. */
function digest(answer: Answer, algorithm: DigestAlgorithm, { secret = password, count = 1, url = URL, user = 'door-1' } = {}): string {
  const offered = challenges(answer).find((line) => line.includes(`algorithm=${algorithm}`)) ?? '';
  const nonce = /nonce="([^"]+)"/.exec(offered)?.[1] ?? '';
  const nc = count.toString(16).padStart(8, '0');
  const hash = (text: string) => digestHash(algorithm, text);
  const response = hash(`${hash(`${user}:liandong:${secret}`)}:${nonce}:${nc}:c1:auth:${hash(`POST:${url}`)}`);
  return `Digest username="${user}", realm="liandong", nonce="${nonce}", uri="${url}", algorithm=${algorithm}, qop=auth, nc=${nc}, cnonce="c1", response="${response}"`;
}

describe('POST /ingest/hikvision/{deviceId}', () => {
  it('keeps an event with the card as a pseudonym and the name not at all', async () => {
    const answer = await post({ authorization: basic('door-1', password) });
    expect(answer.statusCode).toBe(200);
    expect(records).toMatchObject([{ type: 'event', device: 'door-1', event: 'granted', ts: START - 1000, data: { method: 'card', door: 1, credential: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown } }]);
    expect(JSON.stringify(records)).not.toMatch(/王小明|3344556677/);
  });

  it('gives the same event the same id when the panel sends it again', async () => {
    for (let n = 0; n < 2; n += 1) await post({ authorization: basic('door-1', password) });
    expect(new Set(records.map((record) => record.type === 'event' ? record.id : '')).size).toBe(1);
  });

  it('takes multipart, and drops the picture unread', async () => {
    const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(200_000)]);
    const payload = Buffer.concat([
      Buffer.from(`--b1\r\nContent-Disposition: form-data; name="event_log"\r\nContent-Type: application/json\r\n\r\n${access(2)}\r\n--b1\r\nContent-Disposition: form-data; name="Picture"\r\nContent-Type: image/jpeg\r\n\r\n`),
      picture, Buffer.from('\r\n--b1--\r\n'),
    ]);
    const answer = await post({ authorization: basic('door-1', password), payload, type: 'multipart/form-data; boundary=b1' });
    expect(answer.statusCode).toBe(200);
    expect(records).toHaveLength(1);
    await post({ authorization: basic('door-1', password), payload: picture, type: 'multipart/form-data; boundary=b1' });
    expect(refused).toEqual([{ reason: 'malformed_bytes', bytes: 0 }]);
  });

  it.each(['MD5', 'SHA-256'] as const)('takes digest with %s over the network, each count once', async (algorithm) => {
    const first = await post({ from: '10.0.0.9' });
    expect(first.statusCode).toBe(401);
    expect(challenges(first).map((line) => line.split(' ')[0])).toEqual(['Digest', 'Digest']);
    const authorization = digest(first, algorithm);
    expect((await post({ from: '10.0.0.9', authorization })).statusCode).toBe(200);
    const replayed = await post({ from: '10.0.0.9', authorization });
    expect(replayed.statusCode).toBe(401);
    expect(challenges(replayed)[0]).toContain('stale=true');
    expect((await post({ from: '10.0.0.9', authorization: digest(first, algorithm, { count: 2 }) })).statusCode).toBe(200);
    registry.clock.at += 6 * 60_000;
    expect(challenges(await post({ from: '10.0.0.9', authorization: digest(first, algorithm, { count: 3 }) }))[0]).toContain('stale=true');
    expect(records).toHaveLength(2);
  });

  it('takes neither a wrong secret nor another\'s, nor basic where others may listen, nor the old secret after a new one', async () => {
    const first = await post({});
    expect(challenges(first).map((line) => line.split(' ')[0])).toEqual(['Digest', 'Digest', 'Basic']);
    for (const authorization of [
      basic('door-1', 'wrong'), basic('bin-1', password), 'Basic !!!', 'Bearer x', digest(first, 'MD5', { secret: 'wrong' }), digest(first, 'MD5', { url: '/ingest/hikvision/door-2' }),
      digest(first, 'SHA-256', { user: 'bin-1' }), 'Digest',
    ]) expect((await post({ authorization })).statusCode).toBe(401);
    expect((await post({ authorization: basic('door-1', password), from: '10.0.0.9' })).statusCode).toBe(401);
    const { credentials } = await registry.devices.rotateCredentials(ROOT, 'door-1');
    expect((await post({ authorization: digest(first, 'MD5', { count: 7 }) })).statusCode).toBe(401);
    expect((await post({ authorization: digest(first, 'MD5', { count: 8, secret: credentials.password }) })).statusCode).toBe(200);
    expect(records).toHaveLength(1);
  });

  it('lets a guesser wait after ten wrong tries, and nobody else', async () => {
    for (let n = 0; n < 10; n += 1) await post({ authorization: basic('door-1', `guess-${n}`), from: '127.0.0.2' });
    const answer = await post({ authorization: basic('door-1', password), from: '127.0.0.2' });
    expect(answer.statusCode).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await post({ authorization: basic('door-1', password) })).statusCode).toBe(200);
    registry.clock.at += 60_000;
    expect((await post({ authorization: basic('door-1', password), from: '127.0.0.2' })).statusCode).toBe(200);
  });

  it('answers 200 to what it refuses and counts it, 413 to too much, 404 to another kind of device, 503 while the journal is full', async () => {
    const authorization = basic('door-1', password);
    expect((await post({ authorization, payload: '{"eventType":' })).statusCode).toBe(200);
    expect(refused).toMatchObject([{ reason: 'malformed_json' }]);
    expect((await post({ authorization, payload: Buffer.alloc(2 * 1024 * 1024 + 1) })).statusCode).toBe(413);
    const { credentials } = await registry.devices.rotateCredentials(ROOT, 'bin-1');
    expect((await post({ authorization: basic('bin-1', credentials.password), url: '/ingest/hikvision/bin-1' })).statusCode).toBe(404);
    journal.isFull = true;
    expect((await post({ authorization })).statusCode).toBe(503);
    expect(records).toEqual([]);
  });
});
