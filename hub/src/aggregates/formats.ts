import { AggregateRowSchema, type AggregateRow } from '@liandong/protocols';
import { parquetWriteBuffer } from 'hyparquet-writer';

export const CSV = 'text/csv; charset=utf-8';
export const PARQUET = 'application/vnd.apache.parquet';

const COLUMNS = Object.keys(AggregateRowSchema.properties) as (keyof AggregateRow)[];

/**
 * Comma-separated with a header line; times stay epoch ms. Cells are ids, numbers and words of the catalogue: none can be a formula, and none needs quotation marks, so a writer that looks for
 * such cells would cost more than the rest of the page.
 */
export const toCsv = (rows: readonly AggregateRow[]): string => [COLUMNS.join(','), ...rows.map(csvLine), ''].join('\r\n');

const csvLine = ({ area, metric, unit, window, start, end, count, mean, min, max, last, devices, coverage, revision }: AggregateRow): string =>
  `${area},${metric},${unit},${window},${start},${end},${count},${mean},${min},${max},${last},${devices},${coverage},${revision}`;

/** Parquet types by column: times as 64-bit epoch ms. */
const TYPES = {
  area: 'STRING', metric: 'STRING', unit: 'STRING', window: 'STRING', start: 'INT64', end: 'INT64', count: 'INT64', mean: 'DOUBLE', min: 'DOUBLE', max: 'DOUBLE', last: 'DOUBLE',
  devices: 'INT32', coverage: 'DOUBLE', revision: 'INT32',
} as const satisfies Record<keyof AggregateRow, string>;

/** One file, Snappy-compressed. */
export const toParquet = (rows: readonly AggregateRow[]): Buffer => Buffer.from(parquetWriteBuffer({
  columnData: COLUMNS.map((name) => ({ name, type: TYPES[name], nullable: false, data: rows.map((row) => (TYPES[name] === 'INT64' ? BigInt(row[name]) : row[name])) })),
}));
