import sparkplug from 'sparkplug-payload/lib/sparkplugPayloadProto.js';

/*
 * The package's message classes, not its `decodePayload`: that one gives null for a metric without a datatype, as DATA messages carry them
 * (Sparkplug 3.0, 6.4.6), makes a UInt32 above 2^31 negative, and throws when a property set is lopsided.
 */
const { Payload } = sparkplug.org.eclipse.tahu.protobuf;
export type SparkplugMetric = sparkplug.org.eclipse.tahu.protobuf.Payload.IMetric;

export interface SparkplugPayload { readonly timestamp: number | undefined; readonly seq: number | undefined; readonly metrics: readonly SparkplugMetric[] }

/** Sparkplug 3.0, 6.4.16: values of `datatype`. */
export const DATATYPE = { int8: 1, int16: 2, int32: 3, int64: 4, uint8: 5, uint16: 6, uint32: 7, uint64: 8, float: 9, double: 10, boolean: 11 } as const;

/** Undefined: not a Sparkplug payload. */
export function readSparkplug(bytes: Uint8Array): SparkplugPayload | undefined {
  try {
    const payload = Payload.decode(bytes);
    return { timestamp: wholeNumber(payload.timestamp), seq: Object.hasOwn(payload, 'seq') ? wholeNumber(payload.seq) : undefined, metrics: payload.metrics };
  } catch {
    return undefined;
  }
}

/** `NCMD` that asks a node to announce itself and its devices again (6.4.20). */
export const rebirthCommand = (now: number): Uint8Array =>
  Payload.encode({ timestamp: now, metrics: [{ name: 'Node Control/Rebirth', timestamp: now, datatype: DATATYPE.boolean, booleanValue: true }] }).finish();

/** A number or boolean as its datatype says; undefined when the value is of another kind, or too large to be exact. */
export function metricValue(metric: SparkplugMetric, datatype: number): number | boolean | undefined {
  switch (datatype) {
    case DATATYPE.boolean: return typeof metric.booleanValue === 'boolean' ? metric.booleanValue : undefined;
    // A binary32 holds seven digits; the rest is dust of the conversion.
    case DATATYPE.float: return typeof metric.floatValue === 'number' ? Number(metric.floatValue.toPrecision(7)) : undefined;
    case DATATYPE.double: return metric.doubleValue ?? undefined;
    case DATATYPE.int8: return signed(integerOf(metric), 8);
    case DATATYPE.int16: return signed(integerOf(metric), 16);
    case DATATYPE.int32: return signed(integerOf(metric), 32);
    case DATATYPE.int64: return wholeNumber(metric.longValue ?? metric.intValue, true);
    case DATATYPE.uint8: return unsigned(integerOf(metric), 0xff);
    case DATATYPE.uint16: return unsigned(integerOf(metric), 0xffff);
    case DATATYPE.uint32: return unsigned(integerOf(metric), 0xffff_ffff);
    case DATATYPE.uint64: return integerOf(metric);
    default: return undefined;
  }
}

/** A protobuf 64-bit integer as a number; undefined beyond 2^53, where a number would be another one. */
export function wholeNumber(value: unknown, isSigned = false): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'object' || value === null || !('low' in value) || !('high' in value)) return undefined;
  const { low, high } = value;
  if (typeof low !== 'number' || typeof high !== 'number') return undefined;
  const whole = (isSigned ? high | 0 : high >>> 0) * 2 ** 32 + (low >>> 0);
  return Number.isSafeInteger(whole) ? whole : undefined;
}

const integerOf = ({ intValue, longValue }: SparkplugMetric): number | undefined => wholeNumber(intValue ?? longValue);
const unsigned = (value: number | undefined, max: number): number | undefined => value !== undefined && value <= max ? value : undefined;

/** Two's complement, extended to 32 bits as Tahu's Java does or left at its own width as Tahu's Python does. */
function signed(value: number | undefined, bits: 8 | 16 | 32): number | undefined {
  if (value === undefined) return undefined;
  const half = 2 ** (bits - 1);
  if (value < half) return value;
  if (value < 2 * half) return value - 2 * half;
  const extended = value - 2 ** 32;
  return extended >= -half && extended < 0 ? extended : undefined;
}
