import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tasmotaCodec, type Decoded, type GatewayDecoded } from '@liandong/protocols';
import { expectAllPlausible, MUTATIONS, mutatedBytes, mutatedJson, numbersAsText } from './mutations.js';

const NOW = Date.parse('2021-08-17T08:00:00+08:00');
const bytes = (body: unknown): Uint8Array => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
const decoder = tasmotaCodec.create({ topicPrefix: 'tele' });
const send = (topic: string, body: unknown): GatewayDecoded => decoder.decode({ topic, payload: bytes(body), now: NOW });
const sensor = (body: unknown): Decoded => {
  const { uplinks: [uplink] } = send('tele/yard/SENSOR', body);
  expect(uplink?.externalId).toBe('yard');
  return uplink?.decoded ?? { readings: [], events: [], refusals: [{ reason: 'malformed_json' }] };
};
/** Tasmota docs, "HC-SR04" and "BME280" with SetOption8 off; a real node's message. */
const BME = { Time: '2021-08-17T07:31:36', BME280: { Temperature: 26.1, Humidity: 47.2, DewPoint: 14, Pressure: 973.8 }, SR04: { Distance: 59.368 }, PressureUnit: 'hPa', TempUnit: 'C' };

describe('Tasmota', () => {
  it('reads climate, distance and local Chinese time', () => {
    expect(sensor(BME)).toEqual({ readings: [{ ts: Date.parse('2021-08-17T07:31:36+08:00'), values: { temperature: 26.1, humidity: 47.2, pressure: 973.8 }, distanceMm: 593.68 }], events: [], refusals: [] });
  });

  it.each([
    ['DS18B20 without a unit, as old firmware sends it', { DS18B20: { Id: '000003287EF1', Temperature: 20.6 } }, { temperature: 20.6 }],
    ['Fahrenheit', { AM2301: { Temperature: 68, Humidity: 40 }, TempUnit: 'F' }, { temperature: 20, humidity: 40 }],
    ['mmHg', { BMP280: { Temperature: 28.52, Pressure: 753.3 }, PressureUnit: 'mmHg', TempUnit: 'C' }, { temperature: 28.52, pressure: 1004.318 }],
    ['inHg', { BME280: { Pressure: 29.92 }, PressureUnit: 'inHg', TempUnit: 'C' }, { pressure: 1013.207 }],
    ['SDS011', { SDS0X1: { 'PM2.5': 11.8, PM10: 5.8 } }, { pm2_5: 11.8, pm10: 5.8 }],
    ['SCD40', { SCD40: { CarbonDioxide: 812, eCO2: 810, Temperature: 22.1, Humidity: 51 }, TempUnit: 'C' }, { co2: 812, temperature: 22.1, humidity: 51 }],
    ['MH-Z19B without its lamp’s temperature', { MHZ19B: { Model: 'B', CarbonDioxide: 701, Temperature: 31 }, TempUnit: 'C' }, { co2: 701 }],
    ['BH1750', { BH1750: { Illuminance: 79 } }, { illuminance: 79 }],
    ['a sensor with an address', { 'SHT3X_0x44': { Temperature: 19.5, Humidity: 60 }, TempUnit: 'C' }, { temperature: 19.5, humidity: 60 }],
    ['beside the chip’s own temperature and a meter', { ESP32: { Temperature: 53.3 }, ENERGY: { Power: 12 }, DHT11: { Temperature: 21, Humidity: 40 }, TempUnit: 'C' }, { temperature: 21, humidity: 40 }],
  ])('reads %s', (_name, body, values) => {
    const decoded = sensor(body);
    expect(decoded.refusals).toEqual([]);
    expect(decoded.readings).toHaveLength(1);
    for (const [key, value] of Object.entries(values)) expect(decoded.readings[0]?.values[key as 'temperature']).toBeCloseTo(value, 3);
    expect(Object.keys(decoded.readings[0]?.values ?? {}).sort()).toEqual(Object.keys(values).sort());
  });

  it('lets the first of two sensors speak and refuses the other by name, even when the first is broken', () => {
    const two = (first: unknown): Decoded => sensor({ 'DS18B20-1': { Temperature: first }, 'DS18B20-2': { Temperature: 21 }, TempUnit: 'C' });
    expect(two(20)).toEqual({ readings: [{ values: { temperature: 20 } }], events: [], refusals: [{ reason: 'not_for_us', detail: 'DS18B20-2.Temperature' }] });
    expect(two(null).readings).toEqual([]);
  });

  it.each([
    ['an unknown temperature unit', { DS18B20: { Temperature: 20 }, TempUnit: 'K' }, 'unknown_unit'],
    ['a pressure without unit', { BME280: { Pressure: 973 }, TempUnit: 'C' }, 'unknown_unit'],
    ['the DS18B20 fault value', { DS18B20: { Temperature: -127 }, TempUnit: 'C' }, 'out_of_range'],
    ['a number as text', { DS18B20: { Temperature: '20.6' }, TempUnit: 'C' }, 'wrong_type'],
    ['an array', [1], 'wrong_type'],
    ['half a message', '{"DS18B20":{"Temp', 'malformed_json'],
  ])('refuses %s', (_name, body, reason) => {
    const decoded = sensor(body);
    expect(decoded.readings).toEqual([]);
    expect(decoded.refusals.map((refusal) => refusal.reason)).toEqual([reason]);
  });

  it.each([
    ['2021-08-17T07:59:59', true], ['2021-08-16T08:00:00', true], ['2021-08-17T08:05:00', true], ['2021-08-17T00:00:00Z', true],
    ['2021-08-16T07:59:59', false], ['2021-08-17T08:05:01', false], ['1970-01-01T00:00:10', false], ['now', false],
  ])('uses Time %s: %s', (time, isUsed) => {
    expect('ts' in (sensor({ ...BME, Time: time }).readings[0] ?? {})).toBe(isUsed);
  });

  it('reads the signal in dBm, the will, and passes over INFO and empty payloads', () => {
    expect(send('tele/yard/STATE', { Time: 'x', Wifi: { RSSI: 100, Signal: -46 } }).uplinks[0]?.decoded.readings).toEqual([{ values: { rssi: -46 } }]);
    expect(send('tele/yard/LWT', 'Online').uplinks[0]?.decoded.status).toEqual({ online: true });
    expect(send('tele/yard/LWT', 'Offline').uplinks[0]?.decoded.status).toEqual({ online: false, reason: 'LWT' });
    expect(send('tele/yard/LWT', 'maybe').uplinks[0]?.decoded.refusals).toEqual([{ reason: 'wrong_type', detail: 'LWT' }]);
    for (const [topic, body] of [['tele/yard/INFO1', '{}'], ['tele/yard/SENSOR', '']] as const) expect(send(topic, body)).toEqual({ uplinks: [], refusals: [] });
  });

  it.each(['tele/SENSOR', 'stat/yard/SENSOR', 'tele', 'yard/tele/SENSOR', `tele/${'x'.repeat(129)}/SENSOR`])('does not know the topic %s', (topic) => {
    expect(send(topic, BME)).toMatchObject({ uplinks: [], refusals: [{ reason: 'unknown_topic' }] });
  });

  it('refuses a megabyte before it is parsed', () => {
    expect(decoder.decode({ topic: 'tele/yard/SENSOR', payload: new Uint8Array(1_000_000).fill(0x20), now: NOW }).uplinks[0]?.decoded.refusals).toEqual([{ reason: 'payload_too_large' }]);
  });

  it('never throws, and never makes a number of text, whatever comes', () => {
    const samples = [BME, { Time: BME.Time, Wifi: { Signal: -46 } }, { 'DS18B20-1': { Temperature: 20 }, SDS0X1: { 'PM2.5': 3, PM10: 4 }, TempUnit: 'F' }];
    fc.assert(fc.property(fc.oneof(mutatedBytes(samples.map(bytes)), mutatedJson(samples)), fc.constantFrom('SENSOR', 'STATE', 'LWT'), (payload, kind) => {
      expectAllPlausible(decoder.decode({ topic: `tele/yard/${kind}`, payload, now: NOW }));
    }), { numRuns: MUTATIONS });
    for (const sample of samples) expect(sensor(numbersAsText(sample)).readings).toEqual([]);
  });
});
