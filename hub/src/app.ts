import { createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createActiveAlerts } from './alerts/active-alerts.js';
import { createIdSource } from './alerts/alert-ids.js';
import { createAlertService } from './alerts/alert-service.js';
import { createAreaService } from './areas/area-service.js';
import { AreaTree } from './areas/area-tree.js';
import { EmbeddedBroker } from './broker/embedded-broker.js';
import { ExternalBroker } from './broker/external-broker.js';
import { MosquittoAuthFiles } from './broker/mosquitto-auth.js';
import { createChangeLog } from './changes/change-log.js';
import { systemClock } from './clock.js';
import type { Config } from './config.js';
import { dataPaths, prepareDataDir, readOrCreateKey } from './data-dir.js';
import { openDatabase, type Db } from './database/database.js';
import { DemoFleet } from './demo/demo-fleet.js';
import { createDeviceDirectory } from './devices/device-directory.js';
import { createDevicePresence } from './devices/device-presence.js';
import { createDeviceReadings } from './devices/device-readings.js';
import { createDeviceService } from './devices/device-service.js';
import { createPresenceReader } from './devices/presence-reader.js';
import { createRefusalLog } from './devices/refusal-log.js';
import { FeatureStack } from './feature-stack.js';
import { Health } from './health.js';
import { createHttpListener } from './http/http-listener.js';
import { buildHttp } from './http/server.js';
import { createAuditLog } from './identity/audit-log.js';
import { createIdentityService } from './identity/identity-service.js';
import type { Principal } from './identity/principal.js';
import { Ingest } from './ingest/ingest.js';
import { createPseudonyms } from './ingest/pseudonyms.js';
import { Journal } from './journal/journal.js';
import type { Logger } from './logger.js';
import { createMetrics } from './metrics.js';
import { createLatestValues } from './realtime/latest-values.js';
import { createLiveFeed } from './realtime/live-feed.js';
import { createLiveReader } from './realtime/live-reader.js';
import { Retention } from './retention.js';
import { createRuleEvaluator } from './rules/rule-evaluator.js';
import { createRuleService } from './rules/rule-service.js';
import type { StartReport } from './start-report.js';
import { createDuckdbStore } from './telemetry/duckdb-store.js';
import { createInfluxStore } from './telemetry/influx-store.js';
import { createStoreWriter } from './telemetry/store-writer.js';

const CONSOLE_FOLDER = fileURLToPath(new URL('../../console/dist', import.meta.url));
const DAY_MS = 86_400_000;
/** As far back as a redelivery after a restart can reach. */
const RECALLED_RECORDS = 50_000;
/** The fleet is a program like any other, with a token; this is who gives it that token. */
const FLEET_SPONSOR: Principal = { name: 'demo', role: 'admin', area: undefined };

export interface LiandongApp {
  readonly logger: Logger & Pick<pino.Logger, 'fatal'>;
  /** @throws StartError for whatever a setting can mend. */
  start(): Promise<{ generatedPassword: string | undefined }>;
  stop(): Promise<void>;
  /** Where it can be reached, once started. */
  addresses(): Omit<StartReport, 'generatedPassword' | 'tookMs'>;
}

/** The one place that wires. Nothing is open until `start`. */
export async function createApp(config: Config): Promise<LiandongApp> {
  const logger = pino({ level: config.logLevel });
  const features = new FeatureStack(logger);
  let addresses: (() => ReturnType<LiandongApp['addresses']>) | undefined;

  return {
    logger,
    async start() {
      const started = await startParts(config, { logger, features });
      addresses = started.addresses;
      return { generatedPassword: started.generatedPassword };
    },
    stop: () => features.stop(),
    addresses() {
      if (addresses === undefined) throw new Error('not started');
      return addresses();
    },
  };
}

async function startParts(config: Config, { logger, features }: { logger: pino.Logger; features: FeatureStack }) {
  const clock = systemClock;
  const onError = (error: unknown): void => logger.error({ err: error }, 'a part met an unexpected error');
  const paths = dataPaths(config.dataDir);
  await prepareDataDir(config.dataDir);

  // The journal's lock is the lock of the data folder, so it comes before anything else is opened.
  const handlers: ConstructorParameters<typeof Journal>[0]['handlers'][number][] = [];
  const journal = new Journal({ path: paths.journal, handlers, maxBytes: config.journalMaxMb * 1024 * 1024, logger });
  await features.start('journal folder', { start: () => journal.open(), stop: () => journal.stop() });
  const db = await openInto(features, paths.database);

  const areas = new AreaTree();
  const changes = createChangeLog({ db, clock });
  const audit = createAuditLog({ db, clock });
  const identity = createIdentityService({ db, clock, areas, audit });
  const directory = createDeviceDirectory();
  const refusals = createRefusalLog({ db, clock, directory, onError });
  const presence = createDevicePresence({ db, clock, directory, changes, onError });
  const areaService = createAreaService({ db, areas, audit });
  const devices = createDeviceService({ db, clock, areas, directory, refusals, changes, audit });
  const activeAlerts = createActiveAlerts({ db });
  const alerts = createAlertService({ db, clock, areas, changes, activeAlerts });
  const evaluator = createRuleEvaluator({ db, clock, ids: createIdSource({ clock, random: randomBytes }), changes, activeAlerts, directory, onError });
  const telemetry = config.influx === undefined ? createDuckdbStore({ path: paths.telemetry, log: logger }) : createInfluxStore({ ...config.influx, log: logger });
  const storeWriter = createStoreWriter({ store: telemetry });
  const latest = createLatestValues();
  const key = await readOrCreateKey(paths.pseudonymKey);
  const ingest = new Ingest({ directory, journal, refusals, clock, retentionMs: config.telemetryRetentionDays * DAY_MS, pseudonyms: createPseudonyms({ key }) });
  const source = config.mqttUrl === undefined
    ? new EmbeddedBroker({ host: config.mqttHost, port: config.mqttPort, directory, ingest, journal, logger })
    : new ExternalBroker({ url: config.mqttUrl, clientId: clientIdOf(key), ingest, journal, logger });
  const health = new Health({ source, journal, storeWriter, evaluator });
  const metrics = createMetrics({ ingest, journal, refusals, source, health, screens: () => liveFeed.screens().length });
  const http = await buildHttp({
    identity, areas: areaService, devices, readings: createDeviceReadings({ devices, telemetry, latest, audit }), alerts, rules: createRuleService({ db }),
    health, metrics, clock, logger, consoleFolder: CONSOLE_FOLDER,
  });
  const listener = createHttpListener({ app: http, host: config.host, port: config.port });
  const liveFeed = createLiveFeed({ httpServer: http.server, identity, alerts, areas, directory, changes, latest, health, clock, logger });

  handlers.push(
    storeWriter, evaluator, createPresenceReader({ presence }),
    // Reads what the journal still holds on every start: newer than the store while that is down.
    { ...createLiveReader({ latest, directory }), position: async () => 0 },
  );

  await areaService.load();
  await devices.load();
  const { generatedPassword } = await identity.ensureAdmin({ password: config.adminPassword });
  await activeAlerts.load();
  await features.start('telemetry', telemetry);
  if (await telemetry.isReachable()) latest.seed(await telemetry.latest([...directory.values()].map(({ device }) => device.id)));
  await features.start('refusals', refusals);
  await features.start('presence', presence);
  await features.start('rules', evaluator);
  await features.start('journal', journal);
  await features.start('ingest', ingest);
  await ingest.recall(journal.recent(RECALLED_RECORDS));
  if (config.mosquittoAuthDir !== undefined && config.mqttUrl !== undefined) {
    const hubUser = { username: decodeURIComponent(config.mqttUrl.username), password: decodeURIComponent(config.mqttUrl.password) };
    await features.start('Mosquitto files', new MosquittoAuthFiles({ dir: config.mosquittoAuthDir, hubUser, db, directory, logger }));
  }
  await features.start('broker', source);
  await features.start('health', health);
  await features.start('retention', new Retention({
    telemetry, changes, telemetryDays: config.telemetryRetentionDays, eventDays: config.gateRetentionDays, clock, logger,
  }));
  await features.start('http', listener);
  await features.start('live feed', liveFeed);

  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  const hubUrl = (): string => `http://${host.includes(':') ? `[${host}]` : host}:${listener.port}`;
  const mqttUrl = (): string => source instanceof EmbeddedBroker ? `mqtt://${config.mqttHost}:${source.port}` : `${config.mqttUrl?.protocol}//${config.mqttUrl?.host}`;
  if (config.isDemo) {
    await features.start('simulated fleet', new DemoFleet({
      hubUrl: hubUrl(), mqttUrl: mqttUrl(), stateFile: paths.fleetState, logger,
      async issueToken() {
        const { id, token } = await identity.createToken(FLEET_SPONSOR, { name: 'simulated fleet', role: 'admin' });
        return { token, revoke: () => identity.deleteToken(FLEET_SPONSOR, id) };
      },
    }));
  }

  return {
    generatedPassword,
    addresses: () => ({ consoleUrl: hubUrl(), mqttUrl: mqttUrl(), telemetry: config.influx === undefined ? paths.telemetry : config.influx.url, dataDir: config.dataDir, isDemo: config.isDemo }),
  };
}

async function openInto(features: FeatureStack, path: string): Promise<Db> {
  const db = await openDatabase(path);
  await features.start('database', { start: async () => undefined, stop: () => db.destroy() });
  return db;
}

/** The same over restarts of one data folder, and another for every other hub. */
const clientIdOf = (key: Buffer): string => `liandong-${createHmac('sha256', key).update('mqtt client id').digest('hex').slice(0, 12)}`;
