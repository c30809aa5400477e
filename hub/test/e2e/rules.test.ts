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

  it('leave nothing standing that nothing could end: rewritten to be about something else, or its device gone', async () => {
    const shared = { family: 'own', enabled: true, onDelayS: 0, offDelayS: 0, name: { zh: '自定', en: 'Own' }, message: { zh: '{device}', en: '{device}' } };
    const tilted: Rule = { ...shared, id: 'own', kinds: ['waste_bin'], scope: { devices: ['bin-1', 'bin-2'] }, type: 'state', metric: 'tilted', equals: true, severity: 'minor' };
    await createDevice(admin, { id: 'bin-2', name: '桶二', kind: 'waste_bin', area: 'xinghu' });
    await admin.post('/rules', { ...NEAR, id: 'own', family: 'own', scope: { devices: ['bin-1', 'bin-2'] } });
    await report(65);
    const { id } = await stands('own');
    await admin.put('/rules/own', tilted);
    expect((await admin.get<AlertWithTimeline>(`/alerts/${id}`)).timeline.at(-1)).toMatchObject({ change: 'cleared', note: 'rule is about something else now' });
    await admin.delete('/devices/bin-2');
    const stored = await admin.get<Rule>('/rules/own');
    await expect(admin.put('/rules/own', { ...stored, onDelayS: 5 })).rejects.toThrow('bin-2');
    expect(await admin.put<Rule>('/rules/own', { ...stored, enabled: false })).toMatchObject({ enabled: false });
    const endless: Rule = { ...shared, id: 'endless', kinds: ['access_gate'], type: 'event', event: 'fault', count: 1, withinS: 1, clearOn: [], severity: 'critical' };
    await expect(admin.post('/rules', endless)).rejects.toThrow('never end');
  });
});
