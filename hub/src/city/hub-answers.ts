import {
  AggregateAreaListSchema, AggregateRowSchema, CityAlertAnswerSchema, CityAlertSchema, EpochMsSchema, WINDOW_MS, isMetricKey, type AggregateAreaList, type AggregateRow, type CityAlert, type CityAlertAnswer, type EpochMs,
} from '@liandong/protocols';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { startOf } from '../aggregates/stages.js';
import { PullError } from './pull-error.js';

const envelope = Compile(Type.Object({ data: Type.Array(Type.Object({ metric: Type.String() }), { maxItems: 10_000 }), next: Type.String({ minLength: 1, maxLength: 200 }), watermark: EpochMsSchema }));
const row = Compile(AggregateRowSchema);
// A hub newer than the city may know metrics that the city doesn't.
const areas = Compile(Type.Object({ ...AggregateAreaListSchema.properties, data: Type.Array(Type.Object({ ...AggregateAreaListSchema.properties.data.items.properties, metrics: Type.Array(Type.String()) }), { maxItems: 50_000 }) }));
const alerts = Compile(CityAlertAnswerSchema);
const alert = Compile(CityAlertSchema);

export interface AggregatePage { readonly rows: AggregateRow[]; readonly next: string; readonly watermark: EpochMs }

/** A page as it is stored: each window once, windows where they belong, and only metrics of the catalogue. @throws PullError garbage */
export function readPage(body: unknown): AggregatePage {
  if (!envelope.Check(body)) throw new PullError('garbage', 'its answer is no page of aggregates');
  const rows = new Map<string, AggregateRow>();
  for (const found of body.data) {
    if (!isMetricKey(found.metric)) continue;
    if (!row.Check(found) || !isSound(found)) throw new PullError('garbage', 'a row of its answer is not one');
    rows.set(`${found.area} ${found.metric} ${found.window} ${found.start}`, found);
  }
  return { rows: [...rows.values()], next: body.next, watermark: body.watermark };
}

/** Numbers that can be so. Additions in floating point leave a mean a hair outside. */
function isSound({ window, start, end, count, mean, min, max, last, devices, coverage }: AggregateRow): boolean {
  const hair = 1e-6 * Math.max(1, Math.abs(min), Math.abs(max));
  const isWithin = (value: number): boolean => value >= min - hair && value <= max + hair;
  return startOf(start, window) === start && end === start + WINDOW_MS[window] && count >= 1 && devices >= 0 && coverage >= 0 && isWithin(mean) && isWithin(last);
}

/** @throws PullError garbage */
export function readAreas(body: unknown): AggregateAreaList {
  if (!areas.Check(body)) throw new PullError('garbage', 'its list of areas is not one');
  return { ...body, data: body.data.map((area) => ({ ...area, metrics: area.metrics.filter(isMetricKey) })) };
}

/** Of each alert the members the city knows and no others: a person's name that a hub lets slip is neither kept nor passed on. @throws PullError garbage */
export function readAlerts(body: unknown): CityAlertAnswer {
  if (!alerts.Check(body)) throw new PullError('garbage', 'its answer is no list of alerts');
  return Value.Clean(CityAlertAnswerSchema, structuredClone(body)) as CityAlertAnswer; // checked above; members are only taken out
}

/** @throws PullError garbage */
export function readAlert(body: unknown): CityAlert {
  if (!alert.Check(body)) throw new PullError('garbage', 'its answer is no alert');
  return Value.Clean(CityAlertSchema, structuredClone(body)) as CityAlert; // as above
}
