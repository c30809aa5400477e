import type { EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';

/** The failed rows of one import: their cells as they were, and why. */
export interface FailedRows {
  readonly by: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface FailedRowsStore {
  keep(id: string, rows: FailedRows): void;
  /** Undefined: there is none, it is over ten minutes old, or newer ones have taken its place. */
  get(id: string): FailedRows | undefined;
}

const KEEP_MS = 10 * 60_000;
const MOST_FILES = 8;
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** In memory only; the oldest go when there are too many or they are too large. */
export function createFailedRowsStore({ clock }: { clock: Clock }): FailedRowsStore {
  const files = new Map<string, FailedRows & { until: EpochMs; size: number }>();
  let size = 0;

  function drop(id: string): void {
    size -= files.get(id)?.size ?? 0;
    files.delete(id);
  }
  function tidy(): void {
    for (const [id, { until }] of files) if (until <= clock.now() || files.size > MOST_FILES || size > MOST_CHARACTERS) drop(id);
  }

  return {
    keep(id, rows) {
      const own = rows.rows.reduce((sum, row) => row.reduce((all, cell) => all + cell.length, sum), 0);
      files.set(id, { ...rows, until: clock.now() + KEEP_MS, size: own });
      size += own;
      tidy();
    },
    get(id) {
      tidy();
      return files.get(id);
    },
  };
}
