import { randomBytes } from 'node:crypto';
import { connectAsync, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { ROLES, type Command, type DeviceWithTwin, type JournalRecord, type Problem, type ReplyRecord } from '@liandong/protocols';
import { EmbeddedBroker } from '../../src/broker/embedded-broker.js';
import type { CommandPublisher } from '../../src/commands/command-publisher.js';
import { createCommandReader } from '../../src/commands/command-reader.js';
import { ANSWER_MS, createCommandService, type CommandService } from '../../src/commands/command-service.js';
import { createCommandTimeouts, type CommandTimeouts } from '../../src/commands/command-timeouts.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import type { JournalHandler, JournalWriter } from '../../src/journal/types.js';
import { openFilledRegistry, openHub, type TestHub } from '../http/test-hub.js';
import { ROOT, type Registry } from '../devices/registry.js';
import { describeOnDatabases } from '../support/databases.js';

interface Sent { topic: string; payload: { id: string; type: string; data?: unknown; expiresAt: number } }
/** Of a test that asks the application; to build one takes longer than all else. */
let opened: Promise<TestHub> | undefined;
let registry: Registry;
let commands: CommandService;
let timeouts: CommandTimeouts;
let reader: JournalHandler;
let sent: Sent[];
let publisher: CommandPublisher;

function wire(): CommandService {
  const { db, clock, directory, changes, devices, errors } = registry;
  timeouts = createCommandTimeouts({ db, clock, onError: (error) => errors.push(error) });
  reader = createCommandReader({ db, clock, directory, changes });
  return createCommandService({ db, clock, devices, directory, timeouts, publisher: { publishCommand: (topic, payload) => publisher.publishCommand(topic, payload) } });
}

const hub = (): Promise<TestHub> => opened ??= openHub({ registry, more: () => ({ commands }) });
async function open(): Promise<void> {
  registry = await openFilledRegistry();
  commands = wire();
  await registry.devices.create(ROOT, { id: 'gate-1', name: '北门', kind: 'access_gate', area: 'east-grid' });
}
async function close(): Promise<void> {
  expect(registry.errors).toEqual([]);
  await timeouts.stop();
  await (opened === undefined ? registry.destroy() : (await opened).close());
  opened = undefined;
}
beforeEach(() => {
  sent = [];
  publisher = { publishCommand: async (topic, payload) => { sent.push({ topic, payload: JSON.parse(payload) as Sent['payload'] }); } };
});

const reply = async (id: string, more: Partial<ReplyRecord> = {}): Promise<void> => {
  const records: JournalRecord[] = [{ type: 'reply', device: 'bin-1', id, ok: true, at: registry.clock.at, ...more }];
  await reader.handle({ first: 1, last: 1, records });
};
const state = async (device = 'bin-1'): Promise<Command | undefined> => (await commands.list(ROOT, device, {})).data[0];
const twin = async (id: string) => registry.db.selectFrom('device').select(['desired', 'reported']).where('id', '=', id).executeTakeFirstOrThrow();
const audited = async () => (await registry.audit.page({ limit: 20 })).data.map(({ by, action, target }) => `${by} ${action} ${target}`);

describeOnDatabases('a command', () => {
  beforeEach(open);
  afterEach(close);

  it('goes to the device\'s own topic, is settled by its reply, and is audited from both sides', async () => {
    const answer = await (await hub()).app.inject({ method: 'POST', url: '/api/v1/devices/bin-1/commands', payload: { type: 'report_now' }, headers: await (await hub()).as('operator') });
    expect(answer.statusCode).toBe(202);
    const { command } = answer.json<{ command: Command }>();
    expect(command).toMatchObject({ device: 'bin-1', type: 'report_now', by: 'token:operator-all', state: 'pending' });
    expect(sent).toEqual([{ topic: 'liandong/v1/east/east-garden/bin-1/command', payload: { id: command.id, type: 'report_now', expiresAt: registry.clock.at + ANSWER_MS } }]);
    registry.clock.at += 100;
    await reply(command.id);
    const list = await (await hub()).app.inject({ url: '/api/v1/devices/bin-1/commands', headers: await (await hub()).as('property') });
    expect(list.json<{ data: Command[] }>().data).toEqual([{ ...command, state: 'done', answeredAt: registry.clock.at }]);
    expect(await audited()).toEqual(expect.arrayContaining(['token:operator-all command.sent bin-1', 'bin-1 command.done bin-1']));
  });

  it('is settled once: a second reply, and one of another device, change nothing', async () => {
    const { id } = await commands.send(ROOT, 'bin-1', { type: 'report_now' });
    await reply(id, { device: 'gate-1' });
    expect((await state())?.state).toBe('pending');
    await reply(id, { ok: false, error: 'busy' });
    const settled = await state();
    expect(settled).toMatchObject({ state: 'failed', error: 'busy' });
    await reply(id);
    await reply('no-such-command');
    expect(await state()).toEqual(settled);
    expect((await audited()).filter((row) => row.includes('command.failed'))).toHaveLength(1);
  });

  it('times out after thirty seconds, and a later reply comes too late', async () => {
    const { id } = await commands.send(ROOT, 'bin-1', { type: 'report_now' });
    registry.clock.at += ANSWER_MS;
    await timeouts.tick();
    expect((await state())?.state).toBe('pending');
    registry.clock.at += 1;
    await timeouts.tick();
    expect((await state())?.state).toBe('timed_out');
    await reply(id);
    expect((await state())?.state).toBe('timed_out');
    expect(await audited()).toContain('hub command.timed-out bin-1');
  });

  it('counts a reply that came in time, though the reader got to it after the time-out', async () => {
    const { id, at } = await commands.send(ROOT, 'bin-1', { type: 'report_now' });
    registry.clock.at += ANSWER_MS + 1;
    await timeouts.tick();
    await reply(id, { at: at + 5 });
    expect(await state()).toMatchObject({ state: 'done', answeredAt: at + 5 });
  });

  it('times out after a restart too, by the clock that ticks every second', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await commands.send(ROOT, 'bin-1', { type: 'report_now' });
      registry.clock.at += ANSWER_MS + 1;
      const { db, clock, errors } = registry;
      timeouts = createCommandTimeouts({ db, clock, onError: (error) => errors.push(error) });
      await timeouts.start();
      await timeouts.start();
      vi.advanceTimersByTime(1000);
      await timeouts.stop();
      expect((await state())?.state).toBe('timed_out');
    } finally {
      vi.useRealTimers();
    }
  });

  it('fails at once when no broker takes it', async () => {
    publisher = { publishCommand: () => Promise.reject(new Error('not connected')) };
    expect(await commands.send(ROOT, 'bin-1', { type: 'report_now' })).toMatchObject({ state: 'failed', error: 'not sent: not connected' });
    expect((await state())?.state).toBe('failed');
  });

  it('shows the twin with the device, and with that answer only', async () => {
    const headers = await (await hub()).as('grid_worker');
    const answered = async (url: string) => (await (await hub()).app.inject({ url: `/api/v1${url}`, headers })).json<DeviceWithTwin & { data: DeviceWithTwin[] }>();
    expect(await answered('/devices/bin-1')).not.toHaveProperty('twin');
    const { id } = await commands.send(ROOT, 'bin-1', { type: 'set_interval', data: { seconds: 300 } });
    expect((await answered('/devices/bin-1')).twin).toEqual({ desired: { reportingIntervalS: 300 } });
    await reply(id);
    await commands.send(ROOT, 'bin-1', { type: 'set_interval', data: { seconds: 600 } });
    expect((await answered('/devices/bin-1')).twin).toEqual({ desired: { reportingIntervalS: 600 }, reported: { reportingIntervalS: 300 } });
    for (const device of (await answered('/devices')).data) expect(device).not.toHaveProperty('twin');
  });

  it('moves the twin: set_interval is desired when sent, reported and in force when the device says so', async () => {
    const { id } = await commands.send(ROOT, 'bin-1', { type: 'set_interval', data: { seconds: 300 } });
    expect(sent[0]?.payload.data).toEqual({ seconds: 300 });
    expect(await twin('bin-1')).toEqual({ desired: '{"reportingIntervalS":300}', reported: null });
    await reply(id);
    expect(await twin('bin-1')).toEqual({ desired: '{"reportingIntervalS":300}', reported: '{"reportingIntervalS":300}' });
    expect(registry.directory.get('bin-1')?.device.reportingIntervalS).toBe(300);
    expect(registry.published.at(-1)).toMatchObject({ kind: 'device', device: { id: 'bin-1', reportingIntervalS: 300 } });
  });

  it('leaves the twin alone when the device refuses', async () => {
    const { id } = await commands.send(ROOT, 'bin-1', { type: 'set_interval', data: { seconds: 300 } });
    await reply(id, { ok: false });
    expect((await twin('bin-1')).reported).toBeNull();
    expect(registry.directory.get('bin-1')?.device.reportingIntervalS).toBe(60);
  });

  it('is not for devices of other formats, nor for retired ones', async () => {
    await registry.devices.create(ROOT, { id: 'plug', name: 'x', kind: 'env_sensor', area: 'east-grid', codec: 'tasmota' });
    await registry.devices.patch(ROOT, 'bin-1', { status: 'retired' });
    for (const id of ['plug', 'bin-1']) await expect(commands.send(ROOT, id, { type: 'report_now' })).rejects.toMatchObject({ code: 'COMMAND_UNSUPPORTED' });
  });

  it('waits for an answer to twenty at most', async () => {
    for (let i = 0; i < 20; i += 1) await commands.send(ROOT, 'bin-1', { type: 'report_now' });
    await expect(commands.send(ROOT, 'bin-1', { type: 'report_now' })).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    registry.clock.at += ANSWER_MS + 1;
    await commands.send(ROOT, 'bin-1', { type: 'report_now' });
  });

  it('is listed newest first, a page at a time', async () => {
    for (let i = 0; i < 5; i += 1) {
      if (i > 1) registry.clock.at += 1;
      await commands.send(ROOT, 'bin-1', { type: 'report_now' });
    }
    const all = (await commands.list(ROOT, 'bin-1', {})).data;
    const first = await commands.list(ROOT, 'bin-1', { limit: 3 });
    const second = await commands.list(ROOT, 'bin-1', { limit: 3, cursor: first.next ?? '' });
    expect([...first.data, ...second.data]).toEqual(all);
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).sort((a, b) => b - a));
    expect(second.next).toBeUndefined();
    await expect(commands.list(ROOT, 'bin-1', { cursor: 'x' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});

describeOnDatabases('a command is refused', () => {
  let headers: { authorization: string };
  beforeAll(async () => {
    await open();
    headers = await (await hub()).as('admin');
  });
  afterAll(close);

  it.each<[string, object, number, string, string?]>([
    ['bin-1', { type: 'open_gate' }, 422, 'COMMAND_UNSUPPORTED'],
    ['bin-1', { type: 'explode' }, 400, 'VALIDATION_FAILED', '/type enum'],
    ['bin-1', { type: 'report_now', data: { seconds: 1 } }, 400, 'VALIDATION_FAILED', '/data'],
    ['bin-1', { type: 'set_interval' }, 400, 'VALIDATION_FAILED', '/data/seconds required'],
    ['bin-1', { type: 'set_interval', data: { seconds: 0 } }, 400, 'VALIDATION_FAILED', '/data/seconds minimum 1'],
    ['bin-1', { type: 'set_interval', data: { seconds: 86_401 } }, 400, 'VALIDATION_FAILED', '/data/seconds maximum 86400'],
    ['bin-1', { type: 'set_interval', data: { seconds: 60, more: 1 } }, 400, 'VALIDATION_FAILED', '/data'],
    ['bin-1', { type: 'set_interval', data: { seconds: '60' } }, 400, 'VALIDATION_FAILED', '/data/seconds type'],
    ['nobody', { type: 'report_now' }, 404, 'DEVICE_NOT_FOUND'],
  ])('for %s: %j', async (device, payload, status, code, fault) => {
    const answer = await (await hub()).app.inject({ method: 'POST', url: `/api/v1/devices/${device}/commands`, payload, headers });
    const { code: answered, errors, detailZh } = answer.json<Problem>();
    if (code === 'COMMAND_UNSUPPORTED') expect(detailZh).toBe('bin-1 不是门禁或道闸。');
    expect([answer.statusCode, answered, errors?.map(({ path, keyword, limit }) => [path, keyword, limit].filter((part) => part !== undefined).join(' ')), sent]).toEqual([status, code, fault === undefined ? undefined : [fault], []]);
  });
});

describeOnDatabases('who may send what', () => {
  beforeEach(open);
  afterEach(close);
  const may = { report_now: ['admin', 'operator', 'installer'], set_interval: ['admin', 'operator', 'installer'], open_gate: ['admin', 'operator'] };
  it.each(Object.entries(may))('%s', async (type, roles) => {
    const answers = await Promise.all(ROLES.map(async (role) => {
      const payload = { type, ...(type === 'set_interval' ? { data: { seconds: 60 } } : {}) };
      const { statusCode } = await (await hub()).app.inject({ method: 'POST', url: '/api/v1/devices/gate-1/commands', payload, headers: await (await hub()).as(role, 'east') });
      return [role, statusCode];
    }));
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(ROLES.map((role) => [role, roles.includes(role) ? 202 : 403])));
  });

  it('nobody to a device of another area', async () => {
    for (const request of [{ method: 'POST' as const, payload: { type: 'report_now' } }, { method: 'GET' as const }]) {
      expect((await (await hub()).app.inject({ ...request, url: '/api/v1/devices/gate-1/commands', headers: await (await hub()).as('admin', 'west') })).statusCode).toBe(404);
    }
  });
});

describeOnDatabases('a real device on the embedded broker', () => {
  let broker: EmbeddedBroker;
  let client: MqttClient | undefined;
  let ingest: Ingest;
  beforeEach(open);
  afterEach(close);
  beforeEach(async () => {
    const journal: JournalWriter = {
      isFull: false, onDrain: () => () => undefined,
      append: ({ records }, done) => { void reader.handle({ first: 1, last: records.length, records }).then(done); },
    };
    ingest = new Ingest({ directory: registry.directory, journal, clock: registry.clock, retentionMs: 86_400_000, pseudonyms: createPseudonyms({ key: randomBytes(32) }), refusals: registry.refusals });
    await ingest.start();
    broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0, directory: registry.directory, ingest, journal, logger: pino({ level: 'silent' }) });
    await broker.start();
    publisher = broker;
  });
  afterEach(async () => {
    await client?.endAsync(true);
    client = undefined;
    await broker.stop();
    await ingest.stop();
  });

  it('hears its commands and answers them', async () => {
    const { credentials } = await registry.devices.rotateCredentials(ROOT, 'gate-1');
    client = await connectAsync({ host: '127.0.0.1', port: broker.port, ...credentials, reconnectPeriod: 0 });
    const device = client;
    device.on('message', (topic, payload) => {
      const { id, type } = JSON.parse(payload.toString()) as { id: string; type: string };
      device.publish(topic.replace(/command$/, 'reply'), JSON.stringify(type === 'open_gate' ? { id, ok: true } : { id, ok: false, error: 'not now' }), { qos: 1 });
    });
    await device.subscribeAsync('liandong/v1/east/east-garden/gate-1/command', { qos: 1 });
    await commands.send(ROOT, 'gate-1', { type: 'open_gate' });
    await expect.poll(() => state('gate-1')).toMatchObject({ type: 'open_gate', state: 'done' });
    registry.clock.at += 1;
    await commands.send(ROOT, 'gate-1', { type: 'report_now' });
    await expect.poll(() => state('gate-1')).toMatchObject({ type: 'report_now', state: 'failed', error: 'not now' });
  });

  it('is sent to although it is away, and the command times out', async () => {
    await commands.send(ROOT, 'gate-1', { type: 'open_gate' });
    registry.clock.at += ANSWER_MS + 1;
    await timeouts.tick();
    expect((await state('gate-1'))?.state).toBe('timed_out');
  });
});
