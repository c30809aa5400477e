import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEVICE_IDS, topicOf } from '../fleet.js';
import type { DeviceLoad } from '../load/plan.js';
import { openLoad } from '../load/start-load.js';
import { startHub } from '../programs/hub.js';
import type { PartOptions } from '../support/part-options.js';
import { freePort } from '../support/free-port.js';
import type { Resources } from '../support/resources.js';
import { until } from '../support/until.js';
import { live } from '../workload.js';
import { gatesWithoutSecrets, GATES, registerGates } from './alert-fleet.js';
import { CRITICAL_EVENTS, CRITICAL_RULES } from './bench-rules.js';
import { latencyOf, openProbe, type Latency } from './probe.js';

export interface LatencySize { readonly alertsPerS: number; readonly seconds: number; readonly messagesPerS: number }
export interface LatencyResult extends LatencySize { readonly rounds: number; readonly echo: Latency; readonly hub: Latency }

const ECHO = fileURLToPath(new URL('echo-program.js', import.meta.url));
/** For the devices of a turn to be gone before the next one is measured. */
const GONE_MS = 1_000;
const ROUNDS = 5;

/** One way from a gate to a screen. */
interface Way { readonly name: string; readonly port: number; readonly devices: readonly DeviceLoad[]; readonly probe: ReturnType<typeof openProbe>; readonly samples: number[] }

/**
 * How long an alert takes from the publish to a screen, by the hub and by a bare echo under the same load, by turns (echo, hub, hub, echo). On both the same
 * telemetry comes in meanwhile; the probe that publishes and the screen that waits are one process with one clock.
 */
export async function measureLatency({ alertsPerS, seconds, messagesPerS }: LatencySize, { resources, onProgress }: PartOptions): Promise<LatencyResult> {
  const echo = await echoWay(resources);
  const hub = await hubWay(resources);
  const perTurn = Math.floor(Math.min(alertsPerS * seconds, GATES * CRITICAL_EVENTS.length / (ROUNDS + 1)));
  let first = 0;
  const turn = async (way: Way, isWarmUp: boolean): Promise<void> => {
    onProgress(`${way.name}${isWarmUp ? ', warm-up' : ''}`, first, GATES * CRITICAL_EVENTS.length);
    const workload = live({ messagesPerS, seconds: perTurn / alertsPerS, now: Date.now() });
    const load = await openLoad({ port: way.port, devices: way.devices, span: workload.span, pace: workload.pace }, resources);
    way.probe.tell({ type: 'send', first, count: perTurn, perS: alertsPerS });
    const { latenciesMs } = await way.probe.answer('sent');
    await load.finished;
    await sleep(GONE_MS);
    if (!isWarmUp) way.samples.push(...latenciesMs);
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const way of round % 2 === 0 ? [hub, echo] : [echo, hub]) await turn(way, round === 0);
    first += perTurn;
  }
  for (const { probe } of [echo, hub]) probe.close();
  return { alertsPerS, seconds: perTurn / alertsPerS, messagesPerS, rounds: ROUNDS, echo: latencyOf(echo.samples), hub: latencyOf(hub.samples) };
}

async function hubWay(resources: Resources): Promise<Way> {
  const hub = await startHub(resources, { rules: CRITICAL_RULES });
  const gates = await registerGates(hub.client);
  const probe = openProbe(resources);
  probe.tell({ type: 'open', url: hub.url, token: await hub.client.token(), mqttPort: hub.mqttPort, gates, seen: 'rule' });
  await probe.answer('opened');
  return { name: 'hub', port: hub.mqttPort, devices: hub.devices, probe, samples: [] };
}

async function echoWay(resources: Resources): Promise<Way> {
  const [port, mqttPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const echo = resources.start('echo', process.execPath, [ECHO], { PORT: String(port), MQTT_PORT: String(mqttPort) });
  await until('the echo is ready', async () => !echo.isRunning() || (await fetch(url)).ok);
  echo.assertRunning();
  const probe = openProbe(resources);
  probe.tell({ type: 'open', url, token: '', mqttPort, gates: gatesWithoutSecrets(), seen: 'event' });
  await probe.answer('opened');
  return { name: 'echo', port: mqttPort, devices: DEVICE_IDS.map((id) => ({ login: { clientId: id }, topic: topicOf(id) })), probe, samples: [] };
}
