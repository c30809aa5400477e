import type { MetricValue } from '../metrics.js';
import type { FieldMap } from './fields.js';
import type { PayloadCodec } from './gateway.js';
import { gather } from './lorawan-reading.js';

/** The LDDS75 measures from 280 to 7,500 mm (manual, "Features"); 20 mm is its mark for an invalid reading, 0 for no sensor. */
const NEAREST_MM = 280;
/** With its accuracy of 1 cm + 0.3 % on top. */
const FARTHEST_MM = 7533;

/**
 * Dragino LDDS75, big-endian: battery mV in 14 bits, distance mm, interrupt flag; since firmware 1.1 also DS18B20 in tenths of a degree and whether
 * the ultrasonic sensor is there. Sources: LDDS75 user manual, Dragino's decoder 1.1.4, and its decoder in the LoRaWAN Device Repository.
 *
 * The battery is left out: it is a voltage, and a lithium thionyl chloride cell holds it level until it is nearly empty. Without a probe the
 * temperature word is 0, so exactly 0.0 °C is left out as well.
 */
export const draginoLdds75Codec: PayloadCodec = {
  name: 'dragino-ldds75',
  decode({ data }, ts) {
    if (data.length !== 5 && data.length !== 8) return { readings: [], refusals: [{ reason: 'malformed_bytes', detail: `${data.length} bytes` }] };
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const reading = gather(ts);
    const distanceMm = view.getUint16(2);
    const isSensorThere = data.length === 5 || view.getUint8(7) !== 0;
    if (isSensorThere && isMeasurable(distanceMm)) reading.put('distanceMm', distanceMm);
    else reading.refuse({ reason: 'out_of_range', detail: distanceMm === 0 || !isSensorThere ? 'distanceMm: no sensor' : 'distanceMm' });
    const tenths = data.length === 8 ? view.getInt16(5) : 0;
    if (tenths !== 0) reading.put('temperature', tenths / 10);
    return reading.done();
  },
};

/** What Dragino's own decoder on a LoRaWAN server emits: numbers, or text with the unit, depending on the decoder's version. */
export const draginoLdds75Fields: FieldMap = {
  Distance: { metric: 'distanceMm', read: distanceOf },
  TempC_DS18B20: { metric: 'temperature', read: temperatureOf },
};

/** Does this come from an LDDS75? Its decoder says so; else the server's device profile may. */
export const isLdds75 = (object: Readonly<Record<string, unknown>>, model: string | undefined): boolean =>
  object['Node_type'] === 'LDDS75' || (model !== undefined && /\bldds75\b/i.test(model));

const isMeasurable = (mm: number): boolean => mm >= NEAREST_MM && mm <= FARTHEST_MM;

function distanceOf(value: unknown): MetricValue | undefined {
  const text = typeof value === 'string' ? /^(\d{1,5}) mm$/.exec(value)?.[1] : undefined;
  const mm = text === undefined ? value : Number(text);
  return typeof mm === 'number' && isMeasurable(mm) ? mm : undefined;
}

/** The field's name says Celsius; the text is the maker's `toFixed(2)`, bare or with the unit. */
function temperatureOf(value: unknown): MetricValue | undefined | null {
  const text = typeof value === 'string' ? /^(-?\d{1,4}\.\d{1,2})(?: °C)?$/.exec(value)?.[1] : undefined;
  const celsius = text === undefined ? value : Number(text);
  if (typeof celsius !== 'number') return undefined;
  return celsius === 0 ? null : celsius;
}
