import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Credentials } from '@liandong/protocols';
import { V8_FLAGS } from '../programs/v8-flags.js';
import { freePort } from '../support/free-port.js';
import type { OwnedProcess } from '../support/owned-process.js';
import type { Resources } from '../support/resources.js';
import { until } from '../support/until.js';

const PROGRAM = fileURLToPath(new URL('../../../hub/dist/main.js', import.meta.url));

export interface Edge {
  readonly mqttPort: number;
  readonly process: () => OwnedProcess;
  /** Starts it, again after it was killed; answers how long it took until it took messages (s). */
  start(): Promise<number>;
  /** A figure of its `/metrics`. */
  figure(name: string): Promise<number>;
}

/** The real edge on a data folder of its own. */
export async function createEdge(resources: Resources, { credentials, mqttUrl, hubUrl }: { credentials: Credentials; mqttUrl: string; hubUrl: string }): Promise<Edge> {
  const [port, mqttPort] = [await freePort(), await freePort()];
  const password = randomBytes(12).toString('hex');
  let edge: OwnedProcess | undefined;
  return {
    mqttPort,
    process() {
      if (edge === undefined) throw new Error('the edge was not started');
      return edge;
    },
    async start() {
      const startedAt = performance.now();
      const started = edge = resources.start('edge', process.execPath, [...V8_FLAGS.edge, PROGRAM, '--role', 'edge'], {
        PORT: String(port), MQTT_PORT: String(mqttPort), DATA_DIR: join(resources.folder, 'edge-data'), ADMIN_PASSWORD: password, LOG_LEVEL: 'warn',
        EDGE_ID: credentials.username, EDGE_SECRET: credentials.password, HUB_MQTT_URL: mqttUrl, HUB_URL: hubUrl,
      });
      await until('the edge is ready', async () => !started.isRunning() || (await fetch(`http://127.0.0.1:${port}/readyz`)).ok, 120_000);
      started.assertRunning();
      return (performance.now() - startedAt) / 1000;
    },
    async figure(name) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
    },
  };
}
