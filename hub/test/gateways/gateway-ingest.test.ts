import { randomBytes } from 'node:crypto';
import { gatewayCodecs, type Device, type GatewayCodec, type GatewayDecoded, type JournalRecord, type RefusalReason } from '@liandong/protocols';
import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayIngest } from '../../src/gateways/gateway-ingest.js';
import { GatewayTable } from '../../src/gateways/gateway-table.js';
import type { DiscoveredNote, Downlink } from '../../src/gateways/types.js';
import { Ingest, type InboundMessage } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import { MemoryDirectory } from '../support/memory-directory.js';
import { rethrow } from '../support/rethrow.js';

const START = Date.UTC(2026, 10, 23, 8);
const nothing = { readings: [], events: [], refusals: [] };

let directory: MemoryDirectory;
let table: GatewayTable;
let ingest: Ingest;
let clock: { at: number; now(): number };
let records: JournalRecord[];
let refused: { device: string | undefined; reason: RefusalReason }[];
let notes: DiscoveredNote[];
let sent: Downlink[];
let errors: unknown[];
let shown: string[];
let made: number;
let answered: number;
/** What the codec under test makes of the next message. */
let decode: (payload: string) => GatewayDecoded;

/** Stands in for a format; it counts how often a decoder was made. */
const fake: GatewayCodec = {
  name: 'tasmota', filters: (prefix) => [`${prefix}/#`],
  create() {
    made += 1;
    return { decode: ({ payload }) => decode(Buffer.from(payload).toString()) };
  },
};

const gateway = (id: string, topicPrefix: string, more: Partial<Device> = {}) => directory.put({ id, secret: 's', kind: 'gateway', more: { codec: 'tasmota', topicPrefix, ...more } });
const device = (id: string, more: Partial<Device> = {}) => directory.put({ id, secret: 's', more: { gateway: 'gw', externalId: `x-${id}`, ...more } });
const uplink = (externalId: string, more: object = {}): GatewayDecoded => ({ uplinks: [{ externalId, decoded: { ...nothing, readings: [{ values: { temperature: 20 } }], refusals: [] }, ...more }], refusals: [] });

function receive(topic: string, { payload = '', speaker, ...more }: { payload?: string; speaker?: string } & Partial<Pick<InboundMessage, 'isRedelivery' | 'isKept'>> = {}): void {
  ingest.receive({ topic, payload: Buffer.from(payload), messageId: 1, isRedelivery: false, speaker: speaker === undefined ? undefined : directory.get(speaker), ...more }, () => { answered += 1; });
}
const telemetry = () => records.filter((record) => record.type === 'telemetry');

beforeEach(async () => {
  [records, refused, notes, sent, errors, shown, made, answered] = [[], [], [], [], [], [], 0, 0];
  decode = () => uplink('x-one');
  directory = new MemoryDirectory();
  clock = { at: START, now() { return this.at; } };
  gateway('gw', 'tele');
  device('one');
  table = new GatewayTable({ directory, codecs: new Map([['tasmota', fake]]), ...rethrow });
  const gateways = new GatewayIngest({ table, clock, discovered: { note: (note) => notes.push(note) }, send: (downlink) => sent.push(downlink), onError: (error) => errors.push(error) });
  ingest = new Ingest({
    gateways, directory, clock, payloads: { note: ({ device: { device: { id } }, topic }) => { shown.push(`${id} ${topic}`); } }, retentionMs: 86_400_000, pseudonyms: createPseudonyms({ key: randomBytes(32) }),
    journal: { append: ({ records: more }, done) => { records.push(...more); done(); }, isFull: false, onDrain: () => () => undefined },
    refusals: { refuse: ({ device: id, refusals }) => refused.push(...refusals.map(({ reason }) => ({ device: id, reason }))) },
  });
  await table.start();
  await ingest.start();
});

describe('a message of a gateway', () => {
  it('is the device\'s, with server time, and known again when it comes twice', () => {
    receive('tele/a/SENSOR', { payload: 'p', speaker: 'gw' });
    clock.at += 5000;
    receive('tele/a/SENSOR', { payload: 'p', speaker: 'gw', isRedelivery: true });
    expect(telemetry()).toMatchObject([{ device: 'one', ts: START, values: { temperature: 20 } }, { device: 'one', ts: START, at: START + 5000 }]);
    expect(answered).toBe(2);
  });

  it('is taken below its own prefix only', () => {
    gateway('other', 'elsewhere');
    receive('elsewhere/a', { speaker: 'gw' });
    receive('telex/a', { speaker: 'gw' });
    receive('tele', { speaker: 'gw' });
    receive('tele/a', { speaker: 'one' });
    expect(refused).toEqual([
      { device: 'gw', reason: 'not_your_topic' }, { device: 'gw', reason: 'unknown_topic' }, { device: 'gw', reason: 'unknown_topic' }, { device: 'one', reason: 'not_your_topic' },
    ]);
    expect(records).toEqual([]);
    expect(answered).toBe(4);
  });

  it('is refused by name when the gateway was given no prefix', () => {
    directory.put({ id: 'bare', secret: 's', kind: 'gateway', more: { codec: 'tasmota' } });
    receive('spare/a', { speaker: 'bare' });
    receive('tele/a', { speaker: 'bare' });
    expect(refused).toEqual([{ device: 'bare', reason: 'no_topic_prefix' }, { device: 'bare', reason: 'not_your_topic' }]);
  });

  it('goes to the longest prefix behind an external broker, and nowhere when no gateway has it', () => {
    gateway('inner', 'tele/hall');
    directory.put({ id: 'two', secret: 's', more: { gateway: 'inner', externalId: 'x-one' } });
    receive('tele/hall/SENSOR');
    receive('tele/yard/SENSOR');
    receive('spare/SENSOR');
    expect(telemetry().map((record) => record.device)).toEqual(['two', 'one']);
    expect(refused).toEqual([{ device: undefined, reason: 'unknown_topic' }]);
  });

  it('says that the gateway is there, but not with every message', () => {
    const sightings = () => records.filter((record) => record.type === 'status').map(({ device: id, at }) => [id, at - START]);
    for (let second = 0; second <= 20; second += 1) {
      clock.at = START + second * 1000;
      receive('tele/a/SENSOR', { speaker: 'gw' });
    }
    expect(sightings()).toEqual([['gw', 0], ['gw', 10_000], ['gw', 20_000]]);
    gateway('gw', 'tele', { status: 'offline' });
    clock.at += 1000;
    receive('tele/a/SENSOR', { speaker: 'gw' });
    expect(sightings()).toHaveLength(4);
  });

  it('of a broken codec is refused as malformed bytes, and the next one is taken', () => {
    decode = () => { throw new RangeError('out of bounds'); };
    receive('tele/a', { speaker: 'gw' });
    decode = () => uplink('x-one');
    receive('tele/a', { speaker: 'gw' });
    expect(refused).toEqual([{ device: 'gw', reason: 'malformed_bytes' }]);
    expect(errors).toHaveLength(1);
    expect(telemetry()).toHaveLength(1);
  });

  it('brings several devices, each with its own refusals', () => {
    device('two');
    device('past', { status: 'retired' });
    decode = () => ({
      uplinks: [
        { externalId: 'x-one', decoded: { ...nothing, status: { online: false, reason: 'LWT' } } },
        { externalId: 'x-two', decoded: { ...nothing, refusals: [{ reason: 'out_of_range' }] } }, ...uplink('x-past').uplinks,
      ],
      refusals: [{ reason: 'not_for_us' }],
    });
    receive('tele/a', { speaker: 'gw' });
    expect(records[0]).toMatchObject({ type: 'status', device: 'one', online: false, reason: 'LWT' });
    expect(refused).toEqual([{ device: 'two', reason: 'out_of_range' }, { device: 'past', reason: 'retired_device' }, { device: 'gw', reason: 'not_for_us' }]);
  });

  it('turns a distance into fill level by what was measured at installation, and says when that is missing', () => {
    device('bin', { install: { depthMm: 1000, deadZoneMm: 200 } });
    decode = (externalId) => ({ uplinks: [{ externalId, decoded: { ...nothing, readings: [{ values: { battery: 90 }, distanceMm: 600 }] } }], refusals: [] });
    receive('tele/a', { payload: 'x-bin', speaker: 'gw' });
    receive('tele/a', { payload: 'x-one', speaker: 'gw' });
    expect(telemetry().map(({ device: id, values }) => [id, values])).toEqual([['bin', { battery: 90, fill_level: 50 }], ['one', { battery: 90 }]]);
    expect(refused).toEqual([{ device: 'one', reason: 'missing_install' }]);
  });

  it('is not taken for news when the broker has kept it: without a time it says what was, except of who is there', () => {
    decode = () => ({ uplinks: [{ externalId: 'x-one', decoded: { ...nothing, readings: [{ values: { temperature: 1 } }, { ts: START - 1000, values: { temperature: 2 } }], status: { online: true } } }], refusals: [] });
    receive('tele/a', { isKept: true });
    expect(records).toMatchObject([{ type: 'telemetry', ts: START - 1000 }, { type: 'status', device: 'one' }]);
  });

  it('that only lists devices shows nothing as theirs and refuses nothing of a retired one, and tells of strangers', () => {
    device('past', { status: 'retired' });
    receive('tele/one/SENSOR', { speaker: 'gw' });
    decode = () => ({ uplinks: ['x-one', 'x-past', 'stranger'].map((externalId) => ({ externalId, name: externalId, decoded: nothing, isMention: true as const })), refusals: [] });
    receive('tele/bridge/devices', { speaker: 'gw' });
    expect(shown).toEqual(['one tele/one/SENSOR']);
    expect(refused).toEqual([]);
    expect(notes.map(({ externalId }) => externalId)).toEqual(['stranger']);
  });

  it('passes on what its format asks back', () => {
    decode = () => ({ uplinks: [], refusals: [], requests: [{ topic: 'tele/NCMD/n', payload: Uint8Array.of(1) }] });
    receive('tele/a', { speaker: 'gw' });
    expect(sent).toEqual([{ device: 'gw', topic: 'tele/NCMD/n', payload: Uint8Array.of(1) }]);
  });
});

describe('an unknown device of a gateway', () => {
  it('is noted once in 5 s, with what people call it and a masked sample, and nothing is stored', () => {
    decode = () => uplink('stranger', { name: 'Gate 3', model: 'X1' });
    const payload = '{"cardNo":"3344556677","v":1}';
    for (const second of [0, 1, 4.9, 5]) {
      clock.at = START + second * 1000;
      receive('tele/a', { payload, speaker: 'gw' });
    }
    expect(notes).toEqual([0, 5].map((second) => ({ gateway: 'gw', externalId: 'stranger', name: 'Gate 3', model: 'X1', sample: '{"cardNo":"***","v":1}', now: START + second * 1000 })));
    expect(telemetry()).toEqual([]);
    expect(answered).toBe(4);
  });

  it('shows bytes as hex', () => {
    decode = () => uplink('stranger');
    ingest.receive({ topic: 'tele/a', payload: Uint8Array.of(0x08, 0xff, 0x00), messageId: 1, isRedelivery: false, speaker: directory.get('gw') }, () => undefined);
    expect(notes[0]?.sample).toBe('08ff00');
  });

  it('is none when all that came is faults: those are the gateway\'s', () => {
    decode = () => ({ uplinks: [{ externalId: 'stranger', decoded: { ...nothing, refusals: [{ reason: 'malformed_json' }] } }], refusals: [] });
    receive('tele/a', { speaker: 'gw' });
    expect(notes).toEqual([]);
    expect(refused).toEqual([{ device: 'gw', reason: 'malformed_json' }]);
  });

  it('is a device from the moment it is registered, by its EUI however that is written, and no longer after it is gone', () => {
    decode = () => uplink('24e124136b502217');
    receive('tele/a', { speaker: 'gw' });
    device('bin', { externalId: '24:E1:24:13:6B:50:22:17' });
    receive('tele/a', { speaker: 'gw' });
    directory.remove('bin');
    clock.at += 6000;
    receive('tele/a', { speaker: 'gw' });
    expect(telemetry()).toHaveLength(1);
    expect(notes).toHaveLength(2);
  });

  it('stays within bounds when ten thousand more speak at once', () => {
    decode = (externalId) => uplink(externalId);
    for (let n = 0; n < 10_050; n += 1) receive('tele/a', { payload: `s-${n}`, speaker: 'gw' });
    expect(notes).toHaveLength(10_000);
    clock.at += 5000;
    receive('tele/a', { payload: 's-late', speaker: 'gw' });
    expect(notes).toHaveLength(10_001);
  });
});

describe('the table of gateways', () => {
  it('keeps a decoder while codec and prefix stay, makes it anew when they change, and drops it with the gateway', () => {
    expect(made).toBe(1);
    gateway('gw', 'tele', { name: 'other name' });
    expect(made).toBe(1);
    gateway('gw', 'tele2');
    expect([made, [...table.filters()]]).toEqual([2, ['tele2/#']]);
    gateway('gw', 'tele2', { status: 'retired' });
    expect(table.filters().size).toBe(0);
    directory.remove('gw');
    receive('tele2/a');
    expect(refused).toEqual([{ device: undefined, reason: 'unknown_topic' }]);
  });

  it('tells listeners, and gives nobody the native topics or the broker\'s own', () => {
    let told = 0;
    table.onChange(() => { told += 1; });
    gateway('third', 'third/');
    gateway('bad', 'liandong/v1');
    gateway('worse', '$SYS');
    expect(told).toBe(1);
    expect([...table.filters()]).toEqual(['tele/#', 'third/#']);
  });

  it('knows every codec of the registry', () => {
    expect([...gatewayCodecs.values()].map((codec) => codec.filters('p').every((filter) => filter.startsWith('p/')))).not.toContain(false);
  });
});
