import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApp, type LiandongApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { StartError } from '../../src/problem.js';
import { writeTrialPair } from '../../src/tls/trial-pair.js';
import { waitFor } from '../support/wait-for.js';

let dir: string;
let app: LiandongApp;
let settings: Record<string, string>;
let ca: Buffer;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'liandong-tls-hub-'));
  const { certFile, keyFile } = await writeTrialPair({ folder: dir, hosts: ['localhost', '127.0.0.1'], now: Date.now() });
  ca = await readFile(certFile);
  settings = { DATA_DIR: join(dir, 'data'), PORT: '0', MQTT_PORT: '0', MQTTS_PORT: '0', ADMIN_PASSWORD: 'correct horse', LOG_LEVEL: 'silent', TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile };
});
afterEach(async () => {
  await app.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Answer { status: number | undefined; headers: IncomingHttpHeaders; body: string }
const ask = (url: string, { method = 'GET', body, headers = {} }: { method?: string; body?: object; headers?: Record<string, string> } = {}): Promise<Answer> => new Promise((resolve, reject) => {
  const sending = request(url, { method, ca, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers } }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
  });
  sending.on('error', reject);
  sending.end(body === undefined ? undefined : JSON.stringify(body));
});

it('serves the console on HTTPS with a Secure cookie, and takes MQTT on both ports', async () => {
  app = await createApp(readConfig(settings));
  await app.start();
  const { consoleUrl, mqttUrl, mqttsUrl } = app.addresses();
  expect([consoleUrl, mqttUrl, mqttsUrl]).toEqual([expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/), expect.stringMatching(/^mqtt:/), expect.stringMatching(/^mqtts:\/\/127\.0\.0\.1:\d+$/)]);
  const signIn = await ask(`${consoleUrl}/api/v1/session`, { method: 'POST', body: { username: 'admin', password: 'correct horse' } });
  const cookie = String(signIn.headers['set-cookie']?.[0]);
  expect([signIn.status, cookie]).toEqual([200, expect.stringMatching(/; HttpOnly; Secure; SameSite=Strict/)]);

  const post = (path: string, body: object) => ask(`${consoleUrl}/api/v1${path}`, { method: 'POST', body, headers: { cookie: cookie.split(';')[0] ?? '' } });
  await post('/areas', { id: 'city', level: 'city', name: '市' });
  await post('/areas', { id: 'east', level: 'subdistrict', parent: 'city', name: '东' });
  await post('/areas', { id: 'garden', level: 'community', parent: 'east', name: '园', profile: 'urban' });
  const made = JSON.parse((await post('/devices', { id: 'bin-1', name: '东门', kind: 'waste_bin', area: 'garden' })).body) as { credentials: { username: string; password: string } };
  for (const url of [mqttUrl ?? '', mqttsUrl ?? '']) {
    const client = await connectAsync(url, { ...made.credentials, ca, reconnectPeriod: 0 });
    await client.publishAsync('liandong/v1/east/garden/bin-1/telemetry', '{"values":{"fill_level":43}}', { qos: 1 });
    await client.endAsync();
  }
});

it('is read and fed by an edge that trusts its certificate by a file, over HTTPS and MQTT over TLS', async () => {
  app = await createApp(readConfig(settings));
  await app.start();
  const { consoleUrl, mqttsUrl = '' } = app.addresses();
  const signIn = await ask(`${consoleUrl}/api/v1/session`, { method: 'POST', body: { username: 'admin', password: 'correct horse' } });
  const cookie = String(signIn.headers['set-cookie']?.[0]).split(';')[0] ?? '';
  const call = (method: string, path: string, body?: object) => ask(`${consoleUrl}/api/v1${path}`, { method, headers: { cookie }, ...(body === undefined ? {} : { body }) });
  await call('POST', '/areas', { id: 'city', level: 'city', name: '市' });
  await call('POST', '/areas', { id: 'east', level: 'subdistrict', parent: 'city', name: '东' });
  await call('POST', '/areas', { id: 'garden', level: 'community', parent: 'east', name: '园', profile: 'urban' });
  const secretOf = async (device: object) => (JSON.parse((await call('POST', '/devices', device)).body) as { credentials: { username: string; password: string } }).credentials;
  const bin = await secretOf({ id: 'bin-1', name: '东门', kind: 'waste_bin', area: 'garden' });
  const { password } = await secretOf({ id: 'edge-1', name: '边缘机', kind: 'gateway', codec: 'edge', area: 'garden' });
  const edge = await createApp(readConfig({
    DATA_DIR: join(dir, 'edge'), PORT: '0', MQTT_PORT: '0', ADMIN_PASSWORD: 'correct horse', LOG_LEVEL: 'silent', EDGE_ID: 'edge-1', EDGE_SECRET: password, HUB_URL: consoleUrl, HUB_MQTT_URL: mqttsUrl, HUB_CA_FILE: settings['TLS_CERT_FILE'],
  }, ['--role', 'edge']));
  try {
    await edge.start();
    const device = await waitFor('the edge knows its device', () => connectAsync(edge.addresses().mqttUrl ?? '', { ...bin, reconnectPeriod: 0 }), { timeoutMs: 20_000 });
    await device.publishAsync('liandong/v1/east/garden/bin-1/telemetry', '{"values":{"fill_level":43}}', { qos: 1 });
    await device.endAsync();
    await waitFor('the hub has its reading', async () => (await call('GET', '/devices/bin-1/latest')).body.includes('43'));
  } finally {
    await edge.stop();
  }
}, 40_000);

it('does not start with a certificate it can not use, and says which setting is to blame', async () => {
  app = await createApp(readConfig({ ...settings, TLS_KEY_FILE: join(dir, 'none.pem') }));
  const error: unknown = await app.start().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StartError);
  expect((error as StartError).message).toMatch(/^TLS_KEY_FILE: the file/);
});
