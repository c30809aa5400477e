import { connectAsync, type MqttClient } from 'mqtt';
import type { Alert, AlertWithTimeline, Credentials, DeviceEvent, Telemetry } from '@liandong/protocols';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCutLink, type CutLink } from '../support/cut-link.js';
import { createEdge, partOf, startEdge } from '../support/edge-process.js';
import { createCommunity, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { findMosquittoPub, mosquittoPub } from '../support/mosquitto-pub.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

let hub: HubProcess;
let edge: HubProcess;
let link: CutLink;
let rest: CutLink;
let admin: HubClient;
let topics: string;
const secrets = new Map<string, string>();

const publish = (device: string, kind: string, payload: object) =>
  mosquittoPub({ port: edge.mqttPort, topic: `${topics}/${device}/${kind}`, username: device, password: secrets.get(device) ?? '', payload: JSON.stringify(payload) });
/** Acknowledged by the edge. */
async function accepted(device: string, kind: string, payload: object): Promise<void> {
  expect(await publish(device, kind, payload)).toMatchObject({ code: 0 });
}

async function storedTimes(device: string, metric: string): Promise<number[]> {
  const { points } = await admin.get<Telemetry>(`/devices/${device}/telemetry?metric=${metric}&raw=1&limit=10000&from=0&to=${Date.now() + 60_000}`);
  return points.map(([ts]) => ts);
}
const alertsOf = async (client: HubClient, device: string): Promise<Alert[]> => (await client.get<{ data: Alert[] }>(`/alerts?device=${device}`)).data;

describeWithServer('an edge between its devices and its hub', findMosquittoPub(), 'apt-get install mosquitto-clients', () => {
  beforeAll(async () => {
    hub = await startHub();
    admin = await hub.signIn();
    const { subdistrict, community } = await createCommunity(admin);
    topics = `liandong/v1/${subdistrict}/${community}`;
    for (const [id, kind] of [['bin-1', 'waste_bin'], ['gate-1', 'access_gate'], ['env-1', 'env_sensor']] as const) {
      secrets.set(id, (await createDevice(admin, { id, name: id, kind, area: community, reportingIntervalS: 600 })).credentials.password);
    }
    const credentials: Credentials = await createEdge(admin, { id: 'edge-1', community });
    [link, rest] = [await openCutLink(() => hub.mqttPort), await openCutLink(() => hub.port)];
    edge = await startEdge({ credentials, mqttPort: link.port, port: rest.port });
    await waitFor('the edge knows its devices', async () => (await publish('env-1', 'status', { online: true })).code === 0, { timeoutMs: 20_000 });
  }, 60_000);
  afterAll(async () => {
    await edge?.dispose();
    await hub?.dispose();
    await link?.close();
    await rest?.close();
  });

  it('passes on what it takes, and the hub raises what its own rules ask for', async () => {
    const ts = Date.now();
    await accepted('bin-1', 'telemetry', { ts, values: { fill_level: 96, temperature: 20 } });
    await waitFor('the reading is stored at the hub', async () => (await storedTimes('bin-1', 'fill_level')).includes(ts));
    const alert = await waitFor('the hub raises it', async () => (await alertsOf(admin, 'bin-1')).find(({ ruleId }) => ruleId === 'default-bin-fill'));
    expect(alert).toMatchObject({ active: true, severity: 'major' });
    const device = await waitFor('the edge is online', async () => {
      const found = await admin.get<{ status: string }>('/devices/edge-1');
      return found.status === 'online' ? found : undefined;
    });
    expect(device.status).toBe('online');
  }, 30_000);

  it('works on with the link cut and both ends killed; then every acknowledged message is at the hub exactly once, and each alert once, as it went', async () => {
    const first = Date.now() - 1000;
    const times: number[] = [];
    const read = async (count: number): Promise<void> => {
      const client: MqttClient = await connectAsync({ host: '127.0.0.1', port: edge.mqttPort, username: 'env-1', password: secrets.get('env-1') ?? '', connectTimeout: 2000, reconnectPeriod: 100 });
      client.on('error', () => undefined);
      const sent = Array.from({ length: count }, (_, i) => first + times.length + i);
      await Promise.all(sent.map((ts) => client.publishAsync(`${topics}/env-1/telemetry`, JSON.stringify({ ts, values: { noise: 40 + (ts % 10) } }), { qos: 1 })));
      times.push(...sent);
      await client.endAsync();
    };
    await read(200);
    link.cut();
    rest.cut();
    await read(1000);
    await accepted('gate-1', 'event', { id: 'forced-1', ts: Date.now(), type: 'forced_open' });
    await accepted('bin-1', 'telemetry', { ts: Date.now(), values: { temperature: 75 } });
    await accepted('bin-1', 'telemetry', { ts: Date.now() + 1, values: { temperature: 25 } });

    const local = await edge.signIn();
    const raised = await waitFor('the edge raises it by itself', async () => (await alertsOf(local, 'gate-1')).find(({ active }) => active));
    expect(raised).toMatchObject({ ruleId: 'default-gate-forced', severity: 'critical' });
    const siren = await connectAsync({ host: '127.0.0.1', port: edge.mqttPort, username: 'gate-1', password: secrets.get('gate-1') ?? '' });
    const heard: { active: number; unacked: number }[] = [];
    siren.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString()) as { active: number; unacked: number })); // as the edge says it
    await siren.subscribeAsync(`${topics}/edge-1/alarm`, { qos: 1 });
    await waitFor('the siren sounds', () => heard.some(({ unacked }) => unacked === 1));
    await local.post(`/alerts/${raised.id}/ack`, { note: '保安已到' });
    await waitFor('the siren is quiet', () => heard.at(-1)?.active === 1 && heard.at(-1)?.unacked === 0);
    await siren.endAsync();
    const fire = await waitFor('the fire is out', async () => (await alertsOf(local, 'bin-1')).find(({ active, ruleId }) => !active && ruleId === 'default-bin-fire'));
    expect(await alertsOf(admin, 'gate-1')).toEqual([]);

    const publishing = read(500);
    await hub.kill();
    await edge.kill();
    await edge.start();
    await publishing; // what was not acknowledged the device sends again
    await read(300);
    await hub.start();
    link.heal();
    rest.heal();

    admin = await hub.signIn();
    const stored = await waitFor('the backlog is at the hub', async () => {
      const found = await storedTimes('env-1', 'noise');
      return times.every((ts) => found.includes(ts)) ? found : undefined;
    }, { timeoutMs: 30_000, intervalMs: 200 });
    expect(new Set(stored).size).toBe(stored.length);
    const events = await waitFor('the event is at the hub', async () => {
      const { data } = await admin.get<{ data: DeviceEvent[] }>(`/devices/gate-1/events?from=0&to=${Date.now() + 60_000}`);
      return data.length > 0 ? data : undefined;
    });
    expect(events.map(({ id }) => id)).toEqual(['forced-1']);

    const [forced, ...more] = await waitFor('the alert is at the hub', async () => {
      const found = await alertsOf(admin, 'gate-1');
      return found.length > 0 ? found : undefined;
    });
    expect(more).toEqual([]);
    expect(forced).toMatchObject({ id: raised.id, ruleId: 'default-gate-forced', raisedAt: raised.raisedAt, active: true, acked: true, ackedBy: 'admin@edge-1', count: 1 });
    const { timeline } = await admin.get<AlertWithTimeline>(`/alerts/${raised.id}`);
    expect(timeline.map(({ change, by, note }) => ({ change, by, note }))).toEqual([{ change: 'raised' }, { change: 'acked', by: 'admin@edge-1', note: '保安已到' }]);
    const fires = (await alertsOf(admin, 'bin-1')).filter(({ ruleId }) => ruleId === 'default-bin-fire');
    expect(fires.map(({ id, active, raisedAt, clearedAt }) => ({ id, active, raisedAt, clearedAt }))).toEqual([{ id: fire.id, active: false, raisedAt: fire.raisedAt, clearedAt: fire.clearedAt }]);
  }, 60_000);

  it('is silent at the hub in a maintenance window there, and active again when that ends', async () => {
    const window = await admin.post<{ id: string }>('/maintenance', { devices: ['gate-1'], from: Date.now(), to: Date.now() + 3_600_000, reason: 'new hinges' });
    const [withheld] = await waitFor('it clears', async () => {
      const found = await alertsOf(admin, 'gate-1');
      return found.some(({ active }) => active) ? undefined : found;
    });
    await admin.delete(`/maintenance/${window.id}`);
    expect(await waitFor('it is active again', async () => (await alertsOf(admin, 'gate-1')).find(({ active }) => active))).toMatchObject({ id: withheld?.id, raisedAt: withheld?.raisedAt, acked: true, ackedBy: 'admin@edge-1', count: 1 });
  }, 30_000);

  it('clears at the hub what was ended at the edge', async () => {
    await accepted('gate-1', 'event', { id: 'closed-1', ts: Date.now(), type: 'door_closed' });
    const cleared = await waitFor('it clears', async () => (await alertsOf(admin, 'gate-1')).find(({ active }) => !active));
    expect(cleared).toMatchObject({ acked: true, count: 1 });
    expect(await alertsOf(admin, 'gate-1')).toHaveLength(1);
  }, 30_000);

  it('lets a new device in, and a deleted one no more, within a minute', async () => {
    const community = topics.split('/').at(-1) ?? '';
    secrets.set('bin-2', (await createDevice(admin, { id: 'bin-2', name: 'bin-2', kind: 'waste_bin', area: community })).credentials.password);
    await waitFor('it may sign in', async () => (await publish('bin-2', 'telemetry', { values: { fill_level: 10 } })).code === 0, { timeoutMs: 20_000, intervalMs: 500 });
    await admin.delete('/devices/bin-2');
    await waitFor('it is refused', async () => (await publish('bin-2', 'telemetry', { values: { fill_level: 11 } })).code !== 0, { timeoutMs: 20_000, intervalMs: 500 });
  }, 45_000);

  it('says that its credential is refused, loses nothing, and takes up the new one without a restart', async () => {
    await admin.patch('/devices/edge-1', { status: 'retired' });
    const part = await waitFor('it says so', async () => {
      const uplink = await partOf(edge, 'uplink');
      return uplink?.detail?.includes('refuses the credential') === true ? uplink : undefined;
    }, { timeoutMs: 20_000 });
    expect(part.state).toBe('degraded');
    const ts = Date.now();
    await accepted('bin-1', 'telemetry', { ts, values: { fill_level: 20 } });
    await admin.patch('/devices/edge-1', { status: 'provisioned' });
    await waitFor('what was kept arrives', async () => (await storedTimes('bin-1', 'fill_level')).includes(ts), { timeoutMs: 30_000 });
  }, 60_000);
});
