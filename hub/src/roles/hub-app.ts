import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createAggregates } from '../aggregates/aggregates.js';
import { ROLLUPS } from '../aggregates/rollup-reader.js';
import { createAreaAlerts } from '../aggregates/area-alerts.js';
import { createPassages } from '../aggregates/passages.js';
import { createIdSource } from '../alerts/alert-ids.js';
import type { EndNow, LiandongApp } from '../app.js';
import { createBackupService } from '../backup/backup-service.js';
import { backupSources, makeBackup } from '../backup/make-backup.js';
import { createBacktestService } from '../backtest/backtest-service.js';
import { createChangeLog } from '../changes/change-log.js';
import { createCityAlertsOfHub } from '../city/city-alerts-of-hub.js';
import { systemClock } from '../clock.js';
import { createCommandReader } from '../commands/command-reader.js';
import { createCommandService } from '../commands/command-service.js';
import { createCommandTimeouts } from '../commands/command-timeouts.js';
import type { Config } from '../config.js';
import { dataPaths, prepareDataDir, readOrCreateKey } from '../data-dir.js';
import { openDatabase, type Db } from '../database/database.js';
import type { Fence } from '../database/postgres/fence.js';
import { createDatabaseProbe } from '../database/postgres/database-probe.js';
import { openPostgres } from '../database/postgres/open-postgres.js';
import { DemoFleet } from '../demo/demo-fleet.js';
import { createDeviceBulk } from '../devices/device-bulk.js';
import { createDeviceReadings } from '../devices/device-readings.js';
import { createPresenceReader } from '../devices/presence-reader.js';
import { createProvisioning } from '../devices/provisioning.js';
import { createAlertIntake } from '../edges/alert-intake.js';
import { createEdgeRegistry } from '../edges/registry-service.js';
import { createFanOutPublisher } from '../fan-out/publisher.js';
import { streamName } from '../fan-out/redis.js';
import { FeatureStack } from '../feature-stack.js';
import type { JournalHandler } from '../journal/types.js';
import { Health } from '../health.js';
import type { Principal } from '../identity/principal.js';
import { createImportService } from '../import/import-service.js';
import { Journal } from '../journal/journal.js';
import { createHandOver } from '../leadership/hand-over.js';
import { createLease, type Lease } from '../leadership/lease.js';
import { folderName, peerToken, sharedKey } from '../leadership/shared-key.js';
import { createStandbyScreens } from '../leadership/screens.js';
import { createStandby, type Standby } from '../leadership/standby.js';
import { waitToLead } from '../leadership/wait-to-lead.js';
import type { Logger } from '../logger.js';
import { createMetrics } from '../metrics.js';
import { RULES } from '../rules/rule-evaluator.js';
import { createEntityService } from '../ngsi-ld/entity-service.js';
import { createNotifications } from '../notifications/notifications.js';
import { createWatchdog } from '../notifications/watchdog.js';
import { AppError } from '../problem.js';
import { createLatestValues } from '../realtime/latest-values.js';
import { createLiveFeed } from '../realtime/live-feed.js';
import { createLiveReader } from '../realtime/live-reader.js';
import { Retention } from '../retention.js';
import { createDuckdbStore } from '../telemetry/duckdb-store.js';
import { createInfluxStore } from '../telemetry/influx-store.js';
import { createStoreWriter } from '../telemetry/store-writer.js';
import { readTlsPair } from '../tls/tls-pair.js';
import { wireAlerts } from '../wiring/alerts.js';
import { reservedIds, wireDevices } from '../wiring/devices.js';
import { CONSOLE_FOLDER, consoleUrlOf, mqttsUrlOf, mqttUrlOf } from '../wiring/addresses.js';
import { wireHttp } from '../wiring/http.js';
import { wireHikvision, wireIngest } from '../wiring/ingest.js';
import { wirePeople } from '../wiring/people.js';
import { rowRetention } from '../wiring/row-retention.js';

const DAY_MS = 86_400_000;
/** As far back as a redelivery after a restart can reach. */
const RECALLED_RECORDS = 50_000;
/** The same in time: a device that was away over a week's holiday sends again what it got no answer for. */
const RECALLED_MS = 7 * DAY_MS;
/** Time enough for the fleet's set-up; it needs no token afterwards. */
const FLEET_TOKEN_MS = 15 * 60_000;
/** The fleet is a program like any other, with a token; this is who gives it that token. */
const FLEET_SPONSOR: Principal = { name: 'demo', role: 'admin', area: undefined };

/** The composition root of a sub-district's hub; what belongs to one capability is put together in `wiring/`, called from here only. Nothing is open until `start`. */
export function createHubApp(config: Config, end: EndNow): LiandongApp {
  const logger = pino({ level: config.logLevel });
  const features = new FeatureStack(logger);
  let parts: Parts | undefined;
  let standby: Standby | undefined;

  return {
    logger,
    async start() {
      const folder = await openFolder(config, { features, logger, end });
      const { lease } = folder;
      if (lease === undefined || await lease.take() || (config.peerUrl === undefined && await waitToLead(lease))) return lead(folder);
      standby = await standbyOf(config, { ...folder, lease, logger }, () => {
        standby?.stop().then(() => lead(folder)).catch((error: unknown) => {
          logger.fatal({ err: error }, 'could not take over');
          end('could not take over');
        });
      });
      await features.start('standby', standby);
      return { generatedPassword: undefined };
    },
    stop: () => features.stop(),
    addresses() {
      const running = parts ?? (standby && { listener: standby });
      if (running === undefined) throw new Error('not started');
      return addressesOf(config, running);
    },
  };

  async function lead(folder: Folder): Promise<{ generatedPassword: string | undefined }> {
    await folder.lease?.start();
    parts = await wire({ config, logger, ...folder });
    await load(parts);
    await startParts(parts, features);
    // Last of all that can fail: a password is shown once, so it is made when it will be shown.
    const { generatedPassword } = await parts.identity.ensureAdmin({ password: config.adminPassword });
    parts.health.startDone();
    if (config.isDemo) await features.start('simulated fleet', demoFleetOf(config, parts));
    return { generatedPassword };
  }
}

type Folder = Awaited<ReturnType<typeof openFolder>>;
type Parts = Awaited<ReturnType<typeof wire>>;

/** The journal's lock is the lock of the data folder, so it comes before anything else is opened. */
async function openFolder(config: Config, { features, logger, end }: { features: FeatureStack; logger: Logger; end: EndNow }) {
  const paths = dataPaths(config.dataDir);
  await prepareDataDir(config.dataDir);
  const handlers: JournalHandler[] = [];
  const journal = new Journal({ path: paths.journal, handlers, maxBytes: config.journalMaxMb * 1024 * 1024, maxAgeMs: Math.min(config.gateRetentionDays * DAY_MS, RECALLED_MS), clock: systemClock, logger });
  await features.start('journal folder', { start: () => journal.open(), stop: () => journal.stop() });
  const fence: Fence = { term: undefined, onFenced: () => undefined };
  // Nothing goes on without it: thrown, it ends the process.
  const db: Db = config.databaseUrl === undefined
    ? await openDatabase(paths.database, { onDeath: (error) => { throw error; } })
    : await openPostgres({ url: config.databaseUrl, logger, fence });
  await features.start('database', { start: async () => undefined, stop: () => db.destroy() });
  const own = await readOrCreateKey(paths.pseudonymKey);
  if (config.databaseUrl === undefined) return { paths, journal, handlers, db, key: own, lease: undefined, positionOf: (reader: string) => reader };
  const holder = folderName(own);
  // On connections of its own: a renewal that waits for one behind writes that wait for their turn comes too late.
  const leaseDb = await openPostgres({ url: config.databaseUrl, logger });
  await features.start('database of the lease', { start: async () => undefined, stop: () => leaseDb.destroy() });
  const lease = createLease({ db: leaseDb, fence, holder, address: config.peerUrl?.origin, logger, onLost: end });
  await features.start('lease', { start: async () => undefined, stop: () => lease.stop() });
  return { paths, journal, handlers, db, key: await sharedKey(db, own), lease, positionOf: (reader: string) => `${reader}@${holder}` };
}

async function standbyOf(config: Config, { db, journal, key, positionOf, lease, logger }: Folder & { lease: Lease; logger: Logger }, onLead: () => void): Promise<Standby> {
  const handOver = createHandOver({ db, journal, readers: [RULES, ROLLUPS].map(positionOf), token: peerToken(key) });
  const screens = config.redisUrl === undefined || config.influx === undefined ? undefined
    : createStandbyScreens({ db, key, redisUrl: config.redisUrl, telemetry: createInfluxStore({ ...config.influx, log: logger }), logger });
  return createStandby({ lease, host: config.host, port: config.port, tls: config.tls === undefined ? undefined : await readTlsPair(config.tls), logger, handOver, onLead, screens });
}

async function wire({ config, logger, paths, journal, handlers, db, key, positionOf }: { config: Config; logger: pino.Logger } & Folder) {
  const clock = systemClock;
  // Of a database server that is away the probe tells once; every timer would tell it again each second.
  const onError = (error: unknown): void => error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE' ? logger.debug({ err: error }, 'a part waits for the database') : logger.error({ err: error }, 'a part met an unexpected error');

  const changes = createChangeLog({ db, clock });
  const { areas, audit, identity, areaService } = wirePeople({ db, clock });
  const known = wireDevices({ config, db, clock, paths, areas, changes, audit, onError });
  const { directory, devices } = known;
  const alarms = wireAlerts({ db, clock, areas, changes, directory, positionName: positionOf(RULES), onError });
  const { alerts, calendar, rules, days, escalation, shifts, alertReports, maintenance, evaluator, escalator, flood } = alarms;
  const incoming = wireIngest({ config, db, clock, logger, journal, key, ...known, onError });
  const { ingest, source } = incoming;

  const telemetry = config.influx === undefined ? createDuckdbStore({ path: paths.telemetry, log: logger }) : createInfluxStore({ ...config.influx, log: logger });
  const storeWriter = createStoreWriter({ store: telemetry });
  const latest = createLatestValues();
  const aggregates = createAggregates({ db, clock, areas, directory, store: telemetry, storeReader: storeWriter.name, journal, key, random: randomBytes, retentionMs: config.telemetryRetentionDays * DAY_MS, positionName: positionOf(ROLLUPS), onError });
  handlers.push(
    storeWriter, evaluator, createPresenceReader({ presence: known.presence }), createCommandReader({ db, clock, directory, changes }), aggregates.reader,
    createAlertIntake({ db, clock, changes, activeAlerts: alarms.activeAlerts, clocks: alarms.clocks, directory, areas, adopt: (active) => { evaluator.adopt(active); } }),
    // Reads what the journal still holds on every start: newer than the store while that is down.
    { ...createLiveReader({ latest, directory }), position: async () => 0 },
  );

  const backtests = createBacktestService({ rules, telemetry, directory, areas, days, clock, ids: createIdSource({ clock, random: randomBytes }), stopwatch: () => performance.now(), onError });
  const sources = backupSources({ paths, journal, telemetry, isPostgres: config.databaseUrl !== undefined });
  const backups = createBackupService({ dir: config.backupDir, keep: config.backupKeep, make: (target, at, onPhase) => makeBackup(sources, { target, at, onPhase }), audit, clock, onError });
  const timeouts = createCommandTimeouts({ db, clock, onError });
  const health = new Health({ source, journal, storeWriter, evaluator, database: config.databaseUrl === undefined ? undefined : createDatabaseProbe({ db, logger }) });
  const fanOut = config.redisUrl === undefined ? undefined : createFanOutPublisher({ url: config.redisUrl, stream: streamName(key), health, flood, logger });
  if (fanOut !== undefined) handlers.push(fanOut.reader);
  const notifications = createNotifications({ db, clock, changes, areas, directory, logger, smtp: config.smtp, publicUrl: config.publicUrl });
  const watchdog = config.watchdog === undefined ? undefined : createWatchdog({ url: config.watchdog.url, intervalMs: config.watchdog.intervalS * 1000, health, logger });
  const metrics = createMetrics({ ingest, journal, refusals: known.refusals, source, health, escalations: () => escalator.totals(), screens: () => liveFeed.screens().length, flood, notifications: notifications.counts,
    aggregates: { dirtyWindows: () => aggregates.dirtyWindows(), lagSeconds: () => (clock.now() - aggregates.publisher.watermark()) / 1000 } });
  const { httpServer, ...listeners } = await wireHttp({
    config, logger, source,
    dependencies: {
      identity, areas: areaService, devices, alerts, rules, calendar, backtests, backups, escalation, shifts, alertReports, maintenance, readings: createDeviceReadings({ devices, telemetry, latest, audit, clock }),
      imports: createImportService({ areas, directory, bulk: createDeviceBulk({ db, clock, areas, directory, changes }), audit, clock, reservedIds: reservedIds(config) }),
      provisioning: createProvisioning({ db, clock, areas, changes, latest, ...known }),
      commands: createCommandService({ db, clock, devices, directory, publisher: source, timeouts }),
      channels: notifications.channels,
      aggregates: aggregates.service, aggregateAlerts: createAreaAlerts({ db, clock, areas }), entities: createEntityService({ directory, areas, latest, store: telemetry, clock }),
      passages: createPassages({ store: telemetry, directory, areas, places: aggregates.places, watermark: () => aggregates.publisher.watermark() }),
      cityAlerts: createCityAlertsOfHub({ db, areas, changes, writer: alarms.writer, key }),
      hikvision: wireHikvision({ db, clock, directory, ingest, journal }),
      ...(config.peerUrl === undefined ? {} : { peers: { token: peerToken(key), journal, alerts } }),
      edges: createEdgeRegistry({ db, areas, directory }),
      health, metrics, clock, logger, consoleFolder: CONSOLE_FOLDER,
    },
  });
  const liveFeed = createLiveFeed({ httpServer, identity, alerts, areas, directory, changes, latest, health, flood, clock, logger });
  const retention = new Retention({ telemetry, changes, notifier: notifications.notifier, rows: rowRetention(config, db), telemetryDays: config.telemetryRetentionDays, eventDays: config.gateRetentionDays, clock, logger });

  return { ...known, ...alarms, ...incoming, ...listeners, db, clock, paths, logger, journal, identity, areaService, backtests, backups, telemetry, latest, health, liveFeed, retention, timeouts, notifications, watchdog, aggregates, fanOut };
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
  if (parts.fanOut !== undefined) await features.start('fan-out', parts.fanOut);
  await features.start('retention', parts.retention);
  await features.start('back-tests', parts.backtests);
  await features.start('backups', parts.backups);
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
  return new DemoFleet({
    hubUrl: consoleUrlOf(config, parts.listener), mqttUrl: mqttUrlOf(config, parts.source), trustsAnyCertificate: config.tls !== undefined, stateFile: parts.paths.fleetState, logger: parts.logger,
    async issueToken() {
      const { id, token } = await parts.identity.createToken(FLEET_SPONSOR, { name: 'simulated fleet', role: 'admin', expiresAt: systemClock.now() + FLEET_TOKEN_MS });
      return { token, revoke: () => parts.identity.deleteToken(FLEET_SPONSOR, id) };
    },
  });
}

function addressesOf(config: Config, parts: { listener: { readonly port: number } } & Partial<Pick<Parts, 'source' | 'mqtts'>>): ReturnType<LiandongApp['addresses']> {
  const { listener, mqtts } = parts;
  return {
    consoleUrl: consoleUrlOf(config, listener),
    mqttUrl: mqttUrlOf(config, parts.source),
    mqttsUrl: mqttsUrlOf(config, mqtts),
    telemetry: config.influx === undefined ? dataPaths(config.dataDir).telemetry : config.influx.url,
    dataDir: config.dataDir, isDemo: config.isDemo,
  };
}
