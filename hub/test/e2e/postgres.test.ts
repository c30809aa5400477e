import type { Alert, Telemetry } from '@liandong/protocols';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCommunity, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { findInfluxd, INFLUXD_HINT, startInfluxServer, type InfluxServer } from '../support/influx-server.js';
import { findMosquitto, MOSQUITTO_HINT, startMosquitto, type MosquittoServer } from '../support/mosquitto-server.js';
import { findPostgres, POSTGRES_HINT, startPostgres, type PostgresServer } from '../support/postgres-server.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';

const [postgresPrograms, influxd] = [findPostgres(), findInfluxd()];
const programs = postgresPrograms !== undefined && influxd !== undefined && findMosquitto() !== undefined && { postgresPrograms, influxd };

describeWithServer('a hub on PostgreSQL, InfluxDB and Mosquitto', programs, `${POSTGRES_HINT}; ${INFLUXD_HINT}; ${MOSQUITTO_HINT}`, ({ postgresPrograms, influxd }) => {
  let postgres: PostgresServer;
  let influx: InfluxServer;
  let mosquitto: MosquittoServer;
  let hub: HubProcess;
  let admin: HubClient;
  let device: MqttClient;
  let topic: string;
  const start = Date.now() - 60_000;
  let sent = 0;

  beforeAll(async () => {
    [postgres, influx, mosquitto] = await Promise.all([startPostgres(postgresPrograms), startInfluxServer(influxd), startMosquitto({ isPersistent: true })]);
    hub = await startHub({ env: {
      DATABASE_URL: await postgres.createDatabase(), MQTT_URL: mosquitto.url,
      INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token, INFLUX_ORG: influx.org, INFLUX_BUCKET: influx.bucket,
    } });
    admin = await hub.signIn();
    const { subdistrict, community } = await createCommunity(admin);
    await createDevice(admin, { id: 'bin-1', name: '东门', kind: 'waste_bin', area: community });
    topic = `liandong/v1/${subdistrict}/${community}/bin-1/telemetry`;
    device = await connectAsync(mosquitto.url, { clientId: 'bin-1', clean: false });
  }, 90_000);
  afterAll(async () => {
    await device?.endAsync(true);
    await hub?.dispose();
    await Promise.all([postgres?.dispose(), influx?.stop(), mosquitto?.dispose()]);
  });

  async function report(fill: number, count = 1): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => {
      sent += 1;
      return device.publishAsync(topic, JSON.stringify({ ts: start + sent, values: { fill_level: fill } }), { qos: 1 });
    }));
  }
  const alerts = async (active: boolean): Promise<Alert[]> => (await admin.get<{ data: Alert[] }>(`/alerts?active=${active}`)).data;
  const stored = async (): Promise<number> => (await admin.get<Telemetry>(`/devices/bin-1/telemetry?metric=fill_level&raw=1&limit=10000&from=${start}&to=${start + 60_000}`)).points.length;
  const parts = async (): Promise<{ status: number; database?: string }> => {
    const answer = await fetch(`${hub.url}/readyz`);
    const { parts: { database } } = await answer.json() as { parts: Record<string, { state: string }> };
    return { status: answer.status, ...(database === undefined ? {} : { database: database.state }) };
  };

  it('raises one alert, keeps it over kill -9 under load, and clears it', async () => {
    await report(96);
    const [raised] = await waitFor('the alert', async () => { const found = await alerts(true); return found.length > 0 ? found : undefined; });
    expect(raised).toMatchObject({ deviceId: 'bin-1', severity: 'major', tier: 'community' });
    await admin.post(`/alerts/${raised?.id}/ack`, { note: '收到' });
    for (let round = 0; round < 3; round += 1) {
      const reporting = report(97, 200);
      await hub.kill('SIGKILL');
      await reporting;
      await hub.start();
    }
    expect(await alerts(true)).toMatchObject([{ id: raised?.id, acked: true, ackedBy: 'admin' }]);
    await waitFor('every message that the broker took is stored', async () => await stored() === sent, { timeoutMs: 20_000 });
    await report(10);
    await waitFor('it clears', async () => (await alerts(true)).length === 0);
    expect(await alerts(false)).toHaveLength(1);
  }, 120_000);

  it('goes on by itself when the database was gone: nothing that arrived meanwhile is lost', async () => {
    await postgres.kill();
    await waitFor('it says so', async () => (await parts()).database === 'down', { timeoutMs: 20_000 });
    expect((await parts()).status).toBe(503);
    const refused = await admin.fetch('/alerts');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await report(98, 100);
    await postgres.start();
    await waitFor('the alert that its rules could not write', async () => (await alerts(true)).length === 1, { timeoutMs: 30_000 });
    await waitFor('every message is stored', async () => await stored() === sent, { timeoutMs: 20_000 });
    await waitFor('it is ready', async () => (await parts()).status === 200, { timeoutMs: 20_000 });
  }, 90_000);
});
