import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandOutcome, SimCommand } from '../../src/fleet/message.js';
import { createPlan } from '../../src/fleet/plan.js';
import { createRoster } from '../../src/fleet/roster.js';
import { createLimiter } from '../../src/run/limiter.js';
import { createScheduler, type Scheduler } from '../../src/run/scheduler.js';
import { readCommand } from '../../src/transport/command.js';
import { DeviceLink } from '../../src/transport/device-link.js';
import { createTraffic } from '../../src/transport/traffic.js';
import { startBroker, type TestBroker } from '../support/broker.js';
import { eventually } from '../support/eventually.js';

describe('a device that is sent a command', () => {
  let broker: TestBroker;
  let hub: MqttClient;
  let scheduler: Scheduler;
  let link: DeviceLink;
  let done: SimCommand[];
  let outcome: CommandOutcome | undefined;
  beforeEach(async () => {
    broker = await startBroker({ secrets: new Map([['d1', 's1'], ['hub', 'h']]) });
    scheduler = createScheduler(Date.now);
    done = [];
    outcome = { ok: true };
    link = new DeviceLink({
      brokerUrl: broker.url, secret: 's1', scheduler, traffic: createTraffic(1), device: { id: 'd1', subdistrict: 'fuan', community: 'beiguan' }, handshakes: createLimiter(1), random: () => 0,
      onRefused: () => undefined,
      onCommand: (command) => {
        done.push(command);
        return outcome;
      },
    });
    hub = await mqtt.connectAsync(broker.url, { username: 'hub', password: 'h' });
    link.start();
    await eventually('the device is online', () => link.isOnline);
  });
  afterEach(async () => {
    await hub.endAsync(true);
    await link.stop({ force: true });
    scheduler.stop();
    await broker.close();
  });
  const tell = (body: object) => hub.publishAsync('liandong/v1/fuan/beiguan/d1/command', JSON.stringify(body), { qos: 1 });
  const replies = (): unknown[] => broker.heard.filter(({ topic }) => topic === 'liandong/v1/fuan/beiguan/d1/reply').map(({ payload }) => JSON.parse(payload) as unknown);
  /** Its subscription may still be on the way when it counts as online: tells again until it has heard. The same id is only done once. */
  const tellUntilHeard = async (body: object): Promise<void> => {
    const timer = setInterval(() => void tell(body), 50);
    await eventually('the device has answered', () => replies().length > 0);
    clearInterval(timer);
  };

  it('does it and replies, and does it once however often it is delivered', async () => {
    await tellUntilHeard({ id: 'c1', type: 'set_interval', data: { seconds: 5 } });
    await tell({ id: 'c1', type: 'set_interval', data: { seconds: 5 } });
    await tell({ id: 'c2', type: 'report_now' });
    await eventually('the second is answered', () => replies().some((reply) => (reply as { id: string }).id === 'c2'));
    expect(replies()[0]).toEqual({ id: 'c1', ok: true });
    expect(done).toEqual([{ type: 'set_interval', seconds: 5 }, { type: 'report_now' }]);
  });

  it('says why it can not, and keeps silent when it is a device that is', async () => {
    await tellUntilHeard({ id: 'c1', type: 'dance' });
    expect(replies()[0]).toEqual({ id: 'c1', ok: false, error: 'unknown command' });
    outcome = undefined;
    await tell({ id: 'c2', type: 'report_now' });
    await eventually('it was asked', () => done.length === 1);
    expect(replies().some((reply) => (reply as { id: string }).id === 'c2')).toBe(false);
  });
});

describe('readCommand', () => {
  it.each<[string, unknown]>([
    ['{"id":"a","type":"open_gate","expiresAt":1000}', { id: 'a', command: { type: 'open_gate' } }],
    ['{"id":"a","type":"open_gate","expiresAt":999}', { id: 'a', command: { ok: false, error: 'expired' } }],
    ['{"id":"a","type":"set_interval","data":{"seconds":"5"}}', { id: 'a', command: { ok: false, error: 'bad seconds' } }],
    ['{"type":"open_gate"}', undefined], ['[]', undefined], ['{', undefined],
  ])('reads %s', (payload, expected) => expect(readCommand(payload, 1000)).toEqual(expected));
});

describe('the plan under commands', () => {
  const START = Date.parse('2026-11-23T07:30:00+08:00');
  const roster = createRoster({ size: 20 });
  const idOf = (kind: string): string => roster.find((device) => device.kind === kind)?.id ?? '';
  const create = () => createPlan({ roster, seed: 1, startMs: START, speed: 1, isCalm: true, isPaced: false });
  const said = (messages: { device: string; kind: string; dueMs: number; payload: string }[], device: string) => messages.filter((message) => message.device === device);

  it('report_now is a report at once, besides the usual ones', () => {
    const plan = create();
    plan.takeDue(START + 1000);
    expect(plan.obey(idOf('waste_bin'), { type: 'report_now' }, START + 1001)).toEqual({ ok: true });
    expect(said(plan.takeDue(START + 1001), idOf('waste_bin'))).toMatchObject([{ kind: 'telemetry', dueMs: START + 1001 }]);
  });

  it('set_interval changes the pace from now on', () => {
    const plan = create();
    plan.takeDue(START + 10_000);
    expect(plan.obey(idOf('env_sensor'), { type: 'set_interval', seconds: 20 }, START + 10_000)).toEqual({ ok: true });
    expect(said(plan.takeDue(START + 70_000), idOf('env_sensor')).map(({ dueMs }) => dueMs - START)).toEqual([30_000, 50_000, 70_000]);
  });

  it('open_gate lets somebody in from afar at a gate, and at nothing else', () => {
    const plan = create();
    plan.takeDue(START);
    expect(plan.obey(idOf('access_gate'), { type: 'open_gate' }, START + 1)).toEqual({ ok: true });
    const events = said(plan.takeDue(START + 1), idOf('access_gate')).filter(({ kind }) => kind === 'event').map(({ payload }) => JSON.parse(payload) as { type: string; data: unknown });
    expect(events.map(({ type, data }) => [type, data])).toEqual([['granted', { method: 'remote' }], ['door_opened', {}]]);
    expect(plan.obey(idOf('waste_bin'), { type: 'open_gate' }, START + 1)).toEqual({ ok: false, error: 'not a gate' });
    expect(plan.obey('nobody', { type: 'report_now' }, START + 1)).toBeUndefined();
  });
});
