import type { CompiledQuery, Kysely } from 'kysely';

/** Sizes that are remembered. */
const KNOWN_SIZES = 100;
/** Rows of one statement at most: fewer than a database takes, and no more than keep the thread for a moment. A power of two. */
const MOST_ROWS = 64;

/**
 * Statements that write rows, all with the same columns in the same order and nothing undefined. Kysely makes one of each size; later ones differ in their values alone. In a storm of alerts making
 * them anew costs more of the hub's thread than all else that is done for the database.
 * @param make gives the statement with every value as a parameter, row by row, and with no other
 */
export function rowsStatement<Schema, Row extends object>(make: (db: Kysely<Schema>, rows: readonly Row[]) => CompiledQuery): (db: Kysely<Schema>, rows: readonly Row[]) => CompiledQuery {
  /** By what compiles them, libSQL's or PostgreSQL's, and by the number of rows. */
  const known = new WeakMap<object, Map<number, CompiledQuery>>();
  return (db, rows) => {
    const { adapter } = db.getExecutor();
    const ofDatabase = known.get(adapter) ?? new Map<number, CompiledQuery>();
    known.set(adapter, ofDatabase);
    const made = ofDatabase.get(rows.length);
    const parameters = valuesOf(rows);
    if (made !== undefined && made.parameters.length === parameters.length) return { ...made, parameters };
    const compiled = make(db, rows);
    if (ofDatabase.size < KNOWN_SIZES && compiled.parameters.every((value, index) => value === parameters[index])) ofDatabase.set(rows.length, compiled);
    return compiled;
  };
}

/** Written out: in a storm it is done for two million values a minute, and `flatMap` over their lists takes ten times as long. */
function valuesOf(rows: readonly object[]): unknown[] {
  const values: unknown[] = [];
  for (const row of rows as readonly Readonly<Record<string, unknown>>[]) for (const column in row) values.push(row[column]); // rows are plain objects
  return values;
}

/**
 * The rows in runs of 64, 32, 16, …, 1, in their order. Every number of rows would be a statement of its own, to be made here and prepared by the database; of these there are seven, which are soon known to both.
 */
export function* inParts<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  let size = MOST_ROWS;
  for (let from = 0; from < rows.length; from += size) {
    while (size > rows.length - from) size /= 2;
    yield rows.slice(from, from + size);
  }
}
