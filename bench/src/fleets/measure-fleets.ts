import { AREAS, topicOf } from '../fleet.js';
import type { DeviceLoad } from '../load/plan.js';
import { startLoad, type FinishedLoad } from '../load/start-load.js';
import { startHub, type Hub } from '../programs/hub.js';
import type { PartOptions } from '../support/part-options.js';
import { median } from '../support/percentile.js';
import { cpuTicks, forgetPeak, peakRssMiB, ticksPerSecond } from '../support/process-usage.js';
import type { Resources } from '../support/resources.js';
import { until } from '../support/until.js';

export interface FleetsSize { readonly few: number; readonly many: number; readonly messagesPerS: number; readonly seconds: number; readonly rounds: number }
/** `restMiB`: resident with the whole fleet registered, before its first message. */
export interface FleetFigures { readonly devices: number; readonly cpuUsPerMessage: number; readonly pubackMs: FinishedLoad['pubackMs']; readonly restMiB: number; readonly peakRssMiB: number }
export type FleetsResult = { readonly failure: string } | { readonly size: FleetsSize; readonly few: FleetFigures; readonly many: FleetFigures };
export type MeasureFleetsOptions = FleetsSize & PartOptions;

interface Side { readonly hub: Hub; readonly fleet: readonly DeviceLoad[]; readonly cpu: number[]; readonly pubacks: FinishedLoad['pubackMs'][]; readonly restMiB: number; peak: number }

/**
 * Two embedded hubs that differ in their devices alone, at the same rate of messages, by turns. Every device has a connection of its own; CPU time counts from when all are let in until
 * everything is stored, so connecting is not in it. The other hub stands idle meanwhile. Medians of the rounds.
 */
export async function measureFleets({ resources, onProgress, ...size }: MeasureFleetsOptions): Promise<FleetsResult> {
  const few = await side(resources, 'few', size.few);
  const many = await side(resources, 'many', size.many);
  // Compiles the hot code of both.
  for (const one of [few, many]) await round(one, { ...size, seconds: Math.ceil(size.seconds / 4) }, { resources, onProgress });
  for (const one of [few, many]) one.cpu.length = one.pubacks.length = 0;
  for (let turn = 0; turn < size.rounds; turn += 1) {
    for (const one of turn % 2 === 0 ? [few, many] : [many, few]) await round(one, size, { resources, onProgress });
  }
  return { size, few: figuresOf(few), many: figuresOf(many) };
}

async function side(resources: Resources, name: string, devices: number): Promise<Side> {
  const hub = await startHub(resources, { name: `hub-${name}` });
  const others = Array.from({ length: devices - hub.devices.length }, (_, index) => `fleet-${String(index).padStart(5, '0')}`);
  const made = others.length === 0 ? [] : await hub.client.importDevices(['id,name,kind,area', ...others.map((id) => `${id},${id},env_sensor,${AREAS[2].id}`), ''].join('\n'));
  const fleet = [...hub.devices, ...made.map(({ username, password }): DeviceLoad => ({ login: { clientId: username, username, password }, topic: topicOf(username) }))];
  forgetPeak(hub.process.pid);
  return { hub, fleet, cpu: [], pubacks: [], restMiB: peakRssMiB(hub.process.pid), peak: 0 };
}

/** @throws Error when not every message reached the store */
async function round(one: Side, { messagesPerS, seconds }: FleetsSize, { resources, onProgress }: PartOptions): Promise<void> {
  const { hub: { process, client, mqttPort }, fleet } = one;
  const messagesPerDevice = Math.max(1, Math.round(messagesPerS * seconds / fleet.length));
  const messages = messagesPerDevice * fleet.length;
  const { stored: before } = await client.progress();
  let [ticks, after] = [0, 0];
  const load = await startLoad(
    { port: mqttPort, devices: fleet, span: { messagesPerDevice, baseTs: Date.now(), stepMs: Math.max(1, Math.round(fleet.length * 1000 / messagesPerS)) }, pace: { kind: 'open', messagesPerS }, staysOpen: true },
    resources, (acknowledged) => onProgress(`${fleet.length} devices`, acknowledged, messages),
    {
      onOpened: () => { ticks = cpuTicks(process.pid); },
      async whileOpen() {
        await until('every message is stored', async () => (await client.progress()).lag === 0);
        after = cpuTicks(process.pid);
      },
    },
  );
  const { stored } = await client.progress();
  // What a device's leaving adds to the journal comes later.
  if (stored - before < messages) throw new Error(`${stored - before} of ${messages} messages of ${fleet.length} devices are stored`);
  one.cpu.push((after - ticks) / ticksPerSecond() * 1e6 / messages);
  one.pubacks.push(load.pubackMs);
  one.peak = Math.max(one.peak, peakRssMiB(process.pid));
}

const figuresOf = ({ fleet, cpu, pubacks, restMiB, peak }: Side): FleetFigures => ({
  devices: fleet.length, cpuUsPerMessage: median(cpu), restMiB, peakRssMiB: peak,
  pubackMs: { p50: median(pubacks.map(({ p50 }) => p50)), p99: median(pubacks.map(({ p99 }) => p99)), max: Math.max(...pubacks.map(({ max }) => max)) },
});
