import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeNative, parseNativeTopic, type UplinkKind } from '@liandong/protocols';
import { parseOptions, type Options } from '../src/options.js';
import { createSimulator, type Simulator } from '../src/simulator.js';
import { startBroker, type TestBroker } from './support/broker.js';
import { eventually } from './support/eventually.js';
import { startFakeHub, TOKEN, type FakeHub } from './support/fake-hub.js';

let hub: FakeHub;
let broker: TestBroker;
let simulator: Simulator;
let lines: string[];
let warnings: string[];
beforeEach(async () => {
  hub = await startFakeHub();
  broker = await startBroker({ secrets: hub.secrets });
  lines = [];
  warnings = [];
});
afterEach(async () => {
  await simulator.stop();
  await broker.close();
  await hub.close();
});

function create(argv: string[], { brokerUrl = broker.url, connectPatienceMs = 10_000, now = Date.now } = {}): Simulator {
  const parsed = parseOptions(['--hub', hub.url, '--mqtt', brokerUrl, ...argv], { LIANDONG_TOKEN: TOKEN });
  const options = (parsed as { options: Options }).options; // the command lines below are good ones
  simulator = createSimulator({ options, now, fetch, sleep: (delayMs) => sleep(delayMs), log: (line) => lines.push(line), warn: (line) => warnings.push(line), output: { isTty: false, write: (text) => lines.push(text) }, connectPatienceMs });
  return simulator;
}

describe('the simulator', () => {
  it('sets up, connects a client for each device and publishes at the rate asked for, nothing of it refusable', async () => {
    await create(['--devices', '30', '--rate', '100', '--duration', '1.5']).run();
    await simulator.stop();
    const said = broker.heard.map(({ topic, payload, client }) => ({ topic: parseNativeTopic(topic), payload, client }));
    for (const { topic, payload, client } of said) {
      expect(topic?.device).toBe(client);
      expect(topic?.community).toBe(hub.areas.get(hub.devices.get(client)?.area ?? '')?.parent);
      expect(decodeNative(topic?.kind as UplinkKind, Buffer.from(payload)).refusals).toEqual([]); // the sim speaks uplinks only
    }
    expect(new Set(said.map(({ client }) => client)).size).toBe(30);
    const messages = said.filter(({ topic }) => topic?.kind !== 'status').length;
    expect(messages).toBeGreaterThan(100);
    expect(messages).toBeLessThan(200);
    expect(simulator.traffic).toMatchObject({ devices: 30, connected: 0, errors: 0 });
    const goodbyes = broker.heard.filter(({ topic, payload }) => topic.endsWith('/status') && payload.includes('stopped'));
    expect(goodbyes).toHaveLength(30);
  });

  it('stops soon even when the broker has frozen', async () => {
    const running = create(['--devices', '20', '--rate', '50']).run();
    await eventually('messages flow', () => simulator.traffic.acked > 5);
    broker.freeze();
    const startedMs = Date.now();
    await simulator.stop();
    await running;
    expect(Date.now() - startedMs).toBeLessThan(7_000); // two seconds are for the goodbyes; a handshake would take ten
    expect(broker.heard.filter(({ payload }) => payload.includes('stopped'))).toEqual([]);
  });

  it('plays a scenario on top of the baseline', async () => {
    const began = Date.now();
    const now = (): number => began + (Date.now() - began) * 4; // it begins after five seconds, and takes as long to get there
    const running = create(['--devices', '10', '--rate', '25', '--scenario', 'bin-overflow'], { now }).run();
    await eventually('a bin is over 80 %', () => broker.heard.some(({ payload }) => Number(/"fill_level":(\d+)/.exec(payload)?.[1]) > 80), 15_000);
    await simulator.stop();
    await running;
  });

  it('can be stopped while it still waits for the hub', async () => {
    hub.readiness = 503;
    const running = create(['--devices', '5']).run();
    await eventually('it has asked', () => hub.calls.length > 0);
    await simulator.stop();
    hub.readiness = 200;
    await running;
    expect(broker.heard).toEqual([]);
  });

  it('says once that its devices are refused, however many are', async () => {
    const running = create(['--devices', '10', '--rate', '20']).run();
    await eventually('all are connected', () => simulator.traffic.connected === 10);
    for (const id of hub.secrets.keys()) hub.secrets.set(id, 'rotated by another run');
    broker.cut();
    await eventually('they are refused', () => simulator.traffic.errors > 10, 15_000);
    await simulator.stop();
    await running;
    expect(warnings).toEqual([expect.stringMatching(/broker refuses the secret of .*--rotate/)]);
  });

  it('says so when the token is refused', async () => {
    hub.faults.set('POST /api/v1/areas', { status: 401, times: 99 });
    await expect(create(['--devices', '5']).run()).rejects.toThrow(/refuses the token/);
  });

  it('gives up with a sentence when no device can reach the broker', async () => {
    await expect(create(['--devices', '3'], { brokerUrl: 'mqtt://127.0.0.1:9', connectPatienceMs: 2_000 }).run()).rejects.toThrow(/No device could connect to mqtt:\/\/127\.0\.0\.1:9 .*ECONNREFUSED.*--mqtt/);
  });
});
