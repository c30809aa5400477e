import fc from 'fast-check';
import sparkplugPayload from 'sparkplug-payload';
import sparkplugProto from 'sparkplug-payload/lib/sparkplugPayloadProto.js';
import { describe, expect, it } from 'vitest';
import { sparkplugCodec, type GatewayDecoded, type GatewayDecoder } from '@liandong/protocols';
import { expectAllPlausible, MUTATIONS, mutatedBytes } from './mutations.js';

/** The reference implementation of the format writes what is read here. */
const tahu = sparkplugPayload.get('spBv1.0');
if (tahu === null) throw new Error('sparkplug-payload has no spBv1.0');
type UMetric = NonNullable<Parameters<typeof tahu.encodePayload>[0]['metrics']>[number];
type RawMetric = sparkplugProto.org.eclipse.tahu.protobuf.Payload.IMetric;
const NOW = 1_760_000_000_000;
const PREFIX = 'spBv1.0/east';

const typed = (seq: number | undefined, metrics: UMetric[], timestamp = NOW): Uint8Array => tahu.encodePayload({ timestamp, metrics, ...(seq === undefined ? {} : { seq }) });
/** As Sparkplug 3.0 DATA messages are: alias and value, no name and no datatype. */
const raw = (seq: number, metrics: RawMetric[], timestamp = NOW): Uint8Array => sparkplugProto.org.eclipse.tahu.protobuf.Payload.encode({ timestamp, seq, metrics }).finish();

const send = (decoder: GatewayDecoder, topic: string, payload: Uint8Array, now = NOW): GatewayDecoded => decoder.decode({ topic: `${PREFIX}/${topic}`, payload, now });
const bdSeq = (value: number): UMetric => ({ name: 'bdSeq', type: 'UInt64', value });
const unit = (text: string): NonNullable<UMetric['properties']> => ({ engUnit: { type: 'String', value: text } });
const BIRTH: UMetric[] = [
  { name: 'Air/Temperature', alias: 1, type: 'Float', value: 20.6 },
  { name: 'Air/CO', alias: 2, type: 'Double', value: 400, properties: unit('µg/m³') },
  { name: 'Level/Distance', alias: 3, type: 'UInt16', value: 42, properties: unit('cm') },
  { name: 'Lid Open', alias: 4, type: 'Boolean', value: false },
  { name: 'Uptime', alias: 5, type: 'Int64', value: 12 },
  { name: 'RSSI', alias: 6, type: 'Int8', value: -71 },
];
const NODE = typed(0, [bdSeq(3), { name: 'Node Control/Rebirth', type: 'Boolean', value: false }]);

function born(): GatewayDecoder {
  const decoder = sparkplugCodec.create({ topicPrefix: PREFIX });
  send(decoder, 'NBIRTH/n1', NODE);
  send(decoder, 'DBIRTH/n1/bin', typed(1, BIRTH));
  return decoder;
}
const brief = ({ uplinks, requests }: GatewayDecoded): unknown => ({
  devices: uplinks.map(({ externalId, decoded }) => [externalId, decoded.status?.online, ...decoded.readings.map(({ values }) => values)]),
  refusals: uplinks.flatMap(({ decoded }) => decoded.refusals), asked: requests?.map(({ topic }) => topic) ?? [],
});

describe('Sparkplug B', () => {
  it('brings node and device online with their births, units of the property set applied', () => {
    const decoder = sparkplugCodec.create({ topicPrefix: PREFIX });
    expect(brief(send(decoder, 'NBIRTH/n1', NODE))).toEqual({ devices: [['n1', true]], refusals: [], asked: [] });
    const { uplinks, requests } = send(decoder, 'DBIRTH/n1/bin', typed(1, BIRTH));
    expect(requests).toBeUndefined();
    expect(uplinks).toEqual([{ externalId: 'n1/bin', decoded: {
      readings: [{ ts: NOW, values: { temperature: 20.6, co: 0.4, lid_open: false, rssi: -71 }, distanceMm: 420 }], events: [], refusals: [], status: { online: true },
    } }]);
  });

  it('reads DATA by alias without datatype, each metric at its own time, history included', () => {
    const { uplinks } = send(born(), 'DDATA/n1/bin', raw(2, [
      { alias: 1, timestamp: NOW - 5000, floatValue: 1013.2 / 50 }, { alias: 4, timestamp: NOW, booleanValue: true },
      { alias: 1, timestamp: NOW - 3_600_000, isHistorical: true, floatValue: 19 }, { alias: 5, longValue: 99 }, { alias: 2, isNull: true },
    ]));
    expect(uplinks[0]?.decoded).toEqual({ readings: [
      { ts: NOW - 5000, values: { temperature: 20.264 } }, { ts: NOW, values: { lid_open: true } }, { ts: NOW - 3_600_000, values: { temperature: 19 } },
    ], events: [], refusals: [] });
  });

  it.each<[string, RawMetric, string]>([
    ['history without a time', { alias: 1, isHistorical: true, timestamp: 0, floatValue: 19 }, 'bad_time'],
    ['text where a number was announced', { alias: 1, stringValue: '20.6' }, 'wrong_type'],
    ['another datatype than announced', { alias: 1, datatype: 10, doubleValue: 20.6 }, 'wrong_type'],
    ['a value out of range', { alias: 1, floatValue: 900 }, 'out_of_range'],
    ['NaN', { alias: 2, doubleValue: Number.NaN }, 'not_finite'],
    ['a distance nobody measures', { alias: 3, intValue: 40_000 }, 'out_of_range'],
    ['a flag as number', { alias: 4, intValue: 1 }, 'wrong_type'],
    ['a UInt16 too wide', { alias: 3, intValue: 70_000 }, 'wrong_type'],
  ])('refuses %s', (_name, metric, reason) => {
    expect(brief(send(born(), 'DDATA/n1/bin', raw(2, [metric])))).toMatchObject({ devices: [['n1/bin', undefined]], refusals: [{ reason }], asked: [] });
  });

  it.each<[UMetric['type'], number, number | undefined]>([
    ['Int8', -71, -71], ['Int16', -71, -71], ['Int32', -71, -71], ['Int64', -71, -71], ['Float', -71.5, -71.5], ['Double', -71.5, -71.5], ['UInt64', 2 ** 60, undefined], ['UInt32', 4_000_000_000, undefined],
  ])('reads %s %d as %s', (type, value, expected) => {
    const decoder = sparkplugCodec.create({ topicPrefix: PREFIX });
    expect(send(decoder, 'NBIRTH/n1', typed(0, [{ name: 'rssi', type, value }])).uplinks[0]?.decoded.readings[0]?.values['rssi']).toBe(expected);
  });

  it('reads a negative Int8 left at its own width, as Tahu’s Python writes it', () => {
    expect(send(born(), 'DDATA/n1/bin', raw(2, [{ alias: 6, intValue: 256 - 71 }])).uplinks[0]?.decoded.readings[0]?.values).toEqual({ rssi: -71 });
  });

  it('lets the first of two metrics that mean the same speak, and reads no gas without its unit', () => {
    const decoder = sparkplugCodec.create({ topicPrefix: PREFIX });
    const metrics: UMetric[] = [{ name: 'In/Temperature', type: 'Float', value: 20 }, { name: 'Out/Temperature', type: 'Float', value: 5 }, { name: 'NO2', type: 'Float', value: 5 }, { name: 'Pressure', type: 'Double', value: 14.6, properties: unit('psi') }];
    expect(brief(send(decoder, 'NBIRTH/n1', typed(0, metrics)))).toEqual({ devices: [['n1', true, { temperature: 20 }]], asked: [], refusals: [
      { reason: 'not_for_us', detail: 'Out/Temperature' }, { reason: 'unknown_unit', detail: 'NO2' }, { reason: 'unknown_unit', detail: 'Pressure' },
    ] });
  });

  it('asks for a rebirth on a gap, trusts no alias until then, and asks at most once a minute', () => {
    const decoder = born();
    const data = (seq: number, now: number): unknown => brief(send(decoder, 'DDATA/n1/bin', raw(seq, [{ alias: 1, floatValue: 21 }]), now));
    expect(data(2, NOW)).toEqual({ devices: [['n1/bin', undefined, { temperature: 21 }]], refusals: [], asked: [] });
    expect(data(2, NOW)).toMatchObject({ refusals: [], asked: [] }); // the same message again
    expect(data(4, NOW)).toEqual({ devices: [['n1/bin', undefined]], refusals: [{ reason: 'missing_birth', detail: 'alias 1' }], asked: [`${PREFIX}/NCMD/n1`] });
    expect(data(5, NOW + 59_999)).toMatchObject({ devices: [['n1/bin', undefined]], asked: [] });
    expect(data(6, NOW + 60_000)).toMatchObject({ asked: [`${PREFIX}/NCMD/n1`] });
    send(decoder, 'NBIRTH/n1', NODE);
    send(decoder, 'DBIRTH/n1/bin', typed(1, BIRTH));
    expect(data(2, NOW + 61_000)).toEqual({ devices: [['n1/bin', undefined, { temperature: 21 }]], refusals: [], asked: [] });
  });

  it('writes a rebirth request that the reference implementation reads', () => {
    const [request] = send(sparkplugCodec.create({ topicPrefix: PREFIX }), 'NDATA/n9', raw(7, [{ alias: 1, floatValue: 1 }])).requests ?? [];
    const { metrics } = tahu.decodePayload(request?.payload ?? new Uint8Array());
    expect(request?.topic).toBe(`${PREFIX}/NCMD/n9`);
    expect(metrics?.map(({ name, type, value }) => [name, type, value])).toEqual([['Node Control/Rebirth', 'Boolean', true]]);
  });

  it('follows seq from 255 to 0', () => {
    const decoder = sparkplugCodec.create({ topicPrefix: PREFIX });
    send(decoder, 'NBIRTH/n1', typed(255, [{ name: 'rssi', alias: 1, type: 'Int32', value: -60 }]));
    expect(brief(send(decoder, 'NDATA/n1', raw(0, [{ alias: 1, intValue: 2 ** 32 - 61 }])))).toEqual({ devices: [['n1', undefined, { rssi: -61 }]], refusals: [], asked: [] });
  });

  it('asks for a rebirth on an alias nobody announced', () => {
    expect(brief(send(born(), 'DDATA/n1/bin', raw(2, [{ alias: 77, floatValue: 1 }])))).toEqual({ devices: [['n1/bin', undefined]], refusals: [{ reason: 'missing_birth', detail: 'alias 77' }], asked: [`${PREFIX}/NCMD/n1`] });
  });

  it('takes a node’s devices offline with it, unless the will is of an earlier connection', () => {
    const decoder = born();
    expect(send(decoder, 'NDEATH/n1', typed(undefined, [bdSeq(2)]))).toEqual({ uplinks: [], refusals: [] });
    expect(brief(send(decoder, 'NDEATH/n1', typed(undefined, [bdSeq(3)])))).toMatchObject({ devices: [['n1', false], ['n1/bin', false]] });
    expect(brief(send(decoder, 'DDATA/n1/bin', raw(2, [{ alias: 1, floatValue: 21 }])))).toMatchObject({ refusals: [{ reason: 'missing_birth' }] });
  });

  it('takes one device offline with its death', () => {
    const decoder = born();
    expect(brief(send(decoder, 'DDEATH/n1/bin', typed(2, [])))).toEqual({ devices: [['n1/bin', false]], refusals: [], asked: [] });
    expect(brief(send(decoder, 'NDATA/n1', raw(3, [])))).toMatchObject({ asked: [] });
  });

  it.each(['NCMD/n1', 'STATE/host', 'NDATA', 'NDATA/n1/x', 'DDATA/n1', 'DDATA/n1/', 'DDATA/n1/a/b'])('does not know the topic %s', (topic) => {
    expect(send(born(), topic, NODE)).toEqual({ uplinks: [], refusals: [{ reason: 'unknown_topic' }] });
  });

  it('refuses what is no payload, and a megabyte before it is parsed', () => {
    expect(brief(send(born(), 'DDATA/n1/bin', NODE.slice(0, -1)))).toMatchObject({ refusals: [{ reason: 'malformed_bytes' }] });
    expect(brief(send(born(), 'DDATA/n1/bin', new Uint8Array(1_000_000)))).toMatchObject({ refusals: [{ reason: 'payload_too_large' }] });
  });

  it('stays bounded in nodes and devices', () => {
    const decoder = sparkplugCodec.create({ topicPrefix: PREFIX });
    for (let index = 0; index < 300; index += 1) send(decoder, `NBIRTH/n${index}`, NODE);
    expect(brief(send(decoder, 'NDATA/n299', raw(1, [])))).toMatchObject({ asked: [] });
    expect(brief(send(decoder, 'NDATA/n0', raw(1, [])))).toMatchObject({ asked: [`${PREFIX}/NCMD/n0`] });
    for (let index = 0; index < 1100; index += 1) send(decoder, `DBIRTH/n299/d${index}`, typed((index + 1) % 256, []));
    expect(send(decoder, 'NDEATH/n299', typed(undefined, [bdSeq(3)])).uplinks).toHaveLength(1025);
  });

  it('never throws, whatever comes', () => {
    const samples = [NODE, typed(1, BIRTH), raw(2, [{ alias: 1, floatValue: 21 }, { alias: 3, intValue: 50 }, { alias: 4, booleanValue: true }])];
    const topics = ['NBIRTH/n1', 'DBIRTH/n1/bin', 'DDATA/n1/bin', 'NDATA/n1', 'DDEATH/n1/bin', 'NDEATH/n1', 'DDATA/n2/x'];
    fc.assert(fc.property(mutatedBytes(samples), fc.constantFrom(...topics), (payload, topic) => {
      const decoder = born(); // a gap would end its trust in aliases for good
      expectAllPlausible(send(decoder, topic, payload));
      expectAllPlausible(send(decoder, 'DDATA/n1/bin', samples[2] ?? payload));
    }), { numRuns: MUTATIONS });
  });
});
