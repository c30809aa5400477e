import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milesightCodec } from '@liandong/protocols';
import { bytesOf, expectPlausible, mutatedBytes } from './lorawan-support.js';

const decode = (hex: string, ts?: number) => milesightCodec.decode({ fPort: 85, data: bytesOf(hex) }, ts);

/** Sources: Milesight-IoT/SensorDecoders, README of each device, "Example"; easymanua.ls and manualslib.com copies of the user guides where said. */
const EXAMPLES: [source: string, hex: string, values: Record<string, unknown>, distanceMm?: number][] = [
  ['EM400-MUD and -TLD README', '01755C 03670101 04824408 050001', { battery: 92, temperature: 25.7, tilted: true }, 2116],
  ['EM400-MUD README, NB-IoT sample', '017564 03670b01 04823b01 050001', { battery: 100, temperature: 26.7, tilted: true }, 315],
  ['EM400-MUD README, alarms', '8367e80001 8482410601', { temperature: 23.2 }, 1601],
  ['EM400-MUD user guide, distance threshold', '8482330701', {}, 1843],
  ['EM400-MUD user guide, temperature threshold with place', '8367220101 0688FFFFFFFFFFFFFFFF20', { temperature: 29 }],
  ['AM307 README (TVOC is an index here)', '0367EE00 04687C 050001 06CB02 077DA803 087D2500 09736627', { temperature: 23.8, humidity: 62, co2: 936, pressure: 1008.6 }],
  ['AM319-HCHO README', '0367EE00 04687C 050001 06CB02 077DA803 087D2500 09736627 0A7D0700 0B7D2000 0C7D3000',
    { temperature: 23.8, humidity: 62, co2: 936, pressure: 1008.6, hcho: 0.07, pm2_5: 32, pm10: 48 }],
  ['WS302 README', '017564 055B053F02DA016A02', { battery: 100, noise: 47.4 }],
  ['EM300-SLD user guide (05 00 is water there)', '017564 03671001 046871 050001', { battery: 100, temperature: 27.2, humidity: 56.5 }],
];

describe('Milesight bytes', () => {
  it.each(EXAMPLES)('reads %s', (_source, hex, values, distanceMm) => {
    expect(decode(hex, 5)).toEqual({ readings: [{ ts: 5, values, ...(distanceMm === undefined ? {} : { distanceMm }) }], refusals: [] });
  });

  it('passes over what a device says of itself when it joins (EM400-MUD user guide)', () => {
    expect(decode('ff0bff ff0101 ff166329c42503920003 ff090100 ff0a0101 ff0f00')).toEqual({ readings: [], refusals: [] });
  });

  it.each([
    ['TVOC in ug/m3', '08e6 2c01', { tvoc: 300 }],
    ['frost', '0367 9cff', { temperature: -10 }],
    ['an upright bin', '0482 0001 0500 00', { tilted: false }],
    ['a tilted bin that stopped measuring', '0175 5c 0367 0101 0500 01', { battery: 92, temperature: 25.7, tilted: true }],
  ])('reads %s', (_name, hex, values) => {
    expect(decode(hex).readings.map((reading) => reading.values)).toEqual([values]);
    expect(decode(hex).refusals).toEqual([]);
  });

  it.each([
    ['TVOC as an index', '087d 2500'],
    ['ozone in ppm', '0d7d 0100'],
    ['formaldehyde of the WELL variant', '0f7d 0700'],
    ['movement before an air sensor', '0468 7c 0500 01'],
  ])('never stores %s under a metric of ours', (_name, hex) => {
    const stored = decode(hex).readings.flatMap((reading) => Object.keys(reading.values));
    expect(stored.filter((key) => key !== 'humidity')).toEqual([]);
    expect(decode(hex).refusals).toEqual([]);
  });

  it.each([
    ['no bytes', '', 'malformed_bytes', 'empty'],
    ['an unknown channel', '9999 01', 'malformed_bytes', '9999'],
    ['a wrong type on a known channel', '0368 0101', 'malformed_bytes', '0368'],
    ['a cut value', '0367 01', 'malformed_bytes', '0367 cut short'],
    ['a cut channel', '03', 'malformed_bytes', '03 cut short'],
    ['a failed temperature', '0367 ffff', 'out_of_range', 'temperature'],
    ['a temperature out of range', '0367 fdff', 'out_of_range', 'temperature'],
    ['a failed distance', '0482 ffff', 'out_of_range', 'distanceMm'],
    ['a distance of 25 m', '0482 a861', 'out_of_range', 'distanceMm'],
    ['CO2 while it warms up', '077d ffff', 'out_of_range', 'co2'],
    ['TVOC that failed', '08e6 feff', 'out_of_range', 'tvoc'],
    ['battery 255', '0175 ff', 'out_of_range', 'battery'],
    ['humidity 255', '0468 ff', 'out_of_range', 'humidity'],
    ['noise weighted C', '055b 06 3f02 da01 6a02', 'unknown_metric', 'LCeq'],
    ['position or movement by itself', '0500 01', 'malformed_bytes', '0500: position or movement'],
    ['position with both families', '0482 0001 0468 7c 0500 01', 'malformed_bytes', '0500: position or movement'],
    ['a third position', '0482 0001 0500 07', 'out_of_range', 'tilted'],
    ['stored history', '20ce 00000000', 'not_for_us', '20ce history'],
    ['an answer to a setting', 'ff03 1000', 'not_for_us', 'ff03 settings'],
  ])('refuses %s', (_name, hex, reason, detail) => {
    const { readings, refusals } = decode(hex);
    expect(refusals).toEqual([{ reason, detail }]);
    expect(readings.flatMap(({ values }) => Object.keys(values)).filter((key) => key !== 'humidity')).toEqual([]);
  });

  it('keeps what came before a fault, but not a position it can no longer be sure of', () => {
    expect(decode('01755C 03670101 9999')).toEqual({ readings: [{ values: { battery: 92, temperature: 25.7 } }], refusals: [{ reason: 'malformed_bytes', detail: '9999' }] });
    expect(decode('03670101 050001 04').readings).toEqual([{ values: { temperature: 25.7 } }]);
  });

  it('reads a view into a larger buffer', () => {
    const data = bytesOf('ffff 01755c ffff').subarray(2, 5);
    expect(milesightCodec.decode({ fPort: 85, data }, undefined).readings).toEqual([{ values: { battery: 92 } }]);
  });

  it('never throws and never gives an implausible value for 10,000 mutations', () => {
    const originals = EXAMPLES.map(([, hex]) => bytesOf(hex));
    fc.assert(fc.property(mutatedBytes(originals), (data) => {
      const { readings, refusals } = milesightCodec.decode({ fPort: 85, data }, 1);
      expectPlausible(readings);
      if (data.length === 0) expect(refusals).toHaveLength(1);
    }), { numRuns: 10_000 });
  });
});
