import { mkdtemp, rm, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import type { Alert, DeviceEvent, Latest, Refusals, Telemetry, TelemetryDelta } from '@liandong/protocols';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCommunity, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { INFLUXD_HINT, findInfluxd, startInfluxServer, type InfluxServer } from '../support/influx-server.js';
import { findMosquittoPub, mosquittoPub } from '../support/mosquitto-pub.js';
import { MOSQUITTO_HINT, findMosquitto, startMosquitto, type MosquittoServer } from '../support/mosquitto-server.js';
import { PAHO_HINT, findPaho, publishWithPaho } from '../support/paho.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

interface Site { hub: HubProcess; mqttPort: number; stop(): Promise<void> }

const topicOf = (device: string, kind: string): string => `liandong/v1/loufeng/xinghu/${device}/${kind}`;

/** The same questions to both ways of running Liandong. */
function realInput(setUp: () => Promise<Site>): void {
  let site: Site;
  let admin: HubClient;
  const passwords = new Map<string, string>();

  beforeAll(async () => {
    site = await setUp();
    admin = await site.hub.signIn();
    const { community } = await createCommunity(admin);
    for (const [id, kind] of [['bin-1', 'waste_bin'], ['env-1', 'env_sensor'], ['gate-1', 'access_gate']] as const) {
      passwords.set(id, (await createDevice(admin, { id, name: id, kind, area: community })).credentials.password);
    }
  });
  afterAll(() => site?.stop());

  /** Until the broker knows the device: behind Mosquitto its files have to be read again first. */
  const publish = (device: string, kind: string, payload: string) => waitFor(`${device} publishes`, async () =>
    (await mosquittoPub({ port: site.mqttPort, username: device, password: passwords.get(device) ?? '', topic: topicOf(device, kind), payload })).code === 0, { timeoutMs: 10_000 });
  const latestOf = (device: string) => admin.get<Latest>(`/devices/${device}/latest`);

  it('takes mosquitto_pub and gives the values back through REST', async () => {
    await publish('bin-1', 'telemetry', '{"values":{"fill_level":43,"temperature":21.5,"tilted":false}}');
    const values = await waitFor('bin-1 has values', async () => {
      const latest = await latestOf('bin-1');
      return latest.values['fill_level'] === undefined ? undefined : latest.values;
    });
    expect(values).toMatchObject({ fill_level: { value: 43, unit: '%' }, temperature: { value: 21.5, unit: 'Cel' }, tilted: { value: false, unit: '' } });
  });

  it('takes paho-mqtt', async () => {
    const result = await publishWithPaho({
      port: site.mqttPort, username: 'env-1', password: passwords.get('env-1') ?? '',
      messages: [1, 2, 3].map((n) => ({ topic: topicOf('env-1', 'telemetry'), payload: JSON.stringify({ ts: Date.now() - n * 1000, values: { noise: 40 + n } }), qos: 1 })),
    });
    expect(result.acknowledged).toBe(3);
    const points = await waitFor('env-1 is stored', async () => {
      const telemetry = await admin.get<Telemetry>('/devices/env-1/telemetry?metric=noise&raw=1');
      return telemetry.points.length === 3 ? telemetry.points : undefined;
    });
    expect(points.map(([, value]) => value)).toEqual([43, 42, 41]);
  });

  it('raises a major alert at 96, shows it live, and clears it at 10', async () => {
    const socket = io(site.hub.url, { extraHeaders: { cookie: admin.cookie }, transports: ['websocket'] });
    try {
      const alerts: Alert[] = [];
      const fills: unknown[] = [];
      socket.on('alert', ({ alert }: { alert: Alert }, ack: () => void) => { alerts.push(alert); ack(); });
      socket.on('telemetry', (delta: TelemetryDelta) => { if (delta.devices['bin-1']?.fill_level !== undefined) fills.push(delta.devices['bin-1'].fill_level); });
      await socket.emitWithAck('subscribe', {});
      await publish('bin-1', 'telemetry', '{"values":{"fill_level":96}}');
      await waitFor('the alert is on the screen', async () => alerts.some((alert) => alert.active));
      await publish('bin-1', 'telemetry', '{"values":{"fill_level":10}}');
      await waitFor('the alert clears on the screen', async () => alerts.some((alert) => !alert.active));
      await waitFor('the value is on the screen', async () => fills.includes(10));
      expect(alerts.map(({ deviceId, severity, active, value }) => ({ deviceId, severity, active, value }))).toEqual([
        { deviceId: 'bin-1', severity: 'major', active: true, value: 96 }, { deviceId: 'bin-1', severity: 'major', active: false, value: 96 },
      ]);
    } finally {
      socket.disconnect();
    }
  });

  it('keeps an event once, however often it is sent, with the credential hashed', async () => {
    const event = JSON.stringify({ id: 'e-77', type: 'granted', data: { method: 'card', direction: 'in', credential: '3344556677' } });
    await publish('gate-1', 'event', event);
    await publish('gate-1', 'event', event);
    const events = await waitFor('the event is stored', async () => {
      const { data } = await admin.get<{ data: DeviceEvent[] }>('/devices/gate-1/events');
      return data.length > 0 ? data : undefined;
    });
    expect(events).toHaveLength(1);
    expect(events[0]?.data).toMatchObject({ method: 'card', direction: 'in', credential: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown });
  });

  it('refuses bad input with a counted reason and takes the next good message', async () => {
    const bad: [string, string][] = [
      ['malformed_json', '{"values":{"fill_level":'], ['wrong_type', '{"values":{"fill_level":"full"}}'], ['unknown_metric', '{"values":{"soul":1}}'],
      ['malformed_json', '{"values":{"fill_level":NaN}}'], ['not_finite', '{"values":{"fill_level":1e999}}'], ['unknown_metric', '{"values":{"__proto__":{"x":1}}}'],
      ['wrong_type', `${'['.repeat(10_000)}${']'.repeat(10_000)}`], ['payload_too_large', ' '.repeat(65 * 1024)],
    ];
    for (const [, payload] of bad) await publish('bin-1', 'telemetry', payload);
    await publish('gate-1', 'event', JSON.stringify({ id: 'a\nb', type: 'granted' }));
    await publish('bin-1', 'telemetry', JSON.stringify({ ts: Date.UTC(2099, 0, 1), values: { fill_level: 12 } }));
    await waitFor('the good value is there', async () => (await latestOf('bin-1')).values['fill_level']?.value === 12);
    const { values } = await latestOf('bin-1');
    expect(Math.abs((values['fill_level']?.ts ?? 0) - Date.now())).toBeLessThan(60_000);
    const { counts, last } = await admin.get<Refusals>('/devices/bin-1/refusals');
    expect(counts).toEqual({ malformed_json: 2, wrong_type: 2, unknown_metric: 2, not_finite: 1, payload_too_large: 1, clock_ahead: 1 });
    expect(last?.reason).toBe('clock_ahead');
    expect((await admin.get<Refusals>('/devices/gate-1/refusals')).counts).toEqual({ bad_event: 1 });
  });

  it('does not take what one device says in the name of another', async () => {
    await mosquittoPub({ port: site.mqttPort, username: 'bin-1', password: passwords.get('bin-1') ?? '', topic: topicOf('env-1', 'telemetry'), payload: '{"values":{"noise":99}}' });
    await publish('bin-1', 'telemetry', '{"values":{"fill_level":13}}');
    await waitFor('the next good value is there', async () => (await latestOf('bin-1')).values['fill_level']?.value === 13);
    expect((await latestOf('env-1')).values['noise']?.value).not.toBe(99);
    expect((await mosquittoPub({ port: site.mqttPort, username: 'bin-1', password: 'wrong', topic: topicOf('bin-1', 'telemetry'), payload: '{}' })).code).not.toBe(0);
    expect((await mosquittoPub({ port: site.mqttPort, topic: topicOf('bin-1', 'telemetry'), payload: '{}' })).code).not.toBe(0);
  });
}

const clients = findMosquittoPub() !== undefined && findPaho() !== undefined;

describeWithServer('real devices on the embedded default', clients, `${MOSQUITTO_HINT}; ${PAHO_HINT}`, () => {
  realInput(async () => {
    const hub = await startHub();
    return { hub, mqttPort: hub.mqttPort, stop: () => hub.dispose() };
  });
});

describeWithServer('real devices on Mosquitto and InfluxDB', clients && findMosquitto() !== undefined && findInfluxd(), `${MOSQUITTO_HINT}; ${PAHO_HINT}; ${INFLUXD_HINT}`, (influxd) => {
  let mosquitto: MosquittoServer;
  let influx: InfluxServer;
  let site: Site;

  async function startSite(): Promise<Site> {
    const authDir = await mkdtemp(join(tmpdir(), 'liandong-auth-'));
    mosquitto = await startMosquitto({ users: { hub: 'hub-secret' }, acl: ['user hub', 'topic read #'], isPersistent: true });
    influx = await startInfluxServer(influxd);
    const hub = await startHub({ env: {
      MQTT_URL: `mqtt://hub:hub-secret@127.0.0.1:${mosquitto.port}`, MOSQUITTO_AUTH_DIR: authDir,
      INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token, INFLUX_ORG: influx.org, INFLUX_BUCKET: influx.bucket,
    } });
    // What the Mosquitto container's entrypoint does: read the hub's files again when they change.
    let known = '';
    const follow = setInterval(() => void (async () => {
      const [passwd, acl] = await Promise.all(['passwd', 'acl'].map((file) => readFile(join(authDir, file), 'utf8')));
      if (passwd === undefined || acl === undefined || passwd + acl === known) return;
      known = passwd + acl;
      await mosquitto.reload({ passwordLines: passwd.trim().split('\n'), acl: acl.trim().split('\n') });
    })(), 200);
    return {
      hub, mqttPort: mosquitto.port,
      async stop() {
        clearInterval(follow);
        await hub.dispose();
        await influx.stop();
        await mosquitto.dispose();
        await rm(authDir, { recursive: true });
      },
    };
  }

  realInput(async () => site = await startSite());

  it('stays live while InfluxDB is down, says so, and catches up with nothing lost', async () => {
    const admin = await site.hub.signIn();
    const { credentials } = await createDevice(admin, { id: 'bin-2', name: 'bin-2', kind: 'waste_bin', area: 'xinghu' });
    const send = (fill: number) => waitFor('bin-2 publishes', async () =>
      (await mosquittoPub({ port: site.mqttPort, ...credentials, topic: topicOf('bin-2', 'telemetry'), payload: JSON.stringify({ values: { fill_level: fill } }) })).code === 0, { timeoutMs: 10_000 });
    await send(20);
    await influx.kill();
    for (const fill of [30, 97]) await send(fill);
    await waitFor('the alert is raised', async () => (await admin.get<{ data: Alert[] }>('/alerts?device=bin-2&active=true')).data.length === 1);
    const ready = await waitFor('readyz says degraded', async () => {
      const answer = await fetch(`${site.hub.url}/readyz`);
      const body = await answer.json() as { status: string };
      return body.status === 'degraded' ? { status: answer.status, body } : undefined;
    }, { timeoutMs: 15_000 });
    expect(ready.status).toBe(200);
    await influx.restart();
    const points = await waitFor('the store has caught up', async () => {
      const answer = await admin.fetch('/devices/bin-2/telemetry?metric=fill_level&raw=1');
      const { points: stored = [] } = await answer.json() as Partial<Telemetry>;
      return stored.length >= 3 ? stored : undefined;
    }, { timeoutMs: 30_000 });
    expect(points.map(([, value]) => value)).toEqual([20, 30, 97]);
  }, 90_000);
});
