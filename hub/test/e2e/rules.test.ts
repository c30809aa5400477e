import type { Alert, AlertWithTimeline, Rule, RulePreview } from '@liandong/protocols';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommunity, createDevice, type HubClient } from '../support/hub-client.js';
import { startHub, type HubProcess } from '../support/hub-process.js';
import { waitFor } from '../support/wait-for.js';

const NEAR: Rule = {
  id: 'xinghu-fill', family: 'default-bin-fill', scope: { areas: ['xinghu'] }, kinds: ['waste_bin'], enabled: true, onDelayS: 0, offDelayS: 0, name: { zh: '星湖满溢', en: 'Xinghu' }, message: { zh: '{device} {value}', en: '{device} {value}' },
  type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 60, severity: 'minor' }], clearAt: 50,
};

let hub: HubProcess;
let admin: HubClient;
let bin: MqttClient;
let topic: string;
beforeAll(async () => {
  hub = await startHub();
  admin = await hub.signIn();
  const { subdistrict, community } = await createCommunity(admin);
  const { credentials } = await createDevice(admin, { id: 'bin-1', name: '桶', kind: 'waste_bin', area: community });
  topic = `liandong/v1/${subdistrict}/${community}/bin-1/telemetry`;
  bin = await connectAsync({ host: '127.0.0.1', port: hub.mqttPort, ...credentials });
});
afterAll(async () => {
  await bin?.endAsync(true);
  await hub?.dispose();
});

const report = (fill: number) => bin.publishAsync(topic, JSON.stringify({ values: { fill_level: fill } }), { qos: 1 });
const active = async (): Promise<Alert[]> => (await admin.get<{ data: Alert[] }>('/alerts?active=true')).data;
const stands = (ruleId: string, more: Partial<Alert> = {}) => waitFor(`${ruleId} stands`, async () => (await active()).find((alert) => alert.ruleId === ruleId && Object.entries(more).every(([key, value]) => alert[key as keyof Alert] === value)));

describe('rules of a running hub', () => {
  it('are those of a new hub at first: 96 is major, 10 clears it', async () => {
    await report(96);
    const { id, severity, ruleVersion } = await stands('default-bin-fill');
    expect([severity, ruleVersion]).toEqual(['major', 1]);
    await report(10);
    await waitFor('it has cleared', async () => (await admin.get<Alert>(`/alerts/${id}`)).active ? undefined : true);
  });

  it('change without a restart: a nearer one takes over at once, is edited and deleted, and what it leaves behind clears with a note', async () => {
    await report(85);
    const { id: wide } = await stands('default-bin-fill');
    expect(await admin.post<RulePreview>('/rules/preview', { rule: NEAR })).toMatchObject({ devices: 1, of: 1, matchesEverything: true, overrides: [{ id: 'default-bin-fill', devices: 1 }] });
    await admin.post('/rules', NEAR);
    const { timeline, active: isActive } = await admin.get<AlertWithTimeline>(`/alerts/${wide}`);
    expect([isActive, timeline.at(-1)]).toMatchObject([false, { change: 'cleared', note: 'rule xinghu-fill applies instead' }]);
    await report(86);
    const { id: near } = await stands('xinghu-fill', { severity: 'minor' });
    await admin.put('/rules/xinghu-fill', { ...NEAR, version: 1, bands: [{ limit: 60, severity: 'critical' }] });
    await report(87);
    await stands('xinghu-fill', { id: near, severity: 'critical', ruleVersion: 2 });
    await hub.kill('SIGKILL');
    await hub.start();
    expect((await active()).map(({ id }) => id)).toEqual([near]);
    await admin.delete('/rules/xinghu-fill');
    expect(await active()).toEqual([]);
  });
});
