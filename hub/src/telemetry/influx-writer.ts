import { HttpError } from '@influxdata/influxdb-client';
import type { InfluxHttp } from './influx-client.js';

/** A line the server will never take, and why. */
export interface DeadLetter { readonly line: string; readonly status: number; readonly reason: string }

const LINES_PER_REQUEST = 5_000;
/** The request itself is at fault: a line can't be parsed, a field has another type, a time is out of reach, the body is too large. */
const REFUSED = new Set([400, 413, 422]);

/**
 * Writes lines and waits for each answer. A refused request is halved until the bad lines stand alone; those are handed to `deadLetter`,
 * the others are written. Writing a line twice is harmless, so parts the server took before it refused may go again.
 * Anything else (down, overloaded, too slow, not allowed) rejects, and the whole batch is to be tried again.
 */
export function createLineWriter({ http, deadLetter }: { http: Pick<InfluxHttp, 'write'>; deadLetter: (lost: DeadLetter) => void }) {
  async function write(lines: readonly string[], precision: 'ms' | 'ns'): Promise<void> {
    try {
      await http.write(lines, precision);
    } catch (error) {
      if (!(error instanceof HttpError) || !REFUSED.has(error.statusCode)) throw error;
      const [line] = lines;
      if (lines.length === 1 && line !== undefined) return deadLetter({ line, status: error.statusCode, reason: error.message });
      const half = Math.ceil(lines.length / 2);
      await write(lines.slice(0, half), precision);
      await write(lines.slice(half), precision);
    }
  }

  return async (lines: readonly string[], precision: 'ms' | 'ns'): Promise<void> => {
    for (let start = 0; start < lines.length; start += LINES_PER_REQUEST) {
      await write(lines.slice(start, start + LINES_PER_REQUEST), precision);
    }
  };
}
