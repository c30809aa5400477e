import { POLLUTANTS, aqiOf, type Area, type Concentrations, type Device, type EpochMs, type Latest, type MetricKey } from '@liandong/protocols';

/** The models of the FIWARE Smart Data Models that devices are shown as. */
export const ENTITY_TYPES = ['WasteContainer', 'AirQualityObserved', 'NoiseLevelObserved'] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];
/** What gives the short names their meaning. */
export const CONTEXT = 'https://raw.githubusercontent.com/smart-data-models/data-models/master/context.jsonld';

export interface LdProperty { readonly type: 'Property'; readonly value: unknown; readonly observedAt?: string; readonly unitCode?: string }
export interface LdEntity { readonly id: string; readonly type: EntityType; readonly [name: string]: unknown }

/** A metric under its name in the model; `unitCode` is UN/CEFACT's. */
interface Shown { readonly name: string; readonly metric: MetricKey; readonly unitCode: string; readonly scale?: number }
const PERCENT = { unitCode: 'C62', scale: 0.01 };
const AIR: readonly Shown[] = [
  { name: 'pm25', metric: 'pm2_5', unitCode: 'GQ' }, { name: 'pm10', metric: 'pm10', unitCode: 'GQ' }, { name: 'no2', metric: 'no2', unitCode: 'GQ' }, { name: 'so2', metric: 'so2', unitCode: 'GQ' },
  { name: 'o3', metric: 'o3', unitCode: 'GQ' }, { name: 'co', metric: 'co', unitCode: 'GP' }, { name: 'temperature', metric: 'temperature', unitCode: 'CEL' }, { name: 'relativeHumidity', metric: 'humidity', ...PERCENT },
];
const MODELS: Readonly<Record<EntityType, readonly Shown[]>> = {
  WasteContainer: [{ name: 'fillingLevel', metric: 'fill_level', ...PERCENT }, { name: 'temperature', metric: 'temperature', unitCode: 'CEL' }],
  AirQualityObserved: AIR,
  NoiseLevelObserved: [{ name: 'LAeq', metric: 'noise', unitCode: '2N' }],
};
/** What makes a sensor one of a model. */
const MAKES: Readonly<Record<EntityType, (device: Device, values: Latest['values']) => boolean>> = {
  WasteContainer: ({ kind }) => kind === 'waste_bin',
  AirQualityObserved: ({ kind }, values) => kind === 'env_sensor' && POLLUTANTS.some((pollutant) => values[pollutant] !== undefined),
  NoiseLevelObserved: ({ kind }, values) => kind === 'env_sensor' && values['noise'] !== undefined,
};

export const entityId = (type: EntityType, device: string): string => `urn:ngsi-ld:${type}:${device}`;
/** Undefined: no id of an entity that could be here. */
export function parseEntityId(id: string): { type: EntityType; device: string } | undefined {
  const [, type, device] = /^urn:ngsi-ld:([A-Za-z]+):([a-z0-9-]{1,32})$/.exec(id) ?? [];
  const known = ENTITY_TYPES.find((name) => name === type);
  return known === undefined || device === undefined ? undefined : { type: known, device };
}

export const isOfType = (type: EntityType, device: Device, values: Latest['values']): boolean => MAKES[type](device, values);

/** The device as an entity, in normalised form. `means`: of the last hour, for the air quality index; without one, there is no index. */
export function entityOf(type: EntityType, { device, area, values, means }: { device: Device; area: Area | undefined; values: Latest['values']; means: Concentrations | undefined }): LdEntity {
  const shown = MODELS[type].filter(({ metric }) => values[metric] !== undefined);
  const newest = shown.reduce((ts, { metric }) => Math.max(ts, values[metric]?.ts ?? 0), 0);
  const entity: Record<string, unknown> = { name: { type: 'Property', value: device.name } satisfies LdProperty };
  for (const { name, metric, unitCode, scale } of shown) {
    const { ts, value } = values[metric]!; // filtered
    entity[name] = { type: 'Property', value: scale === undefined ? value : round(Number(value) * scale), unitCode, observedAt: iso(ts) } satisfies LdProperty;
  }
  if (type === 'WasteContainer') entity['status'] = { type: 'Property', value: statusOf(device, values) } satisfies LdProperty;
  const index = type === 'AirQualityObserved' && means !== undefined ? aqiOf(means) : undefined;
  if (index !== undefined) entity['airQualityIndex'] = { type: 'Property', value: index.aqi } satisfies LdProperty;
  if (newest > 0) entity['dateObserved'] = { type: 'Property', value: { '@type': 'DateTime', '@value': iso(newest) } } satisfies LdProperty;
  if (device.location !== undefined) entity['location'] = { type: 'GeoProperty', value: { type: 'Point', coordinates: [device.location.lng, device.location.lat] } };
  entity['areaServed'] = { type: 'Property', value: area?.name ?? device.area } satisfies LdProperty;
  entity['source'] = { type: 'Property', value: `urn:liandong:device:${device.id}` } satisfies LdProperty;
  return { id: entityId(type, device.id), type, ...entity };
}

/** As `options=keyValues` asks: values alone. */
export function keyValues({ id, type, ...rest }: LdEntity): Record<string, unknown> {
  return { id, type, ...Object.fromEntries(Object.entries(rest).map(([name, attribute]) => [name, plain((attribute as LdProperty).value)])) }; // every member but those two is an attribute
}

const plain = (value: unknown): unknown => (typeof value === 'object' && value !== null && '@value' in value ? value['@value'] : value);
const iso = (ts: EpochMs): string => new Date(ts).toISOString();
const round = (value: number): number => Number(value.toFixed(6));

/** The model's words. */
function statusOf({ status }: Device, { tilted, lid_open: lidOpen }: Latest['values']): string {
  if (tilted?.value === true) return 'dropped';
  if (lidOpen?.value === true) return 'lidOpen';
  return status === 'online' ? 'ok' : 'unknown';
}
