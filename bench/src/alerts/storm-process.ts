import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '../load/publisher.js';
import { serveParent } from '../support/fork-program.js';
import { until } from '../support/until.js';
import { STORM_METRICS } from './bench-rules.js';
import type { StormAnswer, StormOrder } from './storm-load.js';

const TICK_MS = 1;

/** One message is one alert: sensor after sensor with one metric over its limit, then all of them with the next. */
serveParent<StormOrder>(async ({ port, gateways, alerts, perS }) => {
  const fail = (reason: string): void => { process.send?.({ type: 'failed', reason }); };
  const publishers = gateways.map(({ login }) => new Publisher({ port, login, onFailure: fail }));
  for (const publisher of publishers) await publisher.open();
  const sensors = gateways.flatMap(({ topicPrefix, devEuis }, gateway) => devEuis.map((devEui) => ({ gateway, devEui, topic: `${topicPrefix}/device/${devEui}/event/up` })));
  const startedAt = performance.now();
  for (let sent = 0; sent < alerts;) {
    const due = Math.min(alerts, Math.floor((performance.now() - startedAt) * perS / 1000) + 1);
    for (; sent < due; sent += 1) {
      const sensor = sensors[sent % sensors.length];
      const metric = STORM_METRICS[Math.floor(sent / sensors.length) % STORM_METRICS.length];
      if (sensor === undefined || metric === undefined) continue;
      const body = { deduplicationId: String(sent), time: new Date().toISOString(), deviceInfo: { devEui: sensor.devEui }, fPort: 85, object: { [metric.field]: metric.value } };
      publishers[sensor.gateway]?.publish(sensor.topic, JSON.stringify(body));
    }
    await sleep(TICK_MS);
  }
  await until('every message is acknowledged', () => publishers.every(({ unacknowledged }) => unacknowledged === 0), 120_000);
  const answer: StormAnswer = { type: 'stormed', seconds: (performance.now() - startedAt) / 1000 };
  process.send?.(answer);
});
