import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createActiveAlerts } from '../alerts/active-alerts.js';
import { noClocks } from '../alerts/alert-clocks.js';
import { createIdSource } from '../alerts/alert-ids.js';
import { createAlertService } from '../alerts/alert-service.js';
import { createAlertWriter } from '../alerts/alert-writer.js';
import { createShelfTimer } from '../alerts/shelf-timer.js';
import type { LiandongApp } from '../app.js';
import { createChangeLog } from '../changes/change-log.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config.js';
import { dataPaths, prepareDataDir, readOrCreateKey } from '../data-dir.js';
import { openDatabase } from '../database/database.js';
import { createDeviceReadings } from '../devices/device-readings.js';
import { createPresenceReader } from '../devices/presence-reader.js';
import { alertsAfter } from '../edge/alert-source.js';
import { EdgeClock } from '../edge/edge-clock.js';
import type { EdgeConfig } from '../edge/edge-config.js';
import { EdgeHealth } from '../edge/edge-health.js';
import { addEdgeMetrics } from '../edge/edge-metrics.js';
import { createEdgeState } from '../edge/edge-state.js';
import { HubLink } from '../edge/hub-link.js';
import { noStore } from '../edge/no-store.js';
import { readOnlyAreas, readOnlyDevices, readOnlyRules } from '../edge/read-only.js';
import { RegistryKeeper } from '../edge/registry-keeper.js';
import { alarmTopic, createSiren } from '../edge/siren.js';
import { Uplink, uplinkTopic } from '../edge/uplink.js';
import { FeatureStack } from '../feature-stack.js';
import { Journal, type JournalMemory } from '../journal/journal.js';
import type { JournalHandler } from '../journal/types.js';
import type { Logger } from '../logger.js';
import { createMetrics } from '../metrics.js';
import { createLatestValues } from '../realtime/latest-values.js';
import { createLiveFeed } from '../realtime/live-feed.js';
import { createLiveReader } from '../realtime/live-reader.js';
import { Retention } from '../retention.js';
import { createRuleEvaluator } from '../rules/rule-evaluator.js';
import { createRuleService } from '../rules/rule-service.js';
import { wireDevices } from '../wiring/devices.js';
import { CONSOLE_FOLDER, consoleUrlOf, mqttsUrlOf, mqttUrlOf } from '../wiring/addresses.js';
import { wireHttp } from '../wiring/http.js';
import { wireHikvision, wireIngest } from '../wiring/ingest.js';
import { wirePeople } from '../wiring/people.js';
import { rowRetention } from '../wiring/row-retention.js';

const DAY_MS = 86_400_000;
/** As far back as a redelivery after a restart can reach, and the latest values. */
const RECALLED_RECORDS = 20_000;
/** A box has 512 MB or so, and a community's devices send a few records a second. */
const MEMORY: JournalMemory = { tailRecords: 5_000, tailBytes: 4 << 20, writeBufferBytes: 2 << 20 };

/** The composition root of a community's edge: broker, codecs, journal and local rules as in a hub, and the uplink in place of the stores. Nothing is open until `start`. */
export function createEdgeApp(config: Config): LiandongApp {
  const logger = pino({ level: config.logLevel });
  const features = new FeatureStack(logger);
  let parts: Parts | undefined;

  return {
    logger,
    async start() {
      const { edge } = config;
      if (edge === undefined) throw new TypeError('an edge has the settings of an edge'); // readConfig saw to that
      const folder = await openFolder(config, { features, logger });
      parts = await wire({ config, edge, logger, ...folder });
      await load(parts);
      await startParts(parts, features);
      const { generatedPassword } = await parts.identity.ensureAdmin({ password: config.adminPassword });
      parts.health.startDone();
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

/** The journal's lock is the lock of the data folder, so it comes before anything else is opened. Its readers and the uplink are filled in later, before it starts. */
async function openFolder(config: Config, { features, logger }: { features: FeatureStack; logger: Logger }) {
  const paths = dataPaths(config.dataDir);
  await prepareDataDir(config.dataDir);
  const handlers: JournalHandler[] = [];
  const tenants: Uplink[] = [];
  const journal = new Journal({
    path: paths.journal, handlers, tenants, maxBytes: config.journalMaxMb * 1024 * 1024, maxAgeMs: Math.min(config.gateRetentionDays, 7) * DAY_MS, whenFull: 'shed', memory: MEMORY, clock: systemClock, logger,
  });
  await features.start('journal folder', { start: () => journal.open(), stop: () => journal.stop() });
  const db = await openDatabase(paths.database);
  await features.start('database', { start: async () => undefined, stop: () => db.destroy() });
  return { paths, journal, handlers, tenants, db, key: await readOrCreateKey(paths.pseudonymKey) };
}

async function wire({ config, edge, logger, paths, journal, handlers, tenants, db, key }: { config: Config; edge: EdgeConfig; logger: pino.Logger } & Folder) {
  const onError = (error: unknown): void => logger.error({ err: error }, 'a part met an unexpected error');
  const state = createEdgeState({ db });
  const clock = new EdgeClock({ own: systemClock, state, logger });
  const changes = createChangeLog({ db, clock, onError });
  const { areas, audit, identity, areaService } = wirePeople({ db, clock, onError });
  const known = wireDevices({ config, db, clock, paths, areas, changes, audit, onError });
  const { directory } = known;

  const activeAlerts = createActiveAlerts({ db });
  const writer = createAlertWriter({ db, clock, changes, activeAlerts, clocks: noClocks });
  const evaluator = createRuleEvaluator({ db, clock, ids: createIdSource({ clock, random: randomBytes }), changes, activeAlerts, clocks: noClocks, directory, areas, hasDefaults: false, onError });
  const shelfTimer = createShelfTimer({ db, clock, writer, onError });
  const alerts = createAlertService({ db, clock, areas, writer });

  const incoming = wireIngest({ config, db, clock, logger, journal, key, ...known, isPublic: (filter) => keeper.place !== undefined && filter === alarmTopic(keeper.place), onError });
  const { ingest, source } = incoming;
  const latest = createLatestValues();
  handlers.push(
    evaluator, createPresenceReader({ presence: known.presence }),
    { ...createLiveReader({ latest, directory }), position: async () => Math.max(0, journal.last - RECALLED_RECORDS) },
  );

  const link = new HubLink({ config: edge, random: Math.random, logger });
  const keeper: RegistryKeeper = new RegistryKeeper({ config: edge, db, areas, directory, evaluator, state, clock, ownClock: systemClock, onPlaced: () => { uplink.placed(); siren.placed(); }, logger });
  const uplink: Uplink = new Uplink({
    link, journal, state, order: edge.order, backlogPerS: edge.backlogPerS, logger, stopwatch: () => performance.now(),
    topic: () => keeper.place && uplinkTopic(keeper.place), alertsAfter: (seq) => alertsAfter(db, seq),
    latest: () => [...directory.values()].map(({ device: { id } }) => [id, latest.get(id)] as const),
  });
  tenants.push(uplink);
  const siren = createSiren({ place: () => keeper.place, activeAlerts, changes, broker: source, logger });

  const health = new EdgeHealth({ source, journal, evaluator, link, uplink, keeper, clock });
  const metrics = createMetrics({ ingest, journal, refusals: known.refusals, source, health, screens: () => liveFeed.screens().length });
  addEdgeMetrics(metrics, { link, uplink, journal, clock });
  const { httpServer, ...listeners } = await wireHttp({
    config, logger, source,
    dependencies: {
      identity, areas: readOnlyAreas(areaService), devices: readOnlyDevices(known.devices), alerts, rules: readOnlyRules(createRuleService({ db, clock, areas, directory, evaluator })),
      readings: createDeviceReadings({ devices: known.devices, telemetry: noStore, latest, audit, clock }),
      hikvision: wireHikvision({ db, clock, directory, ingest, journal }),
      health, metrics, clock, logger, consoleFolder: CONSOLE_FOLDER,
    },
  });
  const liveFeed = createLiveFeed({ httpServer, identity, alerts, areas, directory, changes, latest, health, clock, logger });
  const retention = new Retention({ rows: rowRetention(config, db), telemetry: noStore, changes, telemetryDays: config.telemetryRetentionDays, eventDays: config.gateRetentionDays, clock, logger });
  changes.onChange(({ kind }) => { if (kind === 'alert') uplink.wakeAlerts(); });

  return { ...known, ...incoming, ...listeners, areaService, activeAlerts, evaluator, shelfTimer, identity, journal, clock, link, keeper, uplink, siren, health, liveFeed, retention };
}

/** Fills memory from the database; nothing runs yet. */
async function load({ clock, areaService, devices, activeAlerts, keeper, uplink }: Parts): Promise<void> {
  await clock.load();
  await areaService.load();
  await devices.load();
  await activeAlerts.load();
  await keeper.load();
  await uplink.load();
}

/** In the order of the data's way, the hub last: everything works without it. */
async function startParts(parts: Parts, features: FeatureStack): Promise<void> {
  const { journal, ingest } = parts;
  await features.start('refusals', parts.refusals);
  await features.start('presence', parts.presence);
  await features.start('rules', parts.evaluator);
  await features.start('shelved alerts', parts.shelfTimer);
  await features.start('journal', journal);
  await features.start('discovered devices', parts.discovered);
  await features.start('gateways', parts.gatewayTable);
  await features.start('ingest', ingest);
  await ingest.recall(journal.recent(RECALLED_RECORDS));
  await features.start('broker', parts.source);
  await features.start('local alarm', parts.siren);
  if (parts.mqtts !== undefined) await features.start('MQTT over TLS', parts.mqtts);
  if (parts.tlsReloader !== undefined) await features.start('TLS files', parts.tlsReloader);
  await features.start('retention', parts.retention);
  await features.start('http', parts.listener);
  await features.start('live feed', parts.liveFeed);
  await features.start('uplink', parts.uplink);
  await features.start('hub', parts.link);
  await features.start('registry', parts.keeper);
}

function addressesOf(config: Config, { source, listener, mqtts }: Parts): ReturnType<LiandongApp['addresses']> {
  return {
    consoleUrl: consoleUrlOf(config, listener),
    mqttUrl: mqttUrlOf(config, source),
    mqttsUrl: mqttsUrlOf(config, mqtts),
    telemetry: `中心 hub ${config.edge?.hubUrl.host ?? ''}`, dataDir: config.dataDir, isDemo: false,
  };
}
