import { DEVICE_IDS, DEVICES, topicOf } from '../fleet.js';
import { METRICS } from '../load/frames.js';
import type { Span } from '../load/plan.js';
import { startInflux, type Influx } from '../programs/influx.js';
import { MOSQUITTO_SETTINGS, startMosquitto } from '../programs/mosquitto.js';
import { startTelegraf, TELEGRAF_MEASUREMENT, TELEGRAF_SETTINGS } from '../programs/telegraf.js';
import { missingOf, required, versionsOf, type Servers } from './servers.js';
import type { Path, RunningPath } from './types.js';

/** Telegraf in the hub's place: it moves values, and does nothing else with them. */
export function mosquittoTelegrafPath(servers: Servers): Path {
  const missing = missingOf(servers, ['mosquitto', 'influxd', 'telegraf']);
  const { mosquitto, influxd, telegraf } = versionsOf(servers);
  return {
    id: 'c',
    title: 'Mosquitto + Telegraf + InfluxDB',
    notes: [`${mosquitto}: ${MOSQUITTO_SETTINGS.join(', ')}`, `${influxd} with its defaults`, `${telegraf}: ${TELEGRAF_SETTINGS.join(', ')}`],
    missing,
    async start(resources) {
      const broker = await startMosquitto(required(servers.mosquitto), resources);
      const influx = await startInflux(required(servers.influxd), resources);
      const consumer = await startTelegraf(required(servers.telegraf), { mosquitto: broker, influx, resources });
      return {
        processes: [{ part: 'broker', process: broker.process }, { part: 'consumer', process: consumer }, { part: 'store', process: influx.process }],
        port: broker.port, devices: DEVICE_IDS.map((id) => ({ login: { clientId: id }, topic: topicOf(id) })), consumer, ...influxCounts(influx),
      };
    },
  };
}

/** Telegraf has no counter to ask, so the store is asked: cheaply while it runs, for every row in the end. */
function influxCounts(influx: Influx): Pick<RunningPath, 'follow' | 'isIdle' | 'rows'> {
  const range = (from: number, to: number): string =>
    `from(bucket: "${influx.bucket}") |> range(start: ${new Date(from).toISOString()}, stop: ${new Date(to).toISOString()})`
    + ` |> filter(fn: (r) => r._measurement == "${TELEGRAF_MEASUREMENT}"`;
  const end = ({ baseTs, stepMs, messagesPerDevice }: Span): number => baseTs + stepMs * messagesPerDevice;
  const field = `r._field == "values_${METRICS[0]}"`;

  return {
    /** One device stands for all until it is complete; then the last message of each is looked for. A device's messages are written in order. */
    async follow(span) {
      let isFirstDone = false;
      return async () => {
        if (!isFirstDone) {
          const stored = await influx.sum(`${range(span.baseTs, end(span))} and r.device == "${DEVICE_IDS[0] ?? ''}" and ${field}) |> count()`);
          isFirstDone = stored === span.messagesPerDevice;
          if (!isFirstDone) return stored * DEVICES;
        }
        const lasts = await influx.sum(`${range(end(span) - span.stepMs, end(span))} and ${field}) |> count()`);
        return span.messagesPerDevice * DEVICES - (DEVICES - lasts);
      };
    },
    isIdle: async () => true,
    rows: (span) => influx.sum(`${range(span.baseTs, end(span))}) |> count()`),
  };
}
