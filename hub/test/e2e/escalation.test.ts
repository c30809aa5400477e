import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import type { Alert, AlertWithTimeline } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { createCommunity, createDevice } from '../support/hub-client.js';
import { useHub } from '../support/use-hub.js';
import { waitFor } from '../support/wait-for.js';

const DEVICES = 12;
const ACK_WITHIN_S = 4;
const KILLS = 6;

describe('escalation of a hub that is killed now and then', () => {
  const running = useHub();

  const alerts = async (): Promise<Alert[]> => (await running.admin.get<{ data: Alert[] }>('/alerts?severity=major')).data;

  it('moves each alert once to each tier, not before its time, and within 10 s of a start what came due meanwhile', async () => {
    const { hub, admin } = running;
    const { subdistrict, community } = await createCommunity(admin);
    await admin.put(`/areas/${subdistrict}/escalation`, { major: { ackWithinS: ACK_WITHIN_S } });
    for (let index = 0; index < DEVICES; index += 1) {
      const { device, credentials } = await createDevice(admin, { id: `bin-${index}`, name: `桶 ${index}`, kind: 'waste_bin', area: community });
      const client = await connectAsync({ host: '127.0.0.1', port: hub.mqttPort, ...credentials });
      await client.publishAsync(`liandong/v1/${subdistrict}/${community}/${device.id}/telemetry`, JSON.stringify({ values: { fill_level: 96 } }), { qos: 1 });
      await client.endAsync();
    }
    const raised = await waitFor('all are raised', async () => {
      const found = await alerts();
      return found.length === DEVICES ? found : undefined;
    });
    // Down until the last is due.
    await hub.kill('SIGKILL');
    await delay(Math.max(0, ...raised.map(({ clock }) => clock?.dueAt ?? 0)) - Date.now() + 50);
    await hub.start();
    const startedAt = Date.now();
    await waitFor('all have left the community', async () => (await alerts()).every(({ tier }) => tier !== 'community'));
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(randomInt(0, 1_200));
      await hub.kill('SIGKILL');
      await hub.start();
    }
    const moved = await waitFor('all have come to the city', async () => {
      const found = await alerts();
      return found.every(({ tier }) => tier === 'city') ? found : undefined;
    }, { timeoutMs: 20_000 });
    for (const { id } of moved) {
      const { timeline, clock } = await admin.get<AlertWithTimeline>(`/alerts/${id}`);
      expect(timeline.map(({ change, tier }) => [change, tier])).toEqual([['raised', undefined], ['escalated', 'subdistrict'], ['escalated', 'city']]);
      const [from = 0, first = 0, second = 0] = timeline.map(({ at }) => at);
      expect(Math.min(first - from, second - first)).toBeGreaterThanOrEqual(ACK_WITHIN_S * 1000);
      expect([clock?.dueAt, clock?.policyArea, clock?.policyVersion]).toEqual([undefined, subdistrict, 1]);
    }
    const metrics = await (await fetch(`${hub.url}/metrics`)).text();
    expect(metrics).toMatch(/^liandong_escalations_total\{tier="city"\} \d+$/m);
  }, 120_000);
});
