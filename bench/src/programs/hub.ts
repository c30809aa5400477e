import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rule } from '@liandong/protocols';
import { AREAS, DEVICE_IDS, newDevice, topicOf } from '../fleet.js';
import type { DeviceLoad } from '../load/plan.js';
import { freePort } from '../support/free-port.js';
import type { OwnedProcess } from '../support/owned-process.js';
import type { Resources } from '../support/resources.js';
import { until } from '../support/until.js';
import { createHubClient, type HubClient } from './hub-client.js';
import type { Influx } from './influx.js';
import type { Mosquitto } from './mosquitto.js';
import { writeRules } from './rule-table.js';
import { V8_FLAGS } from './v8-flags.js';

/** The hub's program, which is the city's too. */
export const PROGRAM = fileURLToPath(new URL('../../../hub/dist/main.js', import.meta.url));

export interface Hub {
  readonly process: OwnedProcess;
  readonly client: HubClient;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Of the embedded broker. */
  readonly mqttPort: number;
  /** The fleet, registered, with each device's own credentials. */
  readonly devices: readonly DeviceLoad[];
  /** Ends it, lets `whileDown` have its database file, and starts it again. */
  restart(whileDown: (databaseFile: string) => void): Promise<void>;
}

export interface HubOptions {
  /** Mosquitto and InfluxDB instead of what is embedded. */
  readonly servers?: { readonly mosquitto: Mosquitto; readonly influx: Influx };
  /** These rules and no others, instead of the ones a new hub has. */
  readonly rules?: readonly Rule[];
  /** Writes a telemetry file at this path before the hub is started on it. */
  readonly fill?: (telemetryFile: string) => Promise<void>;
  /** Among several hubs of one path. */
  readonly name?: string;
}

/** The real hub with its defaults, or with Mosquitto and InfluxDB, and the fleet registered through its REST. */
export async function startHub(resources: Resources, { servers, rules, fill, name = 'hub' }: HubOptions = {}): Promise<Hub> {
  const [port, mqttPort] = [await freePort(), await freePort()];
  const password = randomBytes(12).toString('hex');
  const url = `http://127.0.0.1:${port}`;
  const dataDir = join(resources.folder, `${name}-data`);
  const client = createHubClient({ url, password });
  const start = async (): Promise<OwnedProcess> => {
    const hub = resources.start(name, process.execPath, [...V8_FLAGS.hub, PROGRAM], {
      PORT: String(port), MQTT_PORT: String(mqttPort), DATA_DIR: dataDir, ADMIN_PASSWORD: password, LOG_LEVEL: 'warn', ...(servers === undefined ? {} : settingsOf(servers)),
    });
    await until('the hub is ready', async () => !hub.isRunning() || client.isReady(), 120_000);
    hub.assertRunning();
    return hub;
  };
  if (fill !== undefined) {
    await mkdir(dataDir, { recursive: true });
    await fill(join(dataDir, 'telemetry.duckdb'));
  }
  let hub = await start();
  const restart = async (whileDown: (databaseFile: string) => void): Promise<void> => {
    await hub.end();
    whileDown(join(dataDir, 'liandong.db'));
    hub = await start();
  };
  if (rules !== undefined) await restart((file) => { writeRules(file, rules); });
  return { get process() { return hub; }, client, url, mqttPort, devices: await registerFleet(client), restart };
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
