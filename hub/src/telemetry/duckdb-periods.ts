import type { EpochMs } from '@liandong/protocols';

/** A calendar month (UTC) of points, in a table of its own: dropping a table is what gives space back. */
export interface Period {
  readonly table: string;
  readonly start: EpochMs;
  /** Excluded. */
  readonly end: EpochMs;
}

const TABLE = /^points_(\d{4,6})(\d{2})$/;

export function periodOf(ts: EpochMs): Period {
  const at = new Date(ts);
  return period(at.getUTCFullYear(), at.getUTCMonth());
}

/** The period a table name stands for; undefined when it is some other table. */
export function periodOfTable(table: string): Period | undefined {
  const match = TABLE.exec(table);
  return match === null ? undefined : period(Number(match[1]), Number(match[2]) - 1);
}

const period = (year: number, month: number): Period => ({
  table: `points_${String(year).padStart(4, '0')}${String(month + 1).padStart(2, '0')}`,
  start: Date.UTC(year, month, 1),
  end: Date.UTC(year, month + 1, 1),
});

/** Finds periods again and again: neighbouring rows nearly always fall in the same month. */
export function createPeriodFinder(): (ts: EpochMs) => Period {
  let current = periodOf(0);
  return (ts) => {
    if (ts < current.start || !(ts < current.end)) current = periodOf(ts);
    return current;
  };
}

/** A limit of time as the file has it; what is beyond all times stays beyond. */
export const wholeMs = (ms: EpochMs): bigint => BigInt(Math.ceil(Math.min(Math.max(ms, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)));
