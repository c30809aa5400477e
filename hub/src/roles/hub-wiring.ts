import { randomBytes } from 'node:crypto';
import type { pino } from 'pino';
import { createAggregates } from '../aggregates/aggregates.js';
import { ROLLUPS } from '../aggregates/rollup-reader.js';
import { createAreaAlerts } from '../aggregates/area-alerts.js';
import { createPassages } from '../aggregates/passages.js';
import { createIdSource } from '../alerts/alert-ids.js';
import { createBackupService } from '../backup/backup-service.js';
import { backupSources, makeBackup } from '../backup/make-backup.js';
import { createBacktestService } from '../backtest/backtest-service.js';
import { createChangeLog } from '../changes/change-log.js';
import { createCityAlertsOfHub } from '../city/city-alerts-of-hub.js';
import { systemClock, type Clock } from '../clock.js';
import { createCommandReader } from '../commands/command-reader.js';
import { createCommandService } from '../commands/command-service.js';
import { createCommandTimeouts } from '../commands/command-timeouts.js';
import type { Config } from '../config.js';
import { createDatabaseProbe } from '../database/postgres/database-probe.js';
import { createDeviceBulk } from '../devices/device-bulk.js';
import { createDeviceReadings } from '../devices/device-readings.js';
import { createPresenceReader } from '../devices/presence-reader.js';
import { createProvisioning } from '../devices/provisioning.js';
import { createAlertIntake } from '../edges/alert-intake.js';
import { createEdgeRegistry } from '../edges/registry-service.js';
import { createFanOutPublisher } from '../fan-out/publisher.js';
import { streamName } from '../fan-out/redis.js';
import type { JournalHandler } from '../journal/types.js';
import { Health } from '../health.js';
import { createImportService } from '../import/import-service.js';
import { peerToken } from '../leadership/shared-key.js';
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
import { wireAlerts } from '../wiring/alerts.js';
import { reservedIds, wireDevices } from '../wiring/devices.js';
import { CONSOLE_FOLDER } from '../wiring/addresses.js';
import { wireHttp } from '../wiring/http.js';
import { wireHikvision, wireIngest } from '../wiring/ingest.js';
import { wirePeople } from '../wiring/people.js';
import { rowRetention } from '../wiring/row-retention.js';
import type { Folder } from './hub-folder.js';

const DAY_MS = 86_400_000;

/** What all parts of a hub share. */
type Ground = Folder & { readonly config: Config; readonly logger: pino.Logger; readonly clock: Clock; readonly onError: (error: unknown) => void };
type Core = ReturnType<typeof wireCore>;
type Values = ReturnType<typeof wireValues>;
type Upkeep = ReturnType<typeof wireUpkeep>;
type Outward = ReturnType<typeof wireOutward>;

/** Puts a hub together; nothing runs yet, and memory is empty. */
export async function wire({ config, logger, folder }: { config: Config; logger: pino.Logger; folder: Folder }) {
  const ground: Ground = { ...folder, config, logger, clock: systemClock, onError: errorTeller(logger) };
  const core = wireCore(ground);
  const values = wireValues(ground, core);
  folder.handlers.push(...readersOf(ground, core, values));
  const outward = wireOutward(ground, core, values);
  if (outward.fanOut !== undefined) folder.handlers.push(outward.fanOut.reader);
  const upkeep = wireUpkeep(ground, core, values, outward);
  const doors = await wireDoors(ground, { core, values, outward, upkeep });
  const { db, clock, paths, journal } = ground;
  return { db, clock, paths, journal, logger, ...core, ...values, ...outward, ...upkeep, ...doors };
}

/** Of a database server that is away the probe tells once; every timer would tell it again each second. */
const errorTeller = (logger: pino.Logger) => (error: unknown): void => error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE'
  ? logger.debug({ err: error }, 'a part waits for the database') : logger.error({ err: error }, 'a part met an unexpected error');

/** Who and what there is, what raises alerts, and what brings messages in. */
function wireCore({ config, logger, db, clock, paths, journal, key, positionOf, onError }: Ground) {
  const changes = createChangeLog({ db, clock, onError });
  const people = wirePeople({ db, clock, onError });
  const known = wireDevices({ config, db, clock, paths, ...people, changes, onError });
  const alarms = wireAlerts({ db, clock, areas: people.areas, changes, directory: known.directory, positionName: positionOf(RULES), onError });
  const incoming = wireIngest({ config, db, clock, logger, journal, key, ...known, onError });
  return { changes, ...people, ...known, ...alarms, ...incoming };
}

/** What becomes of measurements: the store, the latest of them, and what they come to by area. */
function wireValues({ config, logger, db, clock, paths, journal, key, positionOf, onError }: Ground, { areas, directory }: Core) {
  const telemetry = config.influx === undefined ? createDuckdbStore({ path: paths.telemetry, log: logger }) : createInfluxStore({ ...config.influx, log: logger });
  const storeWriter = createStoreWriter({ store: telemetry });
  const aggregates = createAggregates({
    db, clock, areas, directory, store: telemetry, storeReader: storeWriter.name, journal, key, random: randomBytes, retentionMs: config.telemetryRetentionDays * DAY_MS, positionName: positionOf(ROLLUPS), onError,
  });
  return { telemetry, storeWriter, aggregates, latest: createLatestValues() };
}

/** The journal's readers. */
function readersOf({ db, clock }: Ground, { directory, areas, changes, evaluator, presence, edgeAlerts, clocks }: Core, { storeWriter, aggregates, latest }: Values): JournalHandler[] {
  return [
    storeWriter, evaluator, createPresenceReader({ presence }), createCommandReader({ db, clock, directory, changes }), aggregates.reader,
    createAlertIntake({ writer: edgeAlerts, clocks, directory, areas }),
    // Reads what the journal still holds on every start: newer than the store while that is down.
    { ...createLiveReader({ latest, directory }), position: async () => 0 },
  ];
}

/** How the hub is, and whom it tells: other hubs, people by their channels, a watchdog. */
function wireOutward({ config, logger, db, clock, journal, key }: Ground, { source, evaluator, changes, areas, directory, flood }: Core, { storeWriter }: Values) {
  const health = new Health({ source, journal, storeWriter, evaluator, database: config.databaseUrl === undefined ? undefined : createDatabaseProbe({ db, logger }) });
  return {
    health,
    fanOut: config.redisUrl === undefined ? undefined : createFanOutPublisher({ url: config.redisUrl, stream: streamName(key), health, flood, logger }),
    notifications: createNotifications({ db, clock, changes, areas, directory, logger, smtp: config.smtp, publicUrl: config.publicUrl }),
    watchdog: config.watchdog === undefined ? undefined : createWatchdog({ url: config.watchdog.url, intervalMs: config.watchdog.intervalS * 1000, health, logger }),
  };
}

/** Work that people ask for or that comes with time. */
function wireUpkeep({ config, logger, db, clock, paths, journal, onError }: Ground, { rules, directory, areas, days, audit, changes }: Core, { telemetry }: Values, { notifications }: Outward) {
  const sources = backupSources({ paths, journal, telemetry, isPostgres: config.databaseUrl !== undefined });
  return {
    backtests: createBacktestService({ rules, telemetry, directory, areas, days, clock, ids: createIdSource({ clock, random: randomBytes }), stopwatch: () => performance.now(), kept: { telemetryMs: config.telemetryRetentionDays * DAY_MS, eventsMs: config.gateRetentionDays * DAY_MS }, onError }),
    backups: createBackupService({ dir: config.backupDir, keep: config.backupKeep, make: (target, at, onPhase) => makeBackup(sources, { target, at, onPhase }), audit, clock, onError }),
    timeouts: createCommandTimeouts({ db, clock, onError }),
    retention: new Retention({ telemetry, changes, notifier: notifications.notifier, rows: rowRetention(config, db), telemetryDays: config.telemetryRetentionDays, eventDays: config.gateRetentionDays, clock, logger }),
  };
}

interface Inside { readonly core: Core; readonly values: Values; readonly outward: Outward; readonly upkeep: Upkeep }

/** What people and programs come in by. */
async function wireDoors(ground: Ground, inside: Inside) {
  const { config, logger, clock } = ground;
  const { identity, alerts, areas, directory, changes, flood, source } = inside.core;
  const { health } = inside.outward;
  const metrics = metricsOf(ground, inside, () => liveFeed.screens().length);
  const { httpServer, ...listeners } = await wireHttp({ config, logger, source, dependencies: { ...servicesOf(ground, inside), health, metrics, clock, logger, consoleFolder: CONSOLE_FOLDER } });
  const liveFeed = createLiveFeed({ httpServer, identity, alerts, areas, directory, changes, latest: inside.values.latest, health, flood, clock, logger });
  return { ...listeners, liveFeed };
}

function metricsOf({ clock, journal }: Ground, { core: { ingest, refusals, source, escalator, flood }, values: { aggregates }, outward: { health, notifications } }: Inside, screens: () => number) {
  return createMetrics({
    ingest, journal, refusals, source, health, escalations: () => escalator.totals(), screens, flood, notifications: notifications.counts,
    aggregates: { dirtyWindows: () => aggregates.dirtyWindows(), lagSeconds: () => (clock.now() - aggregates.publisher.watermark()) / 1000 },
  });
}

/** What stands behind the routes of the REST API. */
function servicesOf({ config, db, clock, key, journal }: Ground, { core, values: { telemetry, latest, aggregates }, outward, upkeep: { backtests, backups, timeouts } }: Inside) {
  const { areas, directory, changes, devices, alerts, audit, source, ingest } = core;
  const { identity, rules, calendar, escalation, shifts, alertReports, maintenance } = core;
  return {
    identity, areas: core.areaService, devices, alerts, rules, calendar, backtests, backups, escalation, shifts, alertReports, maintenance,
    readings: createDeviceReadings({ devices, telemetry, latest, audit, clock }),
    imports: createImportService({ areas, directory, bulk: createDeviceBulk({ db, clock, areas, directory, changes }), audit, clock, reservedIds: reservedIds(config) }),
    provisioning: createProvisioning({ ...core, db, clock, latest }),
    commands: createCommandService({ db, clock, devices, directory, publisher: source, timeouts }),
    channels: outward.notifications.channels,
    aggregates: aggregates.service, aggregateAlerts: createAreaAlerts({ db, clock, areas }), entities: createEntityService({ directory, areas, latest, store: telemetry, clock }),
    passages: createPassages({ store: telemetry, directory, areas, places: aggregates.places, watermark: () => aggregates.publisher.watermark() }),
    cityAlerts: createCityAlertsOfHub({ db, areas, changes, writer: core.writer, key }),
    hikvision: wireHikvision({ db, clock, directory, ingest, journal }),
    ...(config.peerUrl === undefined ? {} : { peers: { token: peerToken(key), journal, alerts } }),
    edges: createEdgeRegistry({ db, areas, directory }),
  };
}
