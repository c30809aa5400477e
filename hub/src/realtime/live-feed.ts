import { LIMITS, type Heartbeat, type PartState } from '@liandong/protocols';
import type { Server as HttpServer } from 'node:http';
import type { FloodState, FloodWatch } from '../alerts/flood.js';
import type { AlertService } from '../alerts/types.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { Feature } from '../feature.js';
import type { IdentityService } from '../identity/types.js';
import { createChangeTail, type ChangeTail } from './change-tail.js';
import { dropToResume } from './connection.js';
import type { LatestValueStore } from './latest-values.js';
import { createLiveClient, type LiveClient } from './live-client.js';
import { paced } from './pace.js';
import { createScopes, type Scope, type Scopes } from './scope.js';
import { createScreen } from './screen.js';
import { createSignIn } from './sign-in.js';
import { Stride } from './stride.js';
import type { ToldChange } from './told-change.js';
import { openSocketServer, type LiveSocket, type SocketServer } from './socket-server.js';
import { createSubscriptions } from './subscriptions.js';
import { createTelemetryFeed, type TelemetryFeed } from './telemetry-feed.js';
import type { FeedLogger, HealthProbe, ScreenState } from './types.js';

export interface LiveFeed extends Feature {
  /** Every connected client, and what it is known to have received. */
  screens(): ScreenState[];
}

export interface LiveFeedDeps {
  /** Listened on and closed by its owner; must still be open when the feed stops. */
  readonly httpServer: HttpServer;
  readonly identity: Pick<IdentityService, 'authenticate'>;
  readonly alerts: Pick<AlertService, 'active' | 'ack'>;
  readonly areas: AreaTree;
  readonly directory: DeviceDirectory;
  readonly changes: ChangeLog;
  readonly latest: LatestValueStore;
  /** Parts `broker`, `store` and `rules` go into heartbeats; one that is missing counts as down. */
  readonly health: HealthProbe;
  /** Left out, heartbeats say nothing of floods. */
  readonly flood?: Pick<FloodWatch, 'states'>;
  readonly clock: Clock;
  readonly logger: FeedLogger;
  readonly tuning?: Partial<LiveFeedTuning>;
}

export interface LiveFeedTuning {
  readonly maxConnections: number;
  /** A connection is pinged this often, and given up when it is silent as long again. */
  readonly pingMs: number;
  /** At least this between two packets of telemetry. */
  readonly flushMs: number;
  /** In a storm screens are told of changes this often; of critical alerts always at once. */
  readonly strideMs: number;
  readonly heartbeatMs: number;
  readonly recheckMs: number;
  /** A screen that leaves an alert unacknowledged this long is dropped, to reconnect and resume. */
  readonly ackTimeoutMs: number;
  readonly inFlightAlerts: number;
}

const DEFAULTS: LiveFeedTuning = {
  maxConnections: 1_000, pingMs: 10_000, flushMs: 1000 / LIMITS.liveTelemetryPerSecond + 1, strideMs: 50, heartbeatMs: LIMITS.heartbeatSeconds * 1000,
  recheckMs: 10_000, ackTimeoutMs: 10_000, inFlightAlerts: 256,
};
/** The ack time-out is counted in this many sweeps, so that a hub that itself stood still doesn't blame its screens. */
const ACK_SWEEPS = 10;

/**
 * The live feed on `/socket.io`: snapshot or resume, then changes in order of `seq`, telemetry at most four times a second, heartbeats.
 * Exactly once per `seq` for a client that resumes from the last `seq` it handled.
 */
export function createLiveFeed(deps: LiveFeedDeps): LiveFeed {
  let running: Promise<RunningFeed> | undefined;
  let stopped: Promise<void> = Promise.resolve();
  let connected: () => Iterable<LiveClient> = () => [];

  async function startOver(): Promise<RunningFeed> {
    await stopped;
    const feed = await run(deps);
    connected = () => feed.clients.values();
    return feed;
  }

  return {
    async start() {
      running ??= startOver();
      try {
        await running;
      } catch (error) {
        running = undefined;
        throw error;
      }
    },
    async stop() {
      if (running !== undefined) stopped = running.then((feed) => feed.stop());
      running = undefined;
      await stopped;
    },
    screens: () => [...connected()].map(({ screen }) => screen.state),
  };
}

interface RunningFeed { readonly clients: ReadonlyMap<LiveSocket, LiveClient>; stop(): Promise<void> }

async function run(deps: LiveFeedDeps): Promise<RunningFeed> {
  const { directory, changes, latest, logger } = deps;
  const tuning = { ...DEFAULTS, ...deps.tuning };
  const clients = new Map<LiveSocket, LiveClient>();
  const stride = new Stride<ToldChange>({
    everyMs: tuning.strideMs, isUrgent: ({ change }) => change.kind === 'alert' && change.alert.severity === 'critical',
    onItems: (told) => { tellAll(clients, told, logger); },
  });
  const tail = createChangeTail({
    changes, logger,
    onChange: (told) => { stride.take(told); },
    onGap: () => { for (const socket of clients.keys()) dropToResume(socket); },
  });
  await tail.start();
  const server = openSocketServer({ httpServer: deps.httpServer, ...tuning });
  const scopes = createScopes(deps);
  const telemetry = createTelemetryFeed({ ...deps, io: server.io, scopes });
  const closing = acceptClients({ deps, tuning, server, tail, scopes, telemetry, clients });
  const forgetAreas = deps.areas.onChange((area) => { for (const { screen } of clients.values()) screen.offerArea(area); });
  const forgetRemoved = directory.onChange((id, entry) => { if (entry === undefined) latest.forget(id); });
  const endFlushing = paced(tuning.flushMs, () => { telemetry.flush(); });
  const timers = [
    setInterval(() => { beat(deps, { tail, scopes, clients: clients.values() }); }, tuning.heartbeatMs),
    setInterval(() => { for (const { screen } of clients.values()) screen.sweep(); }, tuning.ackTimeoutMs / ACK_SWEEPS),
    everyRound(tuning.recheckMs, async () => { for (const client of [...clients.values()]) await client.recheck(); }),
  ];

  return {
    clients,
    async stop() {
      endFlushing();
      for (const timer of timers) clearInterval(timer);
      forgetAreas();
      forgetRemoved();
      await server.close();
      await Promise.all([tail.stop(), ...closing]);
      stride.drop();
    },
  };
}

/** A screen that can't be told is dropped and resumes: others are told all the same, and nobody else would catch what it throws. */
function tellAll(clients: ReadonlyMap<LiveSocket, LiveClient>, told: readonly ToldChange[], logger: FeedLogger): void {
  for (const [socket, { screen }] of clients) {
    try {
      screen.offer(told);
    } catch (error) {
      logger.error({ err: error, screen: socket.id }, 'A screen could not be told of changes; it is dropped and resumes.');
      dropToResume(socket);
    }
  }
}

/** Takes in every client that signs in; the set given back holds those still finishing after they left. */
function acceptClients({ deps, tuning, server, tail, scopes, telemetry, clients }: {
  deps: LiveFeedDeps; tuning: LiveFeedTuning; server: SocketServer; tail: ChangeTail; scopes: Scopes; telemetry: TelemetryFeed; clients: Map<LiveSocket, LiveClient>;
}): ReadonlySet<Promise<void>> {
  const { changes, logger } = deps;
  const closing = new Set<Promise<void>>();
  const subscriptions = createSubscriptions({ ...deps, tail, scopes });
  const limits = { inFlightAlerts: tuning.inFlightAlerts, ackSweeps: ACK_SWEEPS };

  server.io.use(createSignIn(deps));
  server.io.on('connection', (socket) => {
    const screen = createScreen({ socket, changes, tail, scopes, limits, logger });
    const client = createLiveClient({ ...deps, socket, screen, subscriptions, telemetry, greet: (one) => { beat(deps, { tail, scopes, clients: [one] }); } });
    clients.set(socket, client);
    socket.on('disconnect', () => {
      clients.delete(socket);
      const closed: Promise<void> = client.close().finally(() => closing.delete(closed));
      closing.add(closed);
    });
  });
  return closing;
}

/**
 * `seq` is what this very client has been sent up to, so that it may resume from it; before it subscribes, the newest there is.
 * Also the moment to read changes that a service committed and failed to announce.
 */
function beat({ clock, health, flood, logger }: LiveFeedDeps, { tail, scopes, clients }: { tail: ChangeTail; scopes: Scopes; clients: Iterable<Pick<LiveClient, 'socket' | 'screen'>> }): void {
  void tail.catchUp();
  try {
    const parts = health.parts();
    const state = (part: string): PartState => parts[part]?.state ?? 'down';
    const heartbeat: Omit<Heartbeat, 'seq'> = { now: clock.now(), feeds: { mqtt: state('broker'), store: state('store'), rules: state('rules') } };
    const floods = flood?.states().filter(({ since }) => since !== undefined) ?? [];
    for (const { socket, screen } of clients) socket.emit('heartbeat', { ...heartbeat, seq: screen.position ?? tail.seq, ...floodOf(floods, screen.scope, scopes) });
  } catch (error) {
    logger.error({ err: error }, 'No heartbeat could be sent.');
  }
}

/** The floods in sub-districts that the screen shows as a whole. */
function floodOf(floods: readonly FloodState[], scope: Scope | undefined, scopes: Scopes): Pick<Heartbeat, 'flood'> {
  if (floods.length === 0 || scope?.hasAlerts !== true) return {};
  const sees = scopes.lens(scope);
  const seen = floods.filter(({ area }) => sees(area, undefined));
  if (seen.length === 0) return {};
  return { flood: { since: Math.min(...seen.map(({ since }) => since ?? Infinity)), alerts: seen.reduce((sum, { alerts }) => sum + alerts, 0) } };
}

/** Like setInterval, but a round that takes longer than the interval is not overtaken by the next. */
function everyRound(intervalMs: number, round: () => Promise<void>): NodeJS.Timeout {
  let isRunning = false;
  return setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    void round().finally(() => { isRunning = false; });
  }, intervalMs);
}
