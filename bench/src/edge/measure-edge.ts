import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEVICE_IDS } from '../fleet.js';
import { startLoad } from '../load/start-load.js';
import { startHub, type Hub } from '../programs/hub.js';
import { openCutLink } from '../support/cut-link.js';
import type { PartOptions, TellProgress } from '../support/part-options.js';
import { until } from '../support/until.js';
import { addGates, forceGates, type AlarmFigures } from './alarms.js';
import { createEdge, type Edge } from './edge-program.js';

export interface EdgeSize {
  /** Messages that wait when the hub is back. */
  readonly backlog: number;
  /** What comes in meanwhile. */
  readonly messagesPerS: number;
  /** Alerts before, and during the drain. */
  readonly alerts: number;
  /** Between two of them (ms). */
  readonly everyMs: number;
  /** Rest before memory is looked at (s). */
  readonly idleS: number;
}

export type EdgeResult = { readonly failure: string } | EdgeFigures;
export interface EdgeFigures {
  readonly size: EdgeSize;
  /** Resident, at rest, with its registry (MiB). */
  readonly idleRssMiB: number;
  /** From the start after kill -9, with the whole backlog, until it takes messages again (s). */
  readonly restartS: number;
  readonly drainPerS: number;
  readonly quiet: AlarmFigures;
  readonly draining: AlarmFigures;
  /** Rows of the backlog and of what came in meanwhile, and how many there should be. */
  readonly rows: number;
  readonly expectedRows: number;
}

const METRIC = 'temperature';
const WINDOW = 50;

/** An edge between a fleet and a hub: the link is cut, a backlog grows, the edge is killed with -9, the link heals. */
export async function measureEdge({ resources, onProgress, ...size }: EdgeSize & PartOptions): Promise<EdgeFigures> {
  const hub = await startHub(resources);
  const { client, devices } = hub;
  const [mqtt, rest] = [await openCutLink(hub.mqttPort), await openCutLink(Number(new URL(hub.url).port))];
  const gates = [await addGates(client, 'quiet-gate', size.alerts), await addGates(client, 'busy-gate', size.alerts)] as const;
  const credentials = await client.addDevice({ id: 'bench-edge', name: '边缘机', kind: 'gateway', codec: 'edge', area: 'bench-village' });
  const edge = await createEdge(resources, { credentials, mqttUrl: `mqtt://127.0.0.1:${mqtt.port}`, hubUrl: `http://127.0.0.1:${rest.port}` });
  try {
    await edge.start();
    await until('the edge knows its rules and devices', async () => (await edge.figure('liandong_uplink_up')) === 1, 30_000);
    await sleep(size.idleS * 1000);
    const idleRssMiB = rssMiB(edge);
    const token = await client.token();
    const alarms = { mqttPort: edge.mqttPort, hubUrl: hub.url, token, everyMs: size.everyMs };
    // The load of every phase is the same: only the backlog makes the difference.
    const seconds = Math.ceil(size.alerts * size.everyMs / 1000) + 4;
    const liveLoad = (baseTs: number) => startLoad({
      port: edge.mqttPort, devices, pace: { kind: 'open', messagesPerS: size.messagesPerS }, span: { messagesPerDevice: Math.round(seconds * size.messagesPerS / devices.length), baseTs, stepMs: 100 },
    }, resources, () => undefined);
    const baseTs = Date.now() - 86_400_000;
    const [, quiet] = await Promise.all([liveLoad(baseTs), forceGates(gates[0], alarms)]);

    mqtt.cut();
    rest.cut();
    const perDevice = Math.ceil(size.backlog / devices.length);
    await startLoad({ port: edge.mqttPort, devices, pace: { kind: 'closed', window: WINDOW }, span: { messagesPerDevice: perDevice, baseTs: baseTs + 3_600_000, stepMs: 10 } }, resources, (acknowledged) => onProgress('backlog', acknowledged, size.backlog));
    edge.process().killNow();
    await until('the edge is dead', () => !edge.process().isRunning());
    const restartS = await edge.start();

    mqtt.heal();
    rest.heal();
    await until('the edge is connected', async () => (await edge.figure('liandong_uplink_up')) === 1, 60_000);
    const drain = drainOf(edge, size, onProgress);
    const [, draining] = await Promise.all([liveLoad(baseTs + 20 * 3_600_000), forceGates(gates[1], alarms)]);
    const drainPerS = await drain;
    return { size, idleRssMiB, restartS, drainPerS, quiet, draining, ...await countRows(hub, perDevice, baseTs) };
  } finally {
    mqtt.close();
    rest.close();
  }
}

/** Records of the backlog the hub confirmed a second, from the first look to the last. */
async function drainOf(edge: Edge, { backlog }: EdgeSize, onProgress: TellProgress): Promise<number> {
  const confirmed = () => edge.figure('liandong_uplink_records_total\\{lane="backlog"\\}');
  const [startedAt, first] = [performance.now(), await confirmed()];
  let [last, lastAt] = [first, startedAt];
  await until('the backlog is gone', async () => {
    const now = await confirmed();
    if (now > last) [last, lastAt] = [now, performance.now()];
    onProgress('drain', last, backlog);
    return (await edge.figure('liandong_uplink_backlog')) < 1000 && now === last && performance.now() - lastAt > 1000;
  }, 1_800_000);
  return (last - first) / ((lastAt - startedAt) / 1000);
}

async function countRows({ client }: Hub, perDevice: number, baseTs: number): Promise<{ rows: number; expectedRows: number }> {
  await until('the hub has stored everything', async () => (await client.progress()).lag === 0, 600_000);
  let rows = 0;
  for (const device of DEVICE_IDS) rows += await client.rows({ device, metric: METRIC, from: baseTs + 3_600_000, to: baseTs + 3_600_000 + perDevice * 10 });
  return { rows, expectedRows: perDevice * DEVICE_IDS.length };
}

const rssMiB = (edge: Edge): number => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${edge.process().pid}/status`, 'utf8'))?.[1]) / 1024;
