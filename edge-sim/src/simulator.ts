import { SimulatorError } from './errors.js';
import { createPlan, type Plan } from './fleet/plan.js';
import type { Options } from './options.js';
import { startProgress, type ProgressOutput } from './run/progress.js';
import { startPump } from './run/pump.js';
import { createScheduler } from './run/scheduler.js';
import { stageNight } from './run/stage-night.js';
import { createHubClient } from './setup/hub-client.js';
import { setUp } from './setup/set-up.js';
import { openSecrets } from './setup/state-file.js';
import { createShow } from './show.js';
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
  /** Publishing begins when all are connected, or after this long (10 s unless told) with those that are. */
  readonly connectPatienceMs?: number;
}

export interface Simulator {
  readonly traffic: Traffic;
  /** Sets up, connects and publishes; resolves when `--duration` or the night is over or `stop` was called. @throws SimulatorError */
  run(): Promise<void>;
  /** Says goodbye for every device and closes everything, within three seconds. */
  stop(): Promise<void>;
}

const HUB_READY_MS = 30_000;
const CONNECT_PATIENCE_MS = 10_000;
const CONNECT_POLL_MS = 50;
/** In a night of minutes eight seconds without a connection would be half an hour. */
const NIGHT_PAUSE_MS = 1_000;

export function createSimulator({ options, now, fetch, sleep, log, warn, output, connectPatienceMs = CONNECT_PATIENCE_MS }: SimulatorDeps): Simulator {
  const { seed } = options;
  const show = createShow(options);
  const scheduler = createScheduler(now);
  const traffic = createTraffic(show.roster.length);
  let links: FleetLinks | undefined;
  let isStopped = false;
  let stopping: Promise<void> | undefined;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => { finish = resolve; });
  const pause = (delayMs: number): Promise<void> => Promise.race([finished, new Promise<void>((resolve) => scheduler.after(delayMs, resolve))]);

  async function connect(): Promise<void> {
    links?.start();
    for (let waitedMs = 0; traffic.connected < traffic.devices && waitedMs < connectPatienceMs && !isStopped; waitedMs += CONNECT_POLL_MS) await pause(CONNECT_POLL_MS);
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
      const devices = await setUp(show.roster, { hub, secrets, log, mayRotate: options.mayRotate });
      if (isStopped) return;
      traffic.devices = devices.filter(({ device }) => device.carriedBy === undefined).length;
      const running: { plan?: Plan } = {};
      const ready = links = createFleetLinks({
        brokerUrl: options.brokerUrl, devices, seed, scheduler, traffic, warn, longestPauseMs: options.night === undefined ? undefined : NIGHT_PAUSE_MS,
        onCommand: (device, command) => {
          const outcome = running.plan?.obey(device, command, now());
          for (const message of running.plan?.takeDue(now()) ?? []) ready.send(message);
          return outcome;
        },
      });
      await connect();
      if (isStopped) return;
      log(`${traffic.connected} of ${traffic.devices} devices are connected to ${options.brokerUrl}.`);
      const startMs = now();
      const { plan: planOptions, night } = show.play(devices.map(({ device }) => device), startMs);
      const plan = running.plan = createPlan(planOptions);
      startPump({ plan, scheduler, send: ready.send, skip: (count) => { traffic.dropped += count; } });
      if (!options.isQuiet) startProgress({ traffic, scheduler, output });
      if (night !== undefined && options.night !== undefined) stageNight({ night, startMs, facts: { seed, ...options.night }, scheduler, links: ready, log });
      const lastsMs = options.durationMs ?? night?.lastsMs;
      if (lastsMs !== undefined) scheduler.after(lastsMs, finish);
      await finished;
    },
    stop() {
      stopping ??= close();
      return stopping;
    },
  };
}
