import { LIMITS } from '../limits.js';
import type { EpochMs } from '../ids.js';
import type { Refusal, RefusalReason } from '../refusals.js';
import type { Decoded } from './decoded.js';
import { readFields, type FieldMap, type FieldRule } from './fields.js';
import type { GatewayCodec, GatewayDecoded, GatewayDecoder, GatewayMessage } from './gateway.js';
import { isExternalId, isRecord, isoToMs, readObject, readText } from './text.js';
import { converter, type Measured } from './units.js';

const CLIMATE = ['Temperature', 'Humidity', 'Pressure'];
const PARTICLES = ['PM2.5', 'PM10'];
const LIGHT = ['Illuminance'];

/** Fields we read by sensor driver; others (energy, counters, the chip's own temperature) are not of the air outside. Source: Tasmota docs, "Supported Peripherals". */
const SENSORS: ReadonlyMap<string, readonly string[]> = new Map([
  ...['DS18B20', 'DS18S20', 'DS1822', 'DHT11', 'AM2301', 'SI7021', 'SHT1X', 'SHT3X', 'SHT4X', 'SHTC3', 'HTU21', 'HDC1080', 'AHT1X', 'AHT2X', 'LM75AD', 'MCP9808', 'BMP180', 'BMP280', 'BME280', 'BME680']
    .map((name): [string, string[]] => [name, CLIMATE]),
  ...['SDS0X1', 'PMS5003', 'HPMA'].map((name): [string, string[]] => [name, PARTICLES]),
  ...['SCD30', 'SCD40', 'SCD41'].map((name): [string, string[]] => [name, ['CarbonDioxide', 'Temperature', 'Humidity']]),
  ['MHZ19B', ['CarbonDioxide']], // its temperature is that of its lamp
  ...['BH1750', 'TSL2561', 'VEML7700'].map((name): [string, string[]] => [name, LIGHT]),
  ['SR04', ['Distance']],
]);

/** Tasmota's time has no zone unless told to add one (`SetOption52`); devices here run on Chinese time. */
const LOCAL_ZONE = '+08:00';
/** A `Time` outside this window is a clock that was never set or set to another zone: server time is nearer the truth. */
const PAST_MS = 24 * 60 * 60_000;
const NOTHING: GatewayDecoded = { uplinks: [], refusals: [] };

export const tasmotaCodec: GatewayCodec = {
  name: 'tasmota',
  defaultPrefix: 'tele',
  filters: (topicPrefix) => [`${topicPrefix}/#`],
  create: ({ topicPrefix }) => createDecoder(`${topicPrefix}/`),
};

function createDecoder(prefix: string): GatewayDecoder {
  return {
    decode({ topic, payload, now }: GatewayMessage): GatewayDecoded {
      const end = topic.lastIndexOf('/');
      if (!topic.startsWith(prefix) || end < prefix.length) return { uplinks: [], refusals: [{ reason: 'unknown_topic' }] };
      const externalId = topic.slice(prefix.length, end);
      if (!isExternalId(externalId)) return { uplinks: [], refusals: [{ reason: 'unknown_topic', detail: 'topic' }] };
      const decoded = payload.byteLength === 0 ? undefined : decodeKind(topic.slice(end + 1), payload, now);
      return decoded === undefined ? NOTHING : { uplinks: [{ externalId, decoded }], refusals: [] };
    },
  };
}

function decodeKind(kind: string, payload: Uint8Array, now: EpochMs): Decoded | undefined {
  if (kind === 'LWT') return decodeWill(payload);
  if (kind.startsWith('INFO')) return undefined;
  if (kind !== 'SENSOR' && kind !== 'STATE') return refused('not_for_us', kind.slice(0, 64));
  const message = readObject(payload, LIMITS.payloadBytes);
  if ('refusal' in message) return { readings: [], events: [], refusals: [message.refusal] };
  const ts = timeOf(message.value['Time'], now);
  return kind === 'STATE' ? decodeState(message.value, ts) : decodeSensors(message.value, ts);
}

function decodeWill(payload: Uint8Array): Decoded {
  const word = payload.byteLength > 16 ? undefined : readText(payload);
  if (word !== 'Online' && word !== 'Offline') return refused('wrong_type', 'LWT');
  return { readings: [], events: [], refusals: [], status: word === 'Online' ? { online: true } : { online: false, reason: 'LWT' } };
}

const SIGNAL: FieldMap = { Signal: { metric: 'rssi' } };

/** `Wifi.RSSI` is a quality in percent; `Signal` is dBm. */
function decodeState({ Wifi: wifi }: Record<string, unknown>, ts: EpochMs | undefined): Decoded {
  if (wifi === undefined) return { readings: [], events: [], refusals: [] };
  return isRecord(wifi) ? { ...readFields(wifi, SIGNAL, ts), events: [] } : refused('wrong_type', 'Wifi');
}

/**
 * Two sensors of one device may give the same metric (`DS18B20-1`, `DS18B20-2`). The first in the message speaks for the device, even when it
 * is broken and gives null: swapping between two places would draw one line out of two. The others are refused by name.
 */
function decodeSensors(message: Record<string, unknown>, ts: EpochMs | undefined): Decoded {
  const mine: Record<string, unknown> = {};
  const others: Refusal[] = [];
  for (const name in message) {
    const sensor = message[name];
    if (typeof sensor !== 'object' || sensor === null) continue;
    const fields = SENSORS.get(driverOf(name));
    if (fields === undefined) continue;
    for (const field of fields) {
      if (!Object.hasOwn(sensor, field)) continue;
      if (Object.hasOwn(mine, field)) others.push({ reason: 'not_for_us', detail: `${name}.${field}`.slice(0, 64) });
      else mine[field] = (sensor as Record<string, unknown>)[field]; // an object, by the check above
    }
  }
  const fields = fieldsFor(message);
  for (const field of ['Temperature', 'Pressure']) if (typeof mine[field] === 'number' && fields[field] === undefined) others.push({ reason: 'unknown_unit', detail: field });
  const { readings, refusals } = readFields(mine, fields, ts);
  return { readings, events: [], refusals: others.length === 0 ? refusals : [...refusals, ...others] };
}

/** `DS18B20-1`, `SHT3X_0x44`: the driver's name, then which of several. */
function driverOf(name: string): string {
  const end = name.search(/[-_]/);
  return end < 0 ? name : name.slice(0, end);
}

const FIXED: FieldMap = {
  'Humidity': rule('humidity', '%'), 'PM2.5': rule('pm2_5', 'ug/m3'), 'PM10': rule('pm10', 'ug/m3'),
  'CarbonDioxide': rule('co2', 'ppm'), 'Illuminance': rule('illuminance', 'lx'), 'Distance': rule('distanceMm', 'cm'),
};
const TEMPERATURES: Readonly<Record<string, FieldRule>> = { C: rule('temperature', 'C'), F: rule('temperature', 'F') };
const PRESSURES: Readonly<Record<string, FieldRule>> = { hPa: rule('pressure', 'hPa'), mmHg: rule('pressure', 'mmHg'), inHg: rule('pressure', 'inHg') };
const BY_UNITS: ReadonlyMap<unknown, ReadonlyMap<unknown, FieldMap>> = new Map([...Object.entries(TEMPERATURES), ['', undefined] as const].map(([temperature, Temperature]) => [
  temperature, new Map([...Object.entries(PRESSURES), ['', undefined] as const].map(([pressure, Pressure]) => [
    pressure, { ...FIXED, ...(Temperature && { Temperature }), ...(Pressure && { Pressure }) },
  ])),
]));

/** Firmware before 6.0 gave no `TempUnit` and meant Celsius; a pressure always comes with its unit. A unit the firmware does not have leaves the field out. */
function fieldsFor({ TempUnit: temperature = 'C', PressureUnit: pressure }: Record<string, unknown>): FieldMap {
  const byPressure = BY_UNITS.get(temperature) ?? BY_UNITS.get('');
  return byPressure?.get(pressure) ?? byPressure?.get('') ?? FIXED;
}

function rule(metric: Measured, unit: string): FieldRule {
  const convert = converter(metric, unit);
  return { metric, read: (value) => typeof value === 'number' ? convert?.(value) : undefined };
}

function timeOf(text: unknown, now: EpochMs): EpochMs | undefined {
  if (typeof text !== 'string') return undefined;
  const ts = isoToMs(text) ?? isoToMs(text + LOCAL_ZONE);
  return ts !== undefined && ts >= now - PAST_MS && ts <= now + LIMITS.clockAheadMs ? ts : undefined;
}

const refused = (reason: RefusalReason, detail: string): Decoded => ({ readings: [], events: [], refusals: [{ reason, detail }] });
