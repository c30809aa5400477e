import type { DeviceId, MetricKey } from '@liandong/protocols';
import type { FloodWatch } from '../alerts/flood.js';
import type { Feature } from '../feature.js';
import type { JournalHandler } from '../journal/types.js';
import type { Logger } from '../logger.js';
import type { HealthProbe } from '../realtime/types.js';
import { byMoment } from '../telemetry/by-moment.js';
import { openRedis, type FanOutMessage } from './redis.js';
import type { LiveValues } from './types.js';

/** As often as screens are told. */
const FLUSH_MS = 250;
const STATE_MS = 2_000;
/** Entries kept: some minutes, for a reader that was away for a moment. */
const MAX_ENTRIES = 1_000;

export interface FanOutDependencies {
  readonly url: URL;
  readonly stream: string;
  readonly health: HealthProbe;
  readonly flood: Pick<FloodWatch, 'states'>;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

/** Of the leader: tells the other hub's screens the latest values, four times a second at most and coalesced by device and metric, and how the leader is. Give the journal `reader`. */
export interface FanOutPublisher extends Feature { readonly reader: JournalHandler }

export function createFanOutPublisher({ url, stream, health, flood, logger }: FanOutDependencies): FanOutPublisher {
  const redis = openRedis(url, logger);
  /** By device, then metric and the time it was measured; bounded by the registry. */
  const pending = new Map<DeviceId, Map<MetricKey, { ts: number; value: number | boolean }>>();
  let timers: NodeJS.Timeout[] = [];

  function send(message: FanOutMessage): void {
    if (redis.status !== 'ready') return;
    redis.xadd(stream, 'MAXLEN', '~', MAX_ENTRIES, '*', 'm', JSON.stringify(message)).catch(() => undefined); // the connection's own listener tells of it
  }

  function flush(): void {
    if (pending.size === 0) return;
    const values: LiveValues[] = [];
    for (const [device, metrics] of pending) {
      for (const [ts, reading] of byMoment(metrics)) values.push({ device, ts, values: reading });
    }
    pending.clear();
    send({ kind: 'values', values });
  }

  return {
    reader: {
      name: 'fan-out', maxRecords: 5_000,
      async handle({ records }) {
        for (const record of records) {
          if (record.type !== 'telemetry') continue;
          const metrics = pending.get(record.device) ?? new Map<MetricKey, { ts: number; value: number | boolean }>();
          pending.set(record.device, metrics);
          for (const [key, value] of Object.entries(record.values)) {
            const metric = key as MetricKey; // ingest lets only catalogue keys through
            if ((metrics.get(metric)?.ts ?? -Infinity) <= record.ts) metrics.set(metric, { ts: record.ts, value });
          }
        }
      },
    },
    async start() {
      if (timers.length > 0) return;
      redis.connect().catch(() => undefined); // goes on by itself, and its listener tells
      timers = [setInterval(flush, FLUSH_MS), setInterval(() => { send({ kind: 'state', parts: health.parts(), floods: flood.states() }); }, STATE_MS)];
    },
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
      redis.disconnect();
    },
  };
}
