import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '../load/publisher.js';
import { serveParent } from '../support/fork-program.js';
import { until } from '../support/until.js';
import { STORM_METRICS } from './bench-rules.js';
import type { StormAnswer, StormGateway, StormOrder } from './storm-load.js';

const TICK_MS = 1;
const USUAL = Object.fromEntries(STORM_METRICS.map(({ field, usual }) => [field, usual]));

let publishers: Publisher[] = [];
let sensors: { readonly gateway: number; readonly devEui: string; readonly topic: string }[] = [];
let published = 0;

async function open(port: number, gateways: readonly StormGateway[]): Promise<void> {
  const fail = (reason: string): void => { process.send?.({ type: 'failed', reason }); };
  publishers = gateways.map(({ login }) => new Publisher({ port, login, onFailure: fail }));
  for (const publisher of publishers) await publisher.open();
  sensors = gateways.flatMap(({ topicPrefix, devEuis }, gateway) => devEuis.map((devEui) => ({ gateway, devEui, topic: `${topicPrefix}/device/${devEui}/event/up` })));
}

/** Sensor after sensor, and then all of them again, at a fixed rate. Answers how long it took until the last was acknowledged (s). */
async function publish(messages: number, perS: number, objectOf: (round: number) => object): Promise<number> {
  const startedAt = performance.now();
  for (let sent = 0; sent < messages;) {
    const due = Math.min(messages, Math.floor((performance.now() - startedAt) * perS / 1000) + 1);
    for (; sent < due; sent += 1) {
      const sensor = sensors[sent % sensors.length];
      if (sensor === undefined) continue;
      const body = { deduplicationId: String(published += 1), time: new Date().toISOString(), deviceInfo: { devEui: sensor.devEui }, fPort: 85, object: objectOf(Math.floor(sent / sensors.length)) };
      publishers[sensor.gateway]?.publish(sensor.topic, JSON.stringify(body));
    }
    await sleep(TICK_MS);
  }
  await until('every message is acknowledged', () => publishers.every(({ unacknowledged }) => unacknowledged === 0), 120_000);
  return (performance.now() - startedAt) / 1000;
}

/** In a storm a sensor has one metric over its limit in each round, a different one each time. */
function overLimit(round: number): object {
  const { field, value } = STORM_METRICS[round % STORM_METRICS.length]!; // an index of it
  return { [field]: value };
}

serveParent<StormOrder>(async (order) => {
  if (order.type === 'open') await open(order.port, order.gateways);
  const seconds = order.type === 'open' ? await publish(sensors.length, order.perS, () => USUAL) : await publish(order.alerts, order.perS, overLimit);
  const answer: StormAnswer = { type: order.type === 'open' ? 'opened' : 'stormed', seconds };
  process.send?.(answer);
});
