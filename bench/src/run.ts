import { runAlerts } from './alerts/run-alerts.js';
import { measureBacktest } from './backtest/measure-backtest.js';
import { measureCity } from './city/measure-city.js';
import { measureCodecs, processCpuUs } from './codecs/measure-codecs.js';
import { createSamples } from './codecs/samples.js';
import { measureEdge } from './edge/measure-edge.js';
import { measureFleets } from './fleets/measure-fleets.js';
import { DEVICES } from './fleet.js';
import { measure } from './measure.js';
import type { Options } from './options.js';
import { embeddedPath } from './paths/embedded.js';
import { mosquittoHubPath } from './paths/mosquitto-hub.js';
import { mosquittoTelegrafPath } from './paths/mosquitto-telegraf.js';
import { findServers } from './paths/servers.js';
import type { Path } from './paths/types.js';
import { runPart } from './run-part.js';
import { readMachine } from './report/machine.js';
import type { Progress } from './report/progress.js';
import { isGood, type PathNote, type Result, type RunReport } from './report/run-report.js';
import { whole } from './report/tables.js';
import { ticksPerSecond } from './support/process-usage.js';
import { Resources } from './support/resources.js';
import { drain, live, warmUp, WINDOW } from './workload.js';

export interface RunDependencies {
  readonly options: Options;
  readonly progress: Progress;
  /** Tells what path and workload is on. */
  readonly onStage: (stage: string) => void;
  /** Gets what has to go if the run ends early. */
  readonly onResources: (resources: Resources) => void;
}

/** Measures one path after the other, each on servers of its own. A path that fails does not stop the next. */
export async function run(dependencies: RunDependencies): Promise<RunReport> {
  const { options, progress } = dependencies;
  const startedAt = new Date();
  const machine = readMachine();
  const servers = findServers();
  const results: Result[] = [];
  const paths: PathNote[] = [];
  for (const path of [embeddedPath(), mosquittoHubPath(servers), mosquittoTelegrafPath(servers)].filter(({ id }) => options.paths.includes(id))) {
    const { id, title, notes, missing } = path;
    paths.push({ path: id, title, lines: notes, ...(missing === undefined ? {} : { skipped: missing }) });
    if (missing === undefined) results.push(...await runPath(path, dependencies));
    else progress.say(`${id.toUpperCase()} ${title}: skipped, ${missing}`);
  }
  const codecs = await runCodecs(dependencies);
  const { backtest: backtestSize, city: citySize, edge: edgeSize, fleets: fleetsSize } = options;
  const backtest = backtestSize && await runPart('back-test', (told) => measureBacktest({ ...backtestSize, ...told }), dependencies);
  const city = citySize && await runPart('city', (told) => measureCity({ ...citySize, ...told }), dependencies);
  const alerts = await runAlerts(dependencies);
  const edge = edgeSize && await runPart('edge', (told) => measureEdge({ ...edgeSize, ...told }), dependencies);
  const fleets = fleetsSize && await runPart('fleets', (told) => measureFleets({ ...fleetsSize, ...told }), dependencies);
  return { startedAt: startedAt.toISOString(), seconds: (Date.now() - startedAt.getTime()) / 1000, machine, workloads: options.paths.length === 0 ? [] : describe(options), paths, results, codecs, alerts, ...(backtest === undefined ? {} : { backtest }), ...(city === undefined ? {} : { city }), ...(edge === undefined ? {} : { edge }), ...(fleets === undefined ? {} : { fleets }) };
}

async function runCodecs({ options, progress, onStage }: RunDependencies) {
  if (options.codecs === undefined) return [];
  onStage('codecs');
  progress.say('Codecs …');
  return measureCodecs({ ...options.codecs, samples: createSamples(), cpuUs: processCpuUs });
}

async function runPath(path: Path, { options, progress, onStage, onResources }: RunDependencies): Promise<Result[]> {
  const { id, title } = path;
  const results: Result[] = [];
  const resources = new Resources();
  onResources(resources);
  const name = `${id.toUpperCase()} ${title}`;
  onStage(`${name}, start`);
  progress.say(`${name} …`);
  let at: 'live' | 'drain' = 'live';
  try {
    const running = await path.start(resources);
    const now = Date.now();
    const common = { running, resources, ticksPerS: ticksPerSecond(), onProgress: progress.show.bind(progress) };
    onStage(`${name}, warm-up`);
    await measure({ ...common, workload: warmUp({ messages: options.warmUpMessages, now }) });
    for (at of ['live', 'drain'] as const) {
      onStage(`${name}, ${at}`);
      const workload = at === 'live' ? live({ messagesPerS: options.messagesPerS, seconds: options.liveSeconds, now: Date.now() }) : drain({ messages: options.messages, now });
      const result: Result = { path: id, title, workload: at, figures: await measure({ ...common, workload }) };
      results.push(result);
      progress.say(`  ${name}, ${at}: ${isGood(result) ? 'every row is there' : 'FAILED, rows are missing or too many'}`);
    }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    progress.say(`  ${name}, ${at}: FAILED, ${failure}`);
    results.push({ path: id, title, workload: at, failure });
  } finally {
    await resources.release();
  }
  return results;
}

const describe = ({ messagesPerS, liveSeconds, messages }: Options): string[] => [
  `${DEVICES} devices with a connection each, QoS 1, 4 values and a time of its own in every message; the load is a process of its own on the same machine, its CPU time is not counted`,
  `live: ${whole(messagesPerS)} messages/s for ${liveSeconds} s, sent when due however late the answers are; PUBACK from the time a message was due`,
  `drain: ${whole(messages)} messages as fast as they go, ${WINDOW} unanswered per connection; A takes them straight from the devices, in B and C they are queued in Mosquitto while the consumer is frozen (SIGSTOP), then drained`,
];
