import type { EpochMs } from '@liandong/protocols';
import { createInfluxHttp, type InfluxHttp, type InfluxSettings } from './influx-client.js';
import { createInfluxReader, type InfluxReader } from './influx-reader.js';
import { scanInflux } from './influx-scan.js';
import { checkInfluxUrl, probeInflux } from './influx-start.js';
import { createLineWriter, type DeadLetter } from './influx-writer.js';
import { createLineBuilder, EVENT, TELEMETRY } from './line-protocol.js';
import type { StoreLog } from './store-log.js';
import type { TelemetryStore } from './types.js';
import { AppError } from '../problem.js';

export interface InfluxStoreOptions extends InfluxSettings {
  readonly log: StoreLog;
  /** A request that takes longer rejects; 10 s when not given. */
  readonly requestTimeoutMs?: number;
}

export interface InfluxStore extends TelemetryStore {
  /** Lines the server refused for good since the start. */
  readonly deadLetters: number;
}

const REACHABLE_WITHIN_MS = 2_000;
const MOST_READS_PENDING = 256;
const LOGGED_LENGTH = 300;

/**
 * Telemetry in InfluxDB 2.x. The server orders and overwrites by series and time; the journal keeps the position and is the only buffer.
 * Calls reject with AppError STORE_UNAVAILABLE while the server is down or too slow, and when `stop` ends them: what was not written is
 * written after the next start. `start` throws StartError for settings that can't work.
 */
export function createInfluxStore({ log, requestTimeoutMs = 10_000, ...settings }: InfluxStoreOptions): InfluxStore {
  const buildLines = createLineBuilder();
  let http: InfluxHttp | undefined;
  let reader: InfluxReader | undefined;
  let deadLetters = 0;
  let readsPending = 0;

  function deadLetter(lost: DeadLetter): void {
    deadLetters += 1;
    log.warn({ ...loggable(lost), deadLetters }, 'InfluxDB refused a line for good; the others were kept');
  }

  /** Reads come from anyone, so only so many may wait; the one writer is never turned away for them. */
  async function reading<T>(work: (reader: InfluxReader) => Promise<T>): Promise<T> {
    if (readsPending >= MOST_READS_PENDING) throw new AppError('STORE_UNAVAILABLE', undefined, { cause: new Error('too many reads are waiting for it') });
    readsPending += 1;
    try {
      return await using((_, reader) => work(reader));
    } finally {
      readsPending -= 1;
    }
  }

  /** The library's errors become the one a caller knows; its own stays as the cause. */
  async function using<T>(work: (http: InfluxHttp, reader: InfluxReader) => Promise<T>): Promise<T> {
    if (http === undefined || reader === undefined) throw new AppError('STORE_UNAVAILABLE');
    try {
      return await work(http, reader);
    } catch (error) {
      throw error instanceof AppError ? error : new AppError('STORE_UNAVAILABLE', undefined, { cause: error });
    }
  }

  return {
    backend: 'influxdb',
    get deadLetters() { return deadLetters; },

    async start() {
      if (http !== undefined) return;
      checkInfluxUrl(settings.url);
      const opened = createInfluxHttp(settings, requestTimeoutMs);
      try {
        await probeInflux(opened, settings, log);
      } catch (error) {
        opened.close();
        throw error;
      }
      http = opened;
      reader = createInfluxReader({ http: opened, bucket: settings.bucket });
    },
    async stop() {
      http?.close();
      http = undefined;
      reader = undefined;
    },

    write: (batch) => using(async (open) => {
      const writeLines = createLineWriter({ http: open, deadLetter });
      const { telemetry, events } = buildLines(batch);
      await writeLines(telemetry, 'ms');
      await writeLines(events, 'ns');
    }),
    position: async () => undefined,
    latest: (devices) => reading((read) => read.latest(devices)),
    history: (range, points) => reading((read) => read.history(range, points)),
    raw: (range, page) => reading((read) => read.raw(range, page)),
    summarise: (request) => using((_, read) => read.summarise(request)),
    events: (range, page) => reading((read) => read.events(range, page)),

    async* scan(range, signal) {
      if (http === undefined) throw new AppError('STORE_UNAVAILABLE');
      try {
        yield* scanInflux({ http, bucket: settings.bucket }, range, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw new AppError('STORE_UNAVAILABLE', undefined, { cause: error });
      }
    },

    async isReachable() {
      if (http === undefined) return false;
      return http.get('/ping', REACHABLE_WITHIN_MS).then(() => true, () => false);
    },
    dropBefore: (limits) => using(async (open) => {
      if (limits.telemetry > 0) await open.post('/api/v2/delete', deletion(TELEMETRY, limits.telemetry));
      if (limits.events > 0) await open.post('/api/v2/delete', deletion(EVENT, limits.events));
    }),
  };
}

/** An event may be about a person, so of an event only its device is logged; the server's reason quotes the line. */
function loggable({ line, status, reason }: DeadLetter): Readonly<Record<string, unknown>> {
  return line.startsWith(`${EVENT},`)
    ? { line: line.slice(0, line.indexOf(' ')), status }
    : { line: line.slice(0, LOGGED_LENGTH), status, reason: reason.slice(0, LOGGED_LENGTH) };
}

/** The server's `stop` is included, so it is the last nanosecond before the limit. */
const deletion = (measurement: string, before: EpochMs) => ({
  start: '1970-01-01T00:00:00Z',
  stop: new Date(before - 1).toISOString().replace('Z', '999999Z'),
  predicate: `_measurement="${measurement}"`,
});
