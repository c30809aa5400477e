import type { TelemetryDelta } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLiveHub, subscribe, until, type Client, type LiveHub } from './live-hub.js';

let hub: LiveHub;
beforeEach(async () => { hub = await startLiveHub(); });
afterEach(async () => { await hub.stop(); });

function collect(client: Client): TelemetryDelta[] {
  const packets: TelemetryDelta[] = [];
  client.on('telemetry', (delta) => { packets.push(delta); });
  return packets;
}

describe('telemetry feed', () => {
  it('sends at most four packets in any second, the last with the newest value', async () => {
    hub.addDevice('bin-1', 'elm');
    const clients = [hub.connect(), hub.connect(), hub.connect({ auth: { token: 'east' }, transports: ['polling'] })];
    const packets = clients.map(collect);
    await Promise.all(clients.map((client) => subscribe(client)));
    let value = 0;
    while (packets.some(({ length }) => length < 8)) {
      await hub.report('bin-1', { temperature: value += 0.01 });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until(() => packets.every((received) => received.at(-1)?.devices['bin-1']?.temperature === value));
    for (const received of packets) {
      // By the hub's own time: how long the way here takes is the machine's.
      for (const [i, { ts }] of received.entries()) expect((received[i + 4]?.ts ?? Infinity) - ts).toBeGreaterThanOrEqual(1_000);
    }
  });

  it('begins with the latest values of everything in scope, also of devices that keep quiet', async () => {
    for (const [id, area] of [['bin-1', 'elm'], ['bin-2', 'elm-1'], ['bin-3', 'fir']] as const) {
      hub.addDevice(id, area);
      await hub.report(id, { fill_level: 10, lid_open: false }, 5);
    }
    const client = hub.connect();
    const packets = collect(client);
    await subscribe(client, { areas: ['elm'] });
    await until(() => packets.length > 0);
    expect(packets[0]?.devices).toEqual({ 'bin-1': { fill_level: 10, lid_open: false }, 'bin-2': { fill_level: 10, lid_open: false } });
  });

  it('sends only devices in scope, by area or by id, and only the metrics that changed', async () => {
    for (const [id, area] of [['bin-1', 'elm'], ['bin-2', 'oak'], ['bin-3', 'fir']] as const) hub.addDevice(id, area);
    const [byArea, byId, east] = [hub.connect(), hub.connect(), hub.connect('east')];
    const packets = [byArea, byId, east].map(collect);
    await Promise.all([subscribe(byArea, { areas: ['elm'] }), subscribe(byId, { areas: ['elm'], devices: ['bin-3'] }), subscribe(east)]);
    for (const id of ['bin-1', 'bin-2', 'bin-3']) await hub.report(id, { fill_level: 1, battery: 2 }, 1);
    await until(() => packets.every((received) => received.length === 1));
    await hub.report('bin-1', { fill_level: 3 }, 2);
    await until(() => packets.every((received) => received.length === 2));
    const seen = packets.map((received) => received.map(({ devices }) => Object.keys(devices).sort()));
    expect(seen).toEqual([[['bin-1'], ['bin-1']], [['bin-1', 'bin-3'], ['bin-1']], [['bin-1', 'bin-2'], ['bin-1']]]);
    expect(packets[0]?.[1]?.devices).toEqual({ 'bin-1': { fill_level: 3 } });
  });

  it('brings 5,000 devices to a new screen in packets of at most 2,000', async () => {
    for (let i = 0; i < 5_000; i += 1) {
      hub.addDevice(`bin-${i}`, 'elm');
      await hub.report(`bin-${i}`, { fill_level: i % 100 });
    }
    const client = hub.connect();
    const packets = collect(client);
    await subscribe(client);
    const known = () => new Set(packets.flatMap(({ devices }) => Object.keys(devices)));
    await until(() => known().size === 5_000);
    expect(packets.map(({ devices }) => Object.keys(devices).length)).toEqual([2_000, 2_000, 1_000]);
  });

  it('passes over a screen that does not read, and brings it up to date when it does', async () => {
    hub.addDevice('bin-1', 'elm');
    const [slow, quick] = [hub.connect({ auth: { token: 'admin' }, transports: ['polling'] }), hub.connect()];
    const [slowPackets, quickPackets] = [collect(slow), collect(quick)];
    await Promise.all([subscribe(slow), subscribe(quick)]);
    const transport = slow.io.engine.transport as unknown as { _poll(): void }; // a client that asks for nothing more can't be sent anything
    const poll = transport._poll.bind(transport);
    let isAsking = false;
    transport._poll = () => { isAsking = true; };
    await hub.report('bin-1', { fill_level: 0 });
    await until(() => isAsking && quickPackets.length > 0);
    for (let i = 1; i <= 4; i += 1) {
      await hub.report('bin-1', { fill_level: i });
      await until(() => quickPackets.at(-1)?.devices['bin-1']?.fill_level === i);
    }
    const before = slowPackets.length;
    transport._poll = poll;
    poll();
    await until(() => slowPackets.at(-1)?.devices['bin-1']?.fill_level === 4);
    expect(slowPackets.length).toBe(before + 1);
  });

  it('forgets a removed device and does not take up records of it that come late', async () => {
    hub.addDevice('bin-1', 'elm');
    await hub.report('bin-1', { fill_level: 1 });
    hub.removeDevice('bin-1');
    await hub.report('bin-1', { fill_level: 2 });
    expect([hub.latest.size, hub.latest.hasDirty]).toEqual([0, false]);
  });
});
