import { AggregateRowSchema, METRICS, type AggregateRow } from '@liandong/protocols';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { toCsv } from '../../src/aggregates/formats.js';

const row: AggregateRow = { area: 'east-garden-1', metric: 'pm2_5', unit: 'ug/m3', window: '15m', start: 1_793_494_800_000, end: 1_793_495_700_000, count: 15, mean: 20.000_000_1, min: -1e-7, max: 1e21, last: 20.5, devices: 30, coverage: 1 / 3, revision: 2 };

it('writes every column of the schema in its order, and numbers to their last digit', () => {
  const [read]: Record<string, string>[] = parse(toCsv([row]), { columns: true, record_delimiter: '\r\n' });
  expect(Object.keys(read ?? {})).toEqual(Object.keys(AggregateRowSchema.properties));
  expect(Object.fromEntries(Object.entries(read ?? {}).map(([name, text]) => [name, typeof row[name as keyof AggregateRow] === 'number' ? Number(text) : text]))).toEqual(row); // names are those of the schema
});

it('has no unit in the catalogue that would need quotation marks', () => {
  expect(Object.values(METRICS).filter(({ unit }) => /[",\r\n]/.test(unit))).toEqual([]);
});
