import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draginoLdds75Codec, draginoLdds75Fields, readFields } from '@liandong/protocols';
import { bytesOf, expectPlausible, mutatedBytes } from './lorawan-support.js';

const decode = (hex: string, ts?: number) => draginoLdds75Codec.decode({ fPort: 2, data: bytesOf(hex) }, ts);
const readObject = (object: Record<string, unknown>) => readFields(object, draginoLdds75Fields, undefined);

/** The words of each field from the LDDS75 user manual, "Uplink Payload": battery 0B45, distance 0B05, temperature 0105 and FF3F, flags. */
const EXAMPLES: [string, string, Record<string, unknown>, number][] = [
  ['8 bytes with a probe', '0B45 0B05 00 0105 01', { temperature: 26.1 }, 2821],
  ['8 bytes with frost', '0B49 0B05 01 FF3F 01', { temperature: -19.3 }, 2821],
  ['8 bytes without a probe, whose word is 0', '0D4A 06D8 00 0000 01', {}, 1752],
  ['5 bytes of older firmware', '0B45 0B05 00', {}, 2821],
  ['the interrupt and alarm bits of the battery word', 'CB45 0118 00', {}, 280],
];

describe('Dragino LDDS75 bytes', () => {
  it.each(EXAMPLES)('reads %s', (_name, hex, values, distanceMm) => {
    expect(decode(hex, 9)).toEqual({ readings: [{ ts: 9, values, distanceMm }], refusals: [] });
  });

  it.each([
    ['no sensor', '0B45 0000 00 0000 01', 'distanceMm: no sensor'],
    ['the flag for no sensor', '0B45 0B05 00 0000 00', 'distanceMm: no sensor'],
    ['20 mm, the mark for too near', '0B45 0014 00 0000 01', 'distanceMm'],
    ['nearer than 280 mm', '0B45 0117 00 0000 01', 'distanceMm'],
    ['farther than it measures', '0B45 7000 00 0000 01', 'distanceMm'],
  ])('refuses the distance for %s', (_name, hex, detail) => {
    expect(decode(hex)).toEqual({ readings: [], refusals: [{ reason: 'out_of_range', detail }] });
  });

  it('refuses an impossible temperature and keeps the distance', () => {
    expect(decode('0B45 0B05 00 7FFF 01')).toEqual({ readings: [{ values: {}, distanceMm: 2821 }], refusals: [{ reason: 'out_of_range', detail: 'temperature' }] });
  });

  it.each([['nothing', ''], ['4 bytes (Device Repository example)', '0E1C 0B05'], ['7 bytes', '0B45 0B05 00 0105'], ['9 bytes', '0B45 0B05 00 0105 01 00']])('refuses %s', (_name, hex) => {
    expect(decode(hex).readings).toEqual([]);
    expect(decode(hex).refusals.map(({ reason }) => reason)).toEqual(['malformed_bytes']);
  });

  it('never throws and never gives an implausible value for 10,000 mutations', () => {
    fc.assert(fc.property(mutatedBytes(EXAMPLES.map(([, hex]) => bytesOf(hex))), (data) => {
      const { readings, refusals } = draginoLdds75Codec.decode({ fPort: 2, data }, 1);
      expectPlausible(readings);
      if (data.length !== 5 && data.length !== 8) expect(refusals).toHaveLength(1);
      for (const { distanceMm } of readings) if (distanceMm !== undefined && (distanceMm < 280 || distanceMm > 7533)) expect.fail(`distance ${distanceMm}`);
    }), { numRuns: 10_000 });
  });
});

describe('what Dragino\'s own decoder makes of it', () => {
  it.each([
    ['ChirpStack decoder 1.1.4', { Node_type: 'LDDS75', Bat: '3.4 V', Distance: '512 mm', Interrupt_flag: 0, TempC_DS18B20: '25.10 °C', Sensor_flag: 1 }, { temperature: 25.1 }, 512],
    ['decoder 1.1.4 of other servers', { Node_type: 'LDDS75', Bat: 3.4, Distance: 512, Interrupt_flag: 0, TempC_DS18B20: '-3.50', Sensor_flag: 1 }, { temperature: -3.5 }, 512],
    ['the Device Repository, no probe', { Bat: 3.402, Distance: '1752 mm', Interrupt_flag: 0, Sensor_flag: 1, TempC_DS18B20: '0.00' }, {}, 1752],
  ])('reads the text and numbers of %s', (_name, object, values, distanceMm) => {
    expect(readObject(object)).toEqual({ readings: [{ values, distanceMm }], refusals: [] });
  });

  it.each(['512', '512mm', '51.2 cm', '512 mm ', ' 512 mm', '5e2 mm', '-512 mm', '512 mm\n', 'No Sensor', 'Invalid Reading', '0 mm', '20 mm', '99999 mm', '', null, true, 12.5])('refuses %j as a distance', (Distance) => {
    expect(readObject({ Distance }).readings).toEqual([]);
  });

  it.each(['25', '25.1 C', '25.1°C', 'NaN', '1e2', '999.90', '', true])('refuses %j as a temperature', (TempC_DS18B20) => {
    expect(readObject({ TempC_DS18B20 }).readings).toEqual([]);
    expect(readObject({ TempC_DS18B20 }).refusals).toHaveLength(1);
  });
});
