import type { MetricKey } from '../metrics.js';
import type { PayloadCodec, UplinkBytes } from './gateway.js';
import { gather, type Gathering } from './lorawan-reading.js';

interface Channel {
  /** Bytes after id and type. */
  readonly size: number;
  /** Which family of devices has it: bin level (EM400) or indoor air (AM300). */
  readonly family?: 'level' | 'air';
  read?(data: DataView, at: number, reading: Gathering): void;
}

const PLACE = 0x0500;

/**
 * Milesight's channels of EM400-MUD, -TLD and -UDL, AM307, AM308, AM319 and WS302, by id and type. Source: Milesight's SensorDecoders, the `README.md` of
 * each device, and the EM400-MUD user guide.
 *
 * Read over, because what they say is none of our metrics for certain: TVOC as an index (`08 7d`), ozone in ppm (`0d 7d`), formaldehyde of the WELL
 * variant (`0f 7d`: mg/m3 in its table, ppm in its decoder), light as a level (`06 cb`), movement, the buzzer, the place of an NB-IoT EM400 (`06 88`).
 */
const CHANNELS = new Map<number, Channel>([
  [0x0175, { size: 1, read: (data, at, reading) => reading.put('battery', data.getUint8(at)) }],
  [0x0367, { size: 2, read: temperature }],
  [0x8367, { size: 3, read: temperature }],
  [0x0482, { size: 2, family: 'level', read: word('distanceMm') }],
  [0x8482, { size: 3, family: 'level', read: word('distanceMm') }],
  [PLACE, { size: 1 }],
  [0x0688, { size: 9 }],
  [0x0468, { size: 1, family: 'air', read: (data, at, reading) => reading.put('humidity', data.getUint8(at) / 2) }],
  [0x06cb, { size: 1, family: 'air' }],
  [0x077d, { size: 2, family: 'air', read: word('co2') }],
  [0x087d, { size: 2, family: 'air' }],
  [0x08e6, { size: 2, family: 'air', read: word('tvoc') }],
  [0x0973, { size: 2, family: 'air', read: word('pressure', 10) }],
  [0x0a7d, { size: 2, family: 'air', read: word('hcho', 100) }],
  [0x0b7d, { size: 2, family: 'air', read: word('pm2_5') }],
  [0x0c7d, { size: 2, family: 'air', read: word('pm10') }],
  [0x0d7d, { size: 2, family: 'air' }],
  [0x0f7d, { size: 2, family: 'air' }],
  [0x0e01, { size: 1, family: 'air' }],
  [0x055b, { size: 7, read: soundLevel }],
  // What a device says of itself when it joins: versions, power on, class, serial number, reset.
  [0xff01, { size: 1 }], [0xff09, { size: 2 }], [0xff0a, { size: 2 }], [0xff0b, { size: 1 }], [0xff0f, { size: 1 }], [0xff16, { size: 8 }],
  [0xfffe, { size: 1 }], [0xffff, { size: 2 }],
]);

/**
 * Milesight's bytes: id, type, data, little-endian, one after the other. An unknown channel or a cut one ends the reading, since nothing says how long it
 * is; what came before it stands. Answers to settings (`fe`, `ff`) and stored history (`2x ce`, its length depends on the model) aren't read.
 */
export const milesightCodec: PayloadCodec = {
  name: 'milesight',
  decode(bytes, ts) {
    const reading = gather(ts);
    readChannels(bytes, reading);
    return reading.done();
  },
};

function readChannels({ data: bytes }: UplinkBytes, reading: Gathering): void {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seen = { level: false, air: false, temperature: false, place: undefined as number | undefined };
  let at = 0;
  while (at < data.byteLength) {
    const id = at + 2 <= data.byteLength ? data.getUint16(at) : undefined;
    const channel = id === undefined ? undefined : CHANNELS.get(id);
    if (id === undefined || channel === undefined || at + 2 + channel.size > data.byteLength) {
      reading.refuse(whyNot(id, channel, data, at));
      break;
    }
    if (id === PLACE) seen.place = data.getUint8(at + 2);
    else if (id === 0x0367 || id === 0x8367) seen.temperature = true;
    if (channel.family !== undefined) seen[channel.family] = true;
    channel.read?.(data, at + 2, reading);
    at += 2 + channel.size;
  }
  if (data.byteLength === 0) reading.refuse({ reason: 'malformed_bytes', detail: 'empty' });
  if (seen.place !== undefined) place(seen.place, seen, at >= data.byteLength, reading);
}

/**
 * `05 00` is the position of an EM400 (1: tilted) and movement before an AM300 (1: somebody is there; or water, on an EM300). What comes with it tells which:
 * a distance, or a temperature in a whole message without anything an air sensor always sends along. By itself it stays unread.
 */
function place(value: number, seen: { level: boolean; air: boolean; temperature: boolean }, isWhole: boolean, reading: Gathering): void {
  if (seen.air && !seen.level) return;
  if (seen.air || !(seen.level || (seen.temperature && isWhole))) return reading.refuse({ reason: 'malformed_bytes', detail: '0500: position or movement' });
  if (value > 1) return reading.refuse({ reason: 'out_of_range', detail: 'tilted' });
  reading.put('tilted', value === 1);
}

function whyNot(id: number | undefined, channel: Channel | undefined, data: DataView, at: number): { reason: 'malformed_bytes' | 'not_for_us'; detail: string } {
  if (id === undefined) return { reason: 'malformed_bytes', detail: `${hex(data.getUint8(at), 2)} cut short` };
  if (channel !== undefined) return { reason: 'malformed_bytes', detail: `${hex(id, 4)} cut short` };
  if (id >= 0xfe00) return { reason: 'not_for_us', detail: `${hex(id, 4)} settings` };
  if (id >= 0x2000 && id < 0x2400 && (id & 0xff) === 0xce) return { reason: 'not_for_us', detail: `${hex(id, 4)} history` };
  return { reason: 'malformed_bytes', detail: hex(id, 4) };
}

/** -0.1 and -0.3 °C are lost with it: Milesight's marks for a reading that failed (0xffff) and one out of its range (0xfffd). */
function temperature(data: DataView, at: number, reading: Gathering): void {
  const raw = data.getUint16(at, true);
  if (raw === 0xffff || raw === 0xfffd) reading.refuse({ reason: 'out_of_range', detail: 'temperature' });
  else reading.put('temperature', data.getInt16(at, true) / 10);
}

/** A fault's mark, 0xfffd to 0xffff, is out of every such metric's range. */
function word(target: MetricKey | 'distanceMm', divisor = 1): (data: DataView, at: number, reading: Gathering) => void {
  return (data, at, reading) => reading.put(target, data.getUint16(at, true) / divisor);
}

/** Weighting, then the level now, the mean (Leq) and the maximum, in tenths. Noise is LAeq: with weighting C or Z there is no dB(A) in it. */
function soundLevel(data: DataView, at: number, reading: Gathering): void {
  const weighting = data.getUint8(at) & 0x03;
  if (weighting === 1) reading.put('noise', data.getUint16(at + 3, true) / 10);
  else reading.refuse({ reason: 'unknown_metric', detail: `L${['Z', '', 'C'][weighting] ?? '?'}eq` });
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
