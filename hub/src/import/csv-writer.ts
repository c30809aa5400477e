import { stringify } from 'csv-stringify/sync';

/** A spreadsheet would run a cell that begins with one of these; `'` in front makes it text. */
const FORMULA = /^[=+\-@\t\r]/;
export const harmless = (cell: string): string => FORMULA.test(cell) ? `'${cell}` : cell;
/** What `harmless` did, undone: an exported file can be imported again. */
export const unharmed = (cell: string): string => cell.startsWith('\'') && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;

/** Excel takes a file without it for the system's own encoding. */
export const BYTE_ORDER_MARK = '\ufeff';

/** Rows as CSV text, line ends as RFC 4180 has them. */
export const toCsv = (rows: readonly (readonly string[])[]): string =>
  stringify(rows.map((row) => row.map(harmless)), { record_delimiter: 'windows' });
