import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AREAS, DEVICE_IDS, newDevice, topicOf } from '../fleet.js';
import type { DeviceLoad } from '../load/plan.js';
import { freePort } from '../support/free-port.js';
import type { OwnedProcess } from '../support/owned-process.js';
import type { Resources } from '../support/resources.js';
import { until } from '../support/until.js';
import { createHubClient, type HubClient } from './hub-client.js';
import type { Influx } from './influx.js';
import type { Mosquitto } from './mosquitto.js';

const PROGRAM = fileURLToPath(new URL('../../../hub/dist/main.js', import.meta.url));

export interface Hub {
  readonly process: OwnedProcess;
  readonly client: HubClient;
  /** Of the embedded broker. */
  readonly mqttPort: number;
  /** The fleet, registered, with each device's own credentials. */
  readonly devices: readonly DeviceLoad[];
}

/** The real hub with its defaults, or with Mosquitto and InfluxDB, and the fleet registered through its REST. */
export async function startHub(resources: Resources, servers?: { mosquitto: Mosquitto; influx: Influx }): Promise<Hub> {
  const [port, mqttPort] = [await freePort(), await freePort()];
  const password = randomBytes(12).toString('hex');
  const hub = resources.start('hub', process.execPath, [PROGRAM], {
    PORT: String(port), MQTT_PORT: String(mqttPort), DATA_DIR: join(resources.folder, 'data'), ADMIN_PASSWORD: password, LOG_LEVEL: 'warn',
    ...(servers === undefined ? {} : settingsOf(servers)),
  });
  const client = createHubClient({ url: `http://127.0.0.1:${port}`, password });
  await until('the hub is ready', async () => !hub.isRunning() || client.isReady());
  hub.assertRunning();
  return { process: hub, client, mqttPort, devices: await registerFleet(client) };
}

function settingsOf({ mosquitto, influx }: { mosquitto: Mosquitto; influx: Influx }): Record<string, string> {
  const { url, token, org, bucket } = influx;
  return { MQTT_URL: `mqtt://127.0.0.1:${mosquitto.port}`, INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket };
}

async function registerFleet(client: HubClient): Promise<DeviceLoad[]> {
  for (const area of AREAS) await client.post('/areas', area);
  const devices: DeviceLoad[] = [];
  for (const id of DEVICE_IDS) {
    const { username, password } = await client.addDevice(newDevice(id));
    devices.push({ login: { clientId: id, username, password }, topic: topicOf(id) });
  }
  return devices;
}
