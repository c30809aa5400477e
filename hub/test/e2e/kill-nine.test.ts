import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Telemetry } from '@liandong/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommunity, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { waitFor } from '../support/wait-for.js';

const DEVICES = 10;
const KILLS = 20;
const PER_ROUND = 50;

/** A device that sends each reading until it is acknowledged, as firmware with a small flash does. */
interface Publisher { readonly id: string; readonly topic: string; readonly client: MqttClient; readonly acknowledged: Set<number> }

let hub: HubProcess;
let admin: HubClient;
let publishers: Publisher[];

beforeAll(async () => {
  hub = await startHub();
  admin = await hub.signIn();
  const { subdistrict, community } = await createCommunity(admin);
  publishers = await Promise.all(Array.from({ length: DEVICES }, async (_, i): Promise<Publisher> => {
    const { device, credentials } = await createDevice(admin, { id: `env-${i}`, name: `传感器 ${i}`, kind: 'env_sensor', area: community });
    const client = await connectAsync({ host: '127.0.0.1', port: hub.mqttPort, ...credentials, clientId: 'sensor', clean: false, reconnectPeriod: 50, connectTimeout: 2000 });
    client.on('error', () => undefined); // a killed hub refuses connections; the client tries again
    return { id: device.id, topic: `liandong/v1/${subdistrict}/${community}/${device.id}/telemetry`, client, acknowledged: new Set() };
  }));
});

afterAll(async () => {
  for (const { client } of publishers ?? []) await client.endAsync(true);
  await hub?.dispose();
});

async function publishRound({ client, topic, acknowledged }: Publisher, times: readonly number[]): Promise<void> {
  await Promise.all(times.map(async (ts) => {
    await client.publishAsync(topic, JSON.stringify({ ts, values: { temperature: 20 + (ts % 100) / 10, noise: 40 } }), { qos: 1 });
    acknowledged.add(ts);
  }));
}

async function storedTimes(device: string, from: number, to: number): Promise<number[]> {
  const times: number[] = [];
  for (let cursor = ''; ;) {
    const page = await admin.get<Telemetry>(`/devices/${device}/telemetry?metric=temperature&raw=1&limit=10000&from=${from}&to=${to}${cursor}`);
    times.push(...page.points.map(([ts]) => ts));
    if (page.next === undefined) return times;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

describe('kill -9 of the hub', () => {
  it(`at ${KILLS} random moments while ${DEVICES * KILLS * PER_ROUND} QoS 1 messages arrive leaves every acknowledged message in the store exactly once`, async () => {
    const start = Date.now() - 3_600_000;
    for (let round = 0; round < KILLS; round += 1) {
      const times = Array.from({ length: PER_ROUND }, (_, i) => start + round * PER_ROUND + i);
      const publishing = Promise.all(publishers.map((publisher) => publishRound(publisher, times)));
      await delay(randomInt(0, 40));
      await hub.kill('SIGKILL');
      await hub.start();
      await publishing;
    }
    const end = start + KILLS * PER_ROUND;
    for (const { id, acknowledged } of publishers) {
      expect(acknowledged.size).toBe(KILLS * PER_ROUND);
      const stored = await waitFor(`${id} is stored`, async () => {
        const times = await storedTimes(id, start, end);
        return times.length >= acknowledged.size ? times : undefined;
      }, { timeoutMs: 20_000 });
      expect(stored).toEqual([...acknowledged].sort((a, b) => a - b));
    }
  }, 240_000);
});
