import { SimulatorError } from './errors.js';
import { createPlan, type Plan } from './fleet/plan.js';
import { createRoster } from './fleet/roster.js';
import type { Options } from './options.js';
import { startProgress, type ProgressOutput } from './run/progress.js';
import { startPump } from './run/pump.js';
import { createScheduler } from './run/scheduler.js';
import type { Script } from './scenarios/scenario.js';
import { demoScript, scenarioScript, type ScriptDeps } from './scenarios/scripts.js';
import { createHubClient } from './setup/hub-client.js';
import { setUp } from './setup/set-up.js';
import { openSecrets } from './setup/state-file.js';
import { createFleetLinks, type FleetLinks } from './transport/fleet-links.js';
import { createTraffic, type Traffic } from './transport/traffic.js';

export interface SimulatorDeps {
  readonly options: Options;
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly log: (line: string) => void;
  /** What a person should see even when nobody reads the rest. */
  readonly warn: (line: string) => void;
  readonly output: ProgressOutput;
}

export interface Simulator {
  readonly traffic: Traffic;
  /** Sets up, connects and publishes; resolves when `--duration` is over or `stop` was called. @throws SimulatorError */
  run(): Promise<void>;
  /** Says goodbye for every device and closes everything, within three seconds. */
  stop(): Promise<void>;
}

const HUB_READY_MS = 30_000;
/** Publishing begins when all are connected, or after this long with those that are. */
const CONNECT_PATIENCE_MS = 10_000;
const CONNECT_POLL_MS = 50;

export function createSimulator({ options, now, fetch, sleep, log, warn, output }: SimulatorDeps): Simulator {
  const { devices: size, messagesPerSecond, seed, speed, prefix } = options;
  const scheduler = createScheduler(now);
  const traffic = createTraffic(size);
  const roster = createRoster({ size, messagesPerSecond, prefix });
  let links: FleetLinks | undefined;
  let isStopped = false;
  let stopping: Promise<void> | undefined;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => { finish = resolve; });
  const pause = (delayMs: number): Promise<void> => Promise.race([finished, new Promise<void>((resolve) => scheduler.after(delayMs, resolve))]);

  async function connect(): Promise<void> {
    links?.start();
    for (let waitedMs = 0; traffic.connected < traffic.devices && waitedMs < CONNECT_PATIENCE_MS && !isStopped; waitedMs += CONNECT_POLL_MS) await pause(CONNECT_POLL_MS);
    if (traffic.connected > 0 || traffic.devices === 0 || isStopped) return;
    throw new SimulatorError(`No device could connect to ${options.brokerUrl} (${traffic.lastError ?? 'no answer'}): check --mqtt or LIANDONG_MQTT.`);
  }

  async function close(): Promise<void> {
    isStopped = true;
    finish();
    scheduler.stop();
    await links?.stop();
  }

  return {
    traffic,
    async run() {
      const hub = createHubClient({ hubUrl: options.hubUrl, token: options.token, fetch, sleep });
      await hub.waitUntilReady(HUB_READY_MS);
      const secrets = await openSecrets(options.stateFile, options.hubUrl);
      const devices = await setUp(roster, { hub, secrets, log, mayRotate: options.mayRotate });
      if (isStopped) return;
      traffic.devices = devices.length;
      const running: { plan?: Plan } = {};
      const ready = links = createFleetLinks({
        brokerUrl: options.brokerUrl, devices, seed, scheduler, traffic, warn,
        onCommand: (device, command) => {
          const outcome = running.plan?.obey(device, command, now());
          for (const message of running.plan?.takeDue(now()) ?? []) ready.send(message);
          return outcome;
        },
      });
      await connect();
      if (isStopped) return;
      log(`${traffic.connected} of ${traffic.devices} devices are connected to ${options.brokerUrl}.`);
      const fleet = devices.map(({ device }) => device);
      const plan = running.plan = createPlan({ roster: fleet, seed, startMs: now(), speed, isCalm: options.isDemo, isPaced: messagesPerSecond !== undefined, script: scriptOf(options, { roster: fleet, seed }) });
      startPump({ plan, scheduler, send: ready.send, skip: (count) => { traffic.dropped += count; } });
      if (!options.isQuiet) startProgress({ traffic, scheduler, output });
      if (options.durationMs !== undefined) scheduler.after(options.durationMs, finish);
      await finished;
    },
    stop() {
      stopping ??= close();
      return stopping;
    },
  };
}

function scriptOf({ isDemo, scenarios }: Options, deps: ScriptDeps): Script | undefined {
  if (isDemo) return demoScript(deps);
  return scenarios.length > 0 ? scenarioScript(scenarios, deps) : undefined;
}
