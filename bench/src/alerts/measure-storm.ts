import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '@liandong/protocols';
import { openLoad } from '../load/start-load.js';
import { startHub } from '../programs/hub.js';
import type { HubClient } from '../programs/hub-client.js';
import type { PartOptions, TellProgress } from '../support/part-options.js';
import { forgetPeak, peakRssMiB } from '../support/process-usage.js';
import { watchStolen } from '../support/stolen.js';
import { live } from '../workload.js';
import { registerGates, registerStormFleet } from './alert-fleet.js';
import { CRITICAL_RULES, STORM_METRICS, STORM_RULES } from './bench-rules.js';
import { latencyOf, openProbe, type Latency } from './probe.js';
import { openScreens, type ScreensAnswer } from './screens.js';
import { openStorm } from './storm-load.js';

export interface StormSize { /** How often all of it is done, each time on a hub of its own. */ readonly rounds: number; readonly alerts: number; readonly seconds: number; readonly criticalsPerS: number; readonly quietSeconds: number; readonly messagesPerS: number; readonly screens: number; /** The load, but for the probe and its screen, leaves the processor to the hub, as if it were elsewhere. */ readonly loadYields?: boolean }
/** One turn. */
export interface StormResult extends StormSize {
  readonly quiet: Latency;
  readonly storm: Latency;
  readonly peakRssMiB: { readonly quiet: number; readonly storm: number };
  /** Per cent of the processors' time that the machine's host took meanwhile. */
  readonly stolenPercent: { readonly quiet: number; readonly storm: number };
  /** From the first message of the storm to its last PUBACK, and until every screen has all of it (s). */
  readonly acceptedInS: number;
  readonly shownInS: number;
  /** Alerts of the storm in the database, rows and different ones; and of the screen that has seen fewest. */
  readonly rows: number;
  readonly different: number;
  readonly fewestShown: number;
  /** Changes that came to a screen twice or out of order, and screens that lost their connection. */
  readonly again: number;
  readonly lost: number;
}

const WARM_UP = 50;
/** Sensors that report before the storm what is usual, each once. */
const USUAL_PER_S = 500;
/** The parts one after the other take a little longer than each by itself (s). */
const BETWEEN_S = 1;
const POLL_MS = 200;
const GIVE_UP_MS = 300_000;
const PAGE = 1_000;

export interface StormTurns { readonly turns: readonly [StormResult, ...StormResult[]] }

/** One turn after the other. */
export async function measureStorms(size: StormSize, { resources, onProgress }: PartOptions): Promise<StormTurns> {
  const measure = (turn: number): Promise<StormResult> => {
    const told: TellProgress = (phase, ...counts) => { onProgress(size.rounds === 1 ? phase : `turn ${turn}, ${phase}`, ...counts); };
    return measureStorm(size, { resources, onProgress: told }, `hub-${turn}`);
  };
  const turns: [StormResult, ...StormResult[]] = [await measure(1)];
  while (turns.length < size.rounds) turns.push(await measure(turns.length + 1));
  return { turns };
}

/** A storm of warnings, of sensors that have reported before, with critical alerts sprinkled in: how much later those come to a screen than in quiet time, on the same hub with the same telemetry and the same screens. */
async function measureStorm(size: StormSize, { resources, onProgress }: PartOptions, name: string): Promise<StormResult> {
  const { alerts, seconds, criticalsPerS, quietSeconds, messagesPerS, loadYields = false } = size;
  const hub = await startHub(resources, { rules: [...CRITICAL_RULES, ...STORM_RULES], name });
  const gates = await registerGates(hub.client);
  const gateways = await registerStormFleet(hub.client, Math.ceil(alerts / STORM_METRICS.length));
  const token = await hub.client.token();
  const [probe, screens, storm] = [openProbe(resources), openScreens(resources), openStorm(resources)];
  if (loadYields) for (const program of [screens, storm]) program.process.giveWay();
  screens.tell({ type: 'open', url: hub.url, token, count: size.screens - 1, rulePrefix: 'storm-' });
  probe.tell({ type: 'open', url: hub.url, token, mqttPort: hub.mqttPort, gates, seen: 'rule' });
  storm.tell({ type: 'open', port: hub.mqttPort, gateways, perS: USUAL_PER_S });
  await Promise.all([screens.answer('opened'), probe.answer('opened'), storm.answer('opened')]);
  // One load from before the warm-up until after the storm: its devices connecting or going would be measured as the storm's first moment.
  const { span, pace } = live({ messagesPerS, seconds: WARM_UP / criticalsPerS + quietSeconds + seconds + BETWEEN_S, now: Date.now() });
  const criticals = async (first: number, count: number): Promise<readonly number[]> => {
    probe.tell({ type: 'send', first, count, perS: criticalsPerS });
    return (await probe.answer('sent')).latenciesMs;
  };

  onProgress('warm-up', 0, alerts);
  const telemetry = await openLoad({ port: hub.mqttPort, devices: hub.devices, span, pace }, resources, { yields: loadYields });
  await criticals(0, WARM_UP);
  onProgress('quiet', 0, alerts);
  forgetPeak(hub.process.pid);
  const stolenInQuiet = watchStolen();
  const quiet = await criticals(WARM_UP, criticalsPerS * quietSeconds);
  const quietStolen = stolenInQuiet();
  const quietPeak = peakRssMiB(hub.process.pid);

  onProgress('storm', 0, alerts);
  forgetPeak(hub.process.pid);
  const stolenInStorm = watchStolen();
  const startedAt = performance.now();
  storm.tell({ type: 'storm', alerts, perS: alerts / seconds });
  const [during, { seconds: acceptedInS }] = await Promise.all([
    criticals(WARM_UP + criticalsPerS * quietSeconds, criticalsPerS * seconds), storm.answer('stormed'), telemetry.finished,
  ]);
  const stormStolen = stolenInStorm();
  const counted = await untilShown(() => {
    screens.tell({ type: 'count' });
    return screens.answer('counted');
  }, { alerts, onProgress });
  const shownInS = (performance.now() - startedAt) / 1000;
  const stormPeak = peakRssMiB(hub.process.pid);
  const rows = await stormRows(hub.client, (count) => onProgress('counting alerts', count, alerts));
  for (const program of [probe, screens, storm]) program.close();
  await hub.process.end();
  return {
    ...size, quiet: latencyOf(quiet), storm: latencyOf(during), peakRssMiB: { quiet: quietPeak, storm: stormPeak }, stolenPercent: { quiet: quietStolen, storm: stormStolen }, acceptedInS, shownInS,
    rows: rows.length, different: new Set(rows).size, fewestShown: counted.fewest, again: counted.again, lost: counted.lost,
  };
}

type Counted = Extract<ScreensAnswer, { type: 'counted' }>;

async function untilShown(count: () => Promise<Counted>, { alerts, onProgress }: { alerts: number; onProgress: TellProgress }): Promise<Counted> {
  for (const giveUpAt = performance.now() + GIVE_UP_MS; ;) {
    const counted = await count();
    if (counted.fewest >= alerts || counted.lost > 0 || performance.now() > giveUpAt) return counted;
    onProgress('shown', counted.fewest, alerts);
    await sleep(POLL_MS);
  }
}

/** Rule and device of every alert of the storm that the hub has, page by page. */
async function stormRows(client: HubClient, onProgress: (rows: number) => void): Promise<string[]> {
  const found: string[] = [];
  for (let cursor = ''; ;) {
    const { data, next } = await client.get<{ data: Alert[]; next?: string }>(`/alerts?severity=warning&limit=${PAGE}${cursor}`);
    found.push(...data.map(({ ruleId, deviceId }) => `${deviceId ?? ''} ${ruleId}`));
    onProgress(found.length);
    if (next === undefined) return found;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}
