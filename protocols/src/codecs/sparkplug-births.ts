import { METRIC_KEYS } from '../metrics.js';
import { metricValue, wholeNumber, type SparkplugMetric } from './sparkplug-payload.js';
import { converter, type Measured } from './units.js';

/** What a BIRTH says of one metric: how later values are to be read. */
export interface Announced {
  readonly name: string;
  readonly datatype: number;
  /** Absent: none of our metrics. */
  readonly target?: Measured;
  readonly convert?: (value: number) => number;
  /** Why this metric of ours can't be read. */
  readonly fault?: 'unknown_unit' | 'not_for_us';
}

export interface Birth { readonly byName: ReadonlyMap<string, Announced>; readonly byAlias: ReadonlyMap<number, Announced>; readonly size: number }

/** More metrics than fit into one message of 64 KiB are not announced. */
const NAME_LENGTH = 256;

/** A metric's last path part, letters and digits only, in lower case. */
const TARGETS: ReadonlyMap<string, Measured> = new Map<string, Measured>([
  ...METRIC_KEYS.map((key): [string, Measured] => [key.replaceAll('_', ''), key]),
  ['temp', 'temperature'], ['relativehumidity', 'humidity'], ['batterylevel', 'battery'], ['formaldehyde', 'hcho'], ['laeq', 'noise'], ['distance', 'distanceMm'],
]);

/** Without `engUnit` these could be by volume or by mass, or of any length: not guessed. */
const UNIT_NEEDED: ReadonlySet<Measured> = new Set<Measured>(['co', 'o3', 'no2', 'so2', 'tvoc', 'hcho', 'distanceMm']);
/** Of the node or the device itself, not of what it measures. */
const OWN_AFFAIRS = /^(Node Control|Device Control|Node Info|Device Info|Properties|bdSeq)(\/|$)/;
const UNIT_PROPERTY = /^(eng_?units?|units?)$/i;

/**
 * Reads a BIRTH's metrics. When two of them mean the same metric of ours (`Inlet/Temperature`, `Outlet/Temperature`) the first speaks for the
 * device and the other is refused, for as long as this birth holds.
 */
export function readBirth(metrics: readonly SparkplugMetric[]): Birth {
  const byName = new Map<string, Announced>();
  const byAlias = new Map<number, Announced>();
  const taken = new Set<Measured>();
  for (const metric of metrics) {
    const { name } = metric;
    if (typeof name !== 'string' || name === '' || name.length > NAME_LENGTH || byName.has(name)) continue;
    const announced = announce(name, metric, taken);
    byName.set(name, announced);
    const alias = aliasOf(metric);
    if (alias !== undefined) byAlias.set(alias, announced);
  }
  return { byName, byAlias, size: byName.size };
}

/** Undefined: the metric has none. */
export const aliasOf = (metric: SparkplugMetric): number | undefined => Object.hasOwn(metric, 'alias') ? wholeNumber(metric.alias) : undefined;

/** `bdSeq` ties a will to the birth it was registered for (6.4.17); undefined: not in the message. */
export function bdSeqOf(metrics: readonly SparkplugMetric[]): number | undefined {
  const metric = metrics.find(({ name }) => name === 'bdSeq');
  const value = metric === undefined ? undefined : metricValue(metric, metric.datatype ?? 0);
  return typeof value === 'number' ? value : undefined;
}

function announce(name: string, metric: SparkplugMetric, taken: Set<Measured>): Announced {
  const datatype = metric.datatype ?? 0;
  const target = OWN_AFFAIRS.test(name) ? undefined : TARGETS.get(lastPart(name));
  if (target === undefined) return { name, datatype };
  if (taken.has(target)) return { name, datatype, target, fault: 'not_for_us' };
  taken.add(target);
  const unit = unitOf(metric);
  if (unit === undefined) return UNIT_NEEDED.has(target) ? { name, datatype, target, fault: 'unknown_unit' } : { name, datatype, target };
  const convert = converter(target, unit);
  return convert === undefined ? { name, datatype, target, fault: 'unknown_unit' } : { name, datatype, target, convert };
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1).toLowerCase().replace(/[^a-z0-9]/g, '');

/** The engineering unit of a metric's property set: keys and values are two lists that belong together. */
function unitOf({ properties }: SparkplugMetric): string | undefined {
  const at = properties?.keys?.findIndex((key) => UNIT_PROPERTY.test(key)) ?? -1;
  const text = at < 0 ? undefined : properties?.values?.[at]?.stringValue;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
