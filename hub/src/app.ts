import { createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { gatewayCodecs } from '@liandong/protocols';
import { pino } from 'pino';
import { createAggregates } from './aggregates/aggregates.js';
import { createAreaAlerts } from './aggregates/area-alerts.js';
import { createPassages } from './aggregates/passages.js';
import { createAlertReports } from './alert-reports/alert-reports.js';
import { createActiveAlerts } from './alerts/active-alerts.js';
import { createIdSource } from './alerts/alert-ids.js';
import { createAlertService } from './alerts/alert-service.js';
import { createAlertWriter } from './alerts/alert-writer.js';
import { createFloodWatch } from './alerts/flood.js';
import { createShelfTimer } from './alerts/shelf-timer.js';
import { createAreaService } from './areas/area-service.js';
import { AreaTree } from './areas/area-tree.js';
import { EmbeddedBroker } from './broker/embedded-broker.js';
import { ExternalBroker } from './broker/external-broker.js';
import { MosquittoAuthFiles } from './broker/mosquitto-auth.js';
import { TlsListener } from './broker/tls-listener.js';
import { createCalendarService } from './calendar/calendar-service.js';
import { DayCalendar } from './calendar/day-calendar.js';
import { createChangeLog } from './changes/change-log.js';
import { systemClock } from './clock.js';
import { createCommandReader } from './commands/command-reader.js';
import { createCommandService } from './commands/command-service.js';
import { createCommandTimeouts } from './commands/command-timeouts.js';
import type { Config } from './config.js';
import { dataPaths, prepareDataDir, readOrCreateKey } from './data-dir.js';
import { openDatabase, type Db } from './database/database.js';
import { DemoFleet } from './demo/demo-fleet.js';
import { createDeviceBulk } from './devices/device-bulk.js';
import { loadDigest } from './devices/device-digests.js';
import { createDeviceDirectory } from './devices/device-directory.js';
import { createDevicePresence } from './devices/device-presence.js';
import { createDeviceReadings } from './devices/device-readings.js';
import { createDiscoveredRepository } from './devices/discovered-repository.js';
import { createDeviceService, type DeviceService } from './devices/device-service.js';
import type { DeviceDirectory } from './devices/types.js';
import { createLastPayloads } from './devices/last-payloads.js';
import { createPhotoService } from './devices/photo-service.js';
import { createPresenceReader } from './devices/presence-reader.js';
import { createProvisioning, forgetInstallation } from './devices/provisioning.js';
import { createRefusalLog } from './devices/refusal-log.js';
import { createSignIns } from './devices/sign-ins.js';
import { usersOf } from './duty/on-duty.js';
import { Roster } from './duty/roster.js';
import { createShiftService } from './duty/shift-service.js';
import { createClockMender } from './escalation/clock-mender.js';
import { createEscalationClocks } from './escalation/escalation-clocks.js';
import { createEscalationService } from './escalation/escalation-service.js';
import { createEscalator } from './escalation/escalator.js';
import { EscalationPolicies } from './escalation/policies.js';
import { FeatureStack } from './feature-stack.js';
import { GatewayIngest } from './gateways/gateway-ingest.js';
import { GatewayTable } from './gateways/gateway-table.js';
import { createHikvisionIntake } from './gateways/hikvision-intake.js';
import { createHttpSignIn } from './gateways/http-sign-in.js';
import type { JournalHandler } from './journal/types.js';
import { Health } from './health.js';
import { createHttpListener } from './http/http-listener.js';
import { buildHttp } from './http/server.js';
import { createAuditLog } from './identity/audit-log.js';
import { createIdentityService } from './identity/identity-service.js';
import type { Principal } from './identity/principal.js';
import { Ingest } from './ingest/ingest.js';
import { createPseudonyms } from './ingest/pseudonyms.js';
import { createImportService } from './import/import-service.js';
import { Journal } from './journal/journal.js';
import type { Logger } from './logger.js';
import { createMaintenanceService } from './maintenance/maintenance-service.js';
import { MaintenanceWindows } from './maintenance/maintenance-windows.js';
import { createMetrics } from './metrics.js';
import { createEntityService } from './ngsi-ld/entity-service.js';
import { createNotifications } from './notifications/notifications.js';
import { createWatchdog } from './notifications/watchdog.js';
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
import { readTlsPair, type TlsServer } from './tls/tls-pair.js';
import { createTlsReloader } from './tls/tls-reloader.js';

const CONSOLE_FOLDER = fileURLToPath(new URL('../../console/dist', import.meta.url));
const DAY_MS = 86_400_000;
/** A Mosquitto that takes its users from us can only start after us. */
const BROKER_WAIT_MS = 30_000;
/** As far back as a redelivery after a restart can reach. */
const RECALLED_RECORDS = 50_000;
/** Time enough for the fleet's set-up; it needs no token afterwards. */
const FLEET_TOKEN_MS = 15 * 60_000;
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
export function createApp(config: Config): LiandongApp {
  const logger = pino({ level: config.logLevel });
  const features = new FeatureStack(logger);
  let parts: Parts | undefined;

  return {
    logger,
    async start() {
      const folder = await openFolder(config, { features, logger });
      parts = await wire({ config, logger, ...folder });
      await load(parts);
      await startParts(parts, features);
      // Last of all that can fail: a password is shown once, so it is made when it will be shown.
      const { generatedPassword } = await parts.identity.ensureAdmin({ password: config.adminPassword });
      parts.health.startDone();
      if (config.isDemo) await features.start('simulated fleet', demoFleetOf(config, parts));
      return { generatedPassword };
    },
    stop: () => features.stop(),
    addresses() {
      if (parts === undefined) throw new Error('not started');
      return addressesOf(config, parts);
    },
  };
}

type Folder = Awaited<ReturnType<typeof openFolder>>;
type Parts = Awaited<ReturnType<typeof wire>>;

/** The journal's lock is the lock of the data folder, so it comes before anything else is opened. */
async function openFolder(config: Config, { features, logger }: { features: FeatureStack; logger: Logger }) {
  const paths = dataPaths(config.dataDir);
  await prepareDataDir(config.dataDir);
  const handlers: JournalHandler[] = [];
  const journal = new Journal({ path: paths.journal, handlers, maxBytes: config.journalMaxMb * 1024 * 1024, logger });
  await features.start('journal folder', { start: () => journal.open(), stop: () => journal.stop() });
  const db: Db = await openDatabase(paths.database);
  await features.start('database', { start: async () => undefined, stop: () => db.destroy() });
  return { paths, journal, handlers, db, key: await readOrCreateKey(paths.pseudonymKey) };
}

async function wire({ config, logger, paths, journal, handlers, db, key }: { config: Config; logger: pino.Logger } & Folder) {
  const clock = systemClock;
  const onError = (error: unknown): void => logger.error({ err: error }, 'a part met an unexpected error');

  const areas = new AreaTree();
  const changes = createChangeLog({ db, clock });
  const audit = createAuditLog({ db, clock });
  const identity = createIdentityService({ db, clock, areas, audit });
  const areaService = createAreaService({ db, areas, audit });
  const directory = createDeviceDirectory();
  const refusals = createRefusalLog({ db, clock, directory, onError });
  const presence = createDevicePresence({ db, clock, directory, changes, onError });
  const payloads = createLastPayloads({ clock });
  const signIns = createSignIns({ clock, directory });
  const photos = createPhotoService({ db, folder: paths.photos, devices: () => devices, audit });
  const devices: DeviceService = createDeviceService({ db, clock, areas, directory, refusals, changes, audit, reservedIds: reservedIds(config), onRemoved: forgetInstallation({ payloads, signIns, photos }) });

  const activeAlerts = createActiveAlerts({ db });
  const ids = createIdSource({ clock, random: randomBytes });
  const policies = new EscalationPolicies(areas);
  const roster = new Roster(areas);
  const clocks = createEscalationClocks({ policies });
  const alertWriter = createAlertWriter({ db, clock, changes, activeAlerts, clocks });
  const alerts = createAlertService({ db, clock, areas, writer: alertWriter });
  const shelfTimer = createShelfTimer({ db, clock, writer: alertWriter, onError });
  const flood = createFloodWatch({ db, clock, areas, changes, operators: (area, at) => usersOf(roster.onDuty(area, at)).length });
  const outOfService = new MaintenanceWindows({ areas });
  const days = new DayCalendar();
  const calendar = createCalendarService({ db, clock, days });
  const evaluator = createRuleEvaluator({ db, clock, ids, changes, activeAlerts, clocks, directory, areas, days, outOfService, onError });
  const escalator = createEscalator({
    clock, activeAlerts, writer: alertWriter, clocks, mend: createClockMender({ db, clock, changes, activeAlerts, clocks }),
    onDuty: (area, tier, at) => usersOf(roster.onDuty(area, at), tier), onError,
  });
  const telemetry = config.influx === undefined ? createDuckdbStore({ path: paths.telemetry, log: logger }) : createInfluxStore({ ...config.influx, log: logger });
  const storeWriter = createStoreWriter({ store: telemetry });
  const latest = createLatestValues();
  const aggregates = createAggregates({ db, clock, areas, directory, store: telemetry, storeReader: storeWriter.name, journal, key, random: randomBytes, retentionMs: config.telemetryRetentionDays * DAY_MS, onError });
  handlers.push(
    storeWriter, evaluator, createPresenceReader({ presence }), createCommandReader({ db, clock, directory, changes }), aggregates.reader,
    // Reads what the journal still holds on every start: newer than the store while that is down.
    { ...createLiveReader({ latest, directory }), position: async () => 0 },
  );

  const discovered = createDiscoveredRepository({ db, directory, onError });
  const gatewayTable = new GatewayTable({ directory, codecs: gatewayCodecs });
  const gateways = new GatewayIngest({ table: gatewayTable, discovered, clock, onError, send: (downlink) => { source.send(downlink); } });
  const ingest = new Ingest({ gateways, directory, journal, refusals, payloads, clock, retentionMs: config.telemetryRetentionDays * DAY_MS, eventRetentionMs: config.gateRetentionDays * DAY_MS, pseudonyms: createPseudonyms({ key }) });
  const source: EmbeddedBroker | ExternalBroker = config.mqttUrl === undefined
    ? new EmbeddedBroker({ host: config.mqttHost, port: config.mqttPort, directory, ingest, journal, signIns, logger })
    : new ExternalBroker({ url: config.mqttUrl, clientId: clientIdOf(key), waitMs: config.mosquittoAuthDir === undefined ? 0 : BROKER_WAIT_MS, ingest, journal, gateways: gatewayTable, logger });
  const mosquittoFiles = mosquittoFilesOf(config, { db, directory, logger });

  const timeouts = createCommandTimeouts({ db, clock, onError });
  const tls = config.tls === undefined ? undefined : await readTlsPair(config.tls);
  const health = new Health({ source, journal, storeWriter, evaluator });
  const notifications = createNotifications({ db, clock, changes, areas, directory, logger, smtp: config.smtp, publicUrl: config.publicUrl });
  const watchdog = config.watchdog === undefined ? undefined : createWatchdog({ url: config.watchdog.url, intervalMs: config.watchdog.intervalS * 1000, health, logger });
  const metrics = createMetrics({ ingest, journal, refusals, source, health, escalations: () => escalator.totals(), screens: () => liveFeed.screens().length, flood, notifications: notifications.counts,
    aggregates: { dirtyWindows: () => aggregates.dirtyWindows(), lagSeconds: () => (clock.now() - aggregates.publisher.watermark()) / 1000 } });
  const http = await buildHttp({
    identity, areas: areaService, devices, readings: createDeviceReadings({ devices, telemetry, latest, audit, clock }), alerts, rules: createRuleService({ db, clock, areas, directory, evaluator }), calendar,
    imports: createImportService({ areas, directory, bulk: createDeviceBulk({ db, clock, areas, directory, changes }), audit, clock, reservedIds: reservedIds(config) }),
    provisioning: createProvisioning({ db, clock, areas, directory, devices, changes, latest, payloads, signIns, discovered, photos }),
    escalation: createEscalationService({ db, clock, areas, policies }), shifts: createShiftService({ db, clock, ids, areas, roster }),
    alertReports: createAlertReports({ db, clock, areas, activeAlerts, roster }),
    commands: createCommandService({ db, clock, devices, directory, publisher: source, timeouts }),
    channels: notifications.channels,
    aggregates: aggregates.service, aggregateAlerts: createAreaAlerts({ db, clock, areas }), entities: createEntityService({ directory, areas, latest, store: telemetry, clock }),
    passages: createPassages({ store: telemetry, directory, areas, places: aggregates.places, watermark: () => aggregates.publisher.watermark() }),
    maintenance: createMaintenanceService({ db, clock, ids, areas, directory, windows: outOfService }),
    hikvision: {
      signIn: createHttpSignIn({ directory, digestOf: (device) => loadDigest(db, device), clock, random: randomBytes }),
      intake: createHikvisionIntake({ ingest, journal, clock }),
    },
    health, metrics, clock, logger, consoleFolder: CONSOLE_FOLDER, ...(tls === undefined ? {} : { tls }),
  });
  const listener = createHttpListener({ app: http, host: config.host, port: config.port });
  const mqtts = tls === undefined || config.tls === undefined || !(source instanceof EmbeddedBroker) ? undefined
    : new TlsListener({ host: config.mqttHost, port: config.tls.mqttsPort, pair: tls, broker: source, logger });
  const tlsReloader = config.tls === undefined ? undefined
    : createTlsReloader({ files: config.tls, servers: [http.server as unknown as TlsServer, ...(mqtts === undefined ? [] : [mqtts])], logger }); // an HTTPS server then
  const liveFeed = createLiveFeed({ httpServer: http.server, identity, alerts, areas, directory, changes, latest, health, flood, clock, logger });
  const retention = new Retention({ telemetry, changes, notifier: notifications.notifier, telemetryDays: config.telemetryRetentionDays, eventDays: config.gateRetentionDays, clock, logger });

  return {
    db, clock, policies, roster, escalator, paths, logger, journal, identity, areaService, calendar, directory, refusals, presence, devices, activeAlerts, outOfService, shelfTimer, flood, evaluator, telemetry, latest,
    discovered, gatewayTable, ingest, source, mosquittoFiles, health, listener, liveFeed, retention, timeouts, mqtts, tlsReloader, notifications, watchdog, aggregates,
  };
}

/** Fills memory from the database; nothing runs yet. */
async function load({ db, clock, areaService, calendar, policies, roster, devices, activeAlerts, outOfService }: Parts): Promise<void> {
  await areaService.load();
  await calendar.load();
  await policies.load(db);
  await roster.load(db);
  await devices.load();
  await activeAlerts.load();
  await outOfService.load(db, clock.now());
}

/** In the order of the data's way: what is behind the journal before the journal's readers, and the broker before the screens. */
async function startParts(parts: Parts, features: FeatureStack): Promise<void> {
  const { telemetry, ingest, journal } = parts;
  await features.start('telemetry', telemetry);
  await seedLatest(parts);
  await features.start('refusals', parts.refusals);
  await features.start('presence', parts.presence);
  // Before the rules: what they raise from the first record on is told.
  await features.start('sender of notifications', parts.notifications.sender);
  await features.start('notifier', parts.notifications.notifier);
  await features.start('flood detection', parts.flood);
  await features.start('rules', parts.evaluator);
  await features.start('shelved alerts', parts.shelfTimer);
  await features.start('aggregates', parts.aggregates.publisher);
  await features.start('journal', journal);
  // Stopped before the journal, which waits for its readers: a request that hangs is not waited for. DuckDB finishes what it writes.
  if (telemetry.backend === 'influxdb') await features.start('InfluxDB requests', { start: async () => undefined, stop: () => telemetry.stop() });
  await features.start('discovered devices', parts.discovered);
  await features.start('gateways', parts.gatewayTable);
  await features.start('ingest', ingest);
  await ingest.recall(journal.recent(RECALLED_RECORDS));
  if (parts.mosquittoFiles !== undefined) await features.start('Mosquitto files', parts.mosquittoFiles);
  await features.start('broker', parts.source);
  await features.start('commands', parts.timeouts);
  await features.start('escalation', parts.escalator);
  if (parts.mqtts !== undefined) await features.start('MQTT over TLS', parts.mqtts);
  if (parts.tlsReloader !== undefined) await features.start('TLS files', parts.tlsReloader);
  await features.start('health', parts.health);
  await features.start('retention', parts.retention);
  await features.start('http', parts.listener);
  await features.start('live feed', parts.liveFeed);
  if (parts.watchdog !== undefined) await features.start('watchdog', parts.watchdog);
}

/** A store that can't answer now leaves the latest values to what the journal holds and to the next reports. */
async function seedLatest({ telemetry, latest, directory, logger }: Parts): Promise<void> {
  try {
    if (await telemetry.isReachable()) latest.seed(await telemetry.latest([...directory.values()].map(({ device }) => device.id)));
  } catch (error) {
    logger.warn({ err: error }, 'the telemetry store did not give the latest values');
  }
}

function demoFleetOf(config: Config, parts: Parts): DemoFleet {
  const { consoleUrl, mqttUrl } = addressesOf(config, parts);
  return new DemoFleet({
    hubUrl: consoleUrl, mqttUrl, trustsAnyCertificate: config.tls !== undefined, stateFile: parts.paths.fleetState, logger: parts.logger,
    async issueToken() {
      const { id, token } = await parts.identity.createToken(FLEET_SPONSOR, { name: 'simulated fleet', role: 'admin', expiresAt: systemClock.now() + FLEET_TOKEN_MS });
      return { token, revoke: () => parts.identity.deleteToken(FLEET_SPONSOR, id) };
    },
  });
}

/** Ids that would be taken for something else: words of the REST paths, and the hub's own user at the broker. */
const reservedIds = ({ mqttUrl }: Config): ReadonlySet<string> =>
  new Set(['import', 'claim', 'discovered', 'labels', ...(mqttUrl === undefined ? [] : [decodeURIComponent(mqttUrl.username)])]);

function mosquittoFilesOf({ mosquittoAuthDir: dir, mqttUrl }: Config, dependencies: { db: Db; directory: DeviceDirectory; logger: Logger }): MosquittoAuthFiles | undefined {
  if (dir === undefined || mqttUrl === undefined) return undefined;
  return new MosquittoAuthFiles({ dir, hubUser: { username: decodeURIComponent(mqttUrl.username), password: decodeURIComponent(mqttUrl.password) }, ...dependencies });
}

function addressesOf(config: Config, { source, listener, mqtts }: Parts): ReturnType<LiandongApp['addresses']> {
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  return {
    consoleUrl: `${config.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${listener.port}`,
    mqttUrl: source instanceof EmbeddedBroker ? `mqtt://${config.mqttHost}:${source.port}` : `${config.mqttUrl?.protocol}//${config.mqttUrl?.host}`,
    mqttsUrl: mqtts === undefined ? undefined : `mqtts://${config.mqttHost}:${mqtts.port}`,
    telemetry: config.influx === undefined ? dataPaths(config.dataDir).telemetry : config.influx.url,
    dataDir: config.dataDir, isDemo: config.isDemo,
  };
}

/** The same over restarts of one data folder, and another for every other hub. */
const clientIdOf = (key: Buffer): string => `liandong-${createHmac('sha256', key).update('mqtt client id').digest('hex').slice(0, 12)}`;
