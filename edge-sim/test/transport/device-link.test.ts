import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/run/limiter.js';
import { createScheduler, type Scheduler } from '../../src/run/scheduler.js';
import { DeviceLink } from '../../src/transport/device-link.js';
import { createTraffic, type Traffic } from '../../src/transport/traffic.js';
import { startBroker, type Heard, type TestBroker } from '../support/broker.js';
import { eventually } from '../support/eventually.js';

let broker: TestBroker;
let scheduler: Scheduler;
let traffic: Traffic;
let link: DeviceLink;
let refused: string[];
let acks: (heard: Heard) => boolean;
const secrets = new Map([['d1', 's1']]);

const linkTo = (brokerUrl: string, secret = 's1'): DeviceLink => new DeviceLink({
  brokerUrl, secret, scheduler, traffic, device: { id: 'd1', subdistrict: 'fuan', community: 'beiguan' }, handshakes: createLimiter(1), random: () => 0, onRefused: (id) => refused.push(id),
});
const heard = (kind: string): Heard[] => broker.heard.filter(({ topic }) => topic === `liandong/v1/fuan/beiguan/d1/${kind}`);
const message = (kind: 'telemetry' | 'event', payload: string) => ({ dueMs: 0, device: 'd1', kind, payload });

beforeEach(async () => {
  acks = () => true;
  refused = [];
  broker = await startBroker({ secrets, acks: (one) => acks(one) });
  scheduler = createScheduler(Date.now);
  traffic = createTraffic(1);
  link = linkTo(broker.url);
});
afterEach(async () => {
  await link.stop({ force: true });
  scheduler.stop();
  await broker.close();
});
const online = async (): Promise<void> => {
  link.start();
  await eventually('the device is online', () => link.isOnline);
};

describe('a device link', () => {
  it('signs in as the device, says that it is online, and publishes under its own topics', async () => {
    await online();
    link.send(message('telemetry', '{"values":{"battery":1}}'));
    link.send(message('event', '{"id":"1","type":"granted"}'));
    await eventually('both are acknowledged', () => traffic.acked === 2);
    expect(heard('status')).toEqual([expect.objectContaining({ payload: '{"online":true}', retain: true, client: 'd1' })]);
    expect(heard('telemetry').map(({ payload }) => payload)).toEqual(['{"values":{"battery":1}}']);
    expect(heard('event')).toHaveLength(1);
    expect(traffic).toMatchObject({ connected: 1, sent: 2, acked: 2, dropped: 0, errors: 0 });
  });

  it('says goodbye when it is stopped, and the broker does not send its will', async () => {
    await online();
    await Promise.all([link.stop(), link.stop()]);
    expect(heard('status').at(-1)).toMatchObject({ payload: '{"online":false,"reason":"stopped"}', retain: true });
    await eventually('the broker has no client left', () => broker.clients() === 0);
    expect(heard('status').some(({ payload }) => payload.includes('connection lost'))).toBe(false);
    expect(traffic.connected).toBe(0);
  });

  it('leaves a retained will for when the connection is lost', async () => {
    await online();
    broker.cut();
    await eventually('the will is published', () => heard('status').some(({ payload, retain }) => retain && payload === '{"online":false,"reason":"connection lost"}'));
  });

  it('comes back after a loss, with the events of the meantime but not the telemetry', async () => {
    await online();
    const { port } = broker;
    await broker.close();
    await eventually('the loss is noticed', () => !link.isOnline);
    link.send(message('telemetry', '{"values":{"battery":1}}'));
    link.send(message('event', '{"id":"a","type":"granted"}'));
    link.send(message('event', '{"id":"b","type":"denied"}'));
    broker = await startBroker({ secrets, port });
    await eventually('both events have arrived', () => heard('event').length === 2);
    expect(heard('event').map(({ payload }) => (JSON.parse(payload) as { id: string }).id)).toEqual(['a', 'b']);
    expect(heard('status')[0]?.payload).toBe('{"online":true}');
    expect(heard('telemetry')).toHaveLength(0);
    expect(traffic.dropped).toBe(1);
    await eventually('they are acknowledged', () => traffic.acked === 2);
  });

  it('is cut off without a word by a forced stop, so that the broker sends its will, and can be started again', async () => {
    await online();
    await link.stop({ force: true });
    await eventually('the will is published', () => heard('status').some(({ payload }) => payload.includes('connection lost')));
    expect(link.isOnline).toBe(false);
    await online();
    expect(heard('status').at(-1)?.payload).toBe('{"online":true}');
  });

  it('publishes on the topic that is given for another device', async () => {
    await online();
    link.send({ ...message('telemetry', '{}'), topic: 'application/1/device/0011/event/up' });
    await eventually('it is acknowledged', () => traffic.acked === 1);
    expect(broker.heard.at(-1)?.topic).toBe('application/1/device/0011/event/up');
  });

  it('sends an event again, with the same id, when the broker has not acknowledged it', async () => {
    acks = ({ topic }) => !topic.endsWith('/event') || heard('event').length > 1;
    await online();
    link.send(message('event', '{"id":"a","type":"granted"}'));
    await eventually('it is acknowledged in the end', () => traffic.acked === 1);
    expect(new Set(heard('event').map(({ payload }) => payload))).toEqual(new Set(['{"id":"a","type":"granted"}']));
    expect(heard('event').length).toBeGreaterThan(1);
  });

  it('keeps no more than two hundred events, the latest ones', async () => {
    for (let i = 0; i < 250; i += 1) link.send(message('event', JSON.stringify({ id: String(i), type: 'granted' })));
    expect(traffic.dropped).toBe(50);
    await online();
    await eventually('all that was kept has arrived', () => traffic.acked === 200);
    expect(heard('event')[0]?.payload).toContain('"50"');
  });

  it('says that the secret is wrong when the broker refuses it, and keeps trying', async () => {
    link = linkTo(broker.url, 'wrong');
    link.start();
    await eventually('it has tried twice', () => traffic.errors >= 2);
    expect(traffic.lastError).toContain("secret is not the hub's");
    expect(refused).toContain('d1');
    expect(link.isOnline).toBe(false);
  });

  it('stops while nobody answers at the address', async () => {
    link = linkTo('mqtt://127.0.0.1:9');
    link.start();
    await eventually('it has failed', () => traffic.errors > 0);
    await link.stop();
    expect(traffic.lastError).toContain('ECONNREFUSED');
  });
});
