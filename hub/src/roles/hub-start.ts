import type { FeatureStack } from '../feature-stack.js';
import type { wire } from './hub-wiring.js';

/** As far back as a redelivery after a restart can reach. */
const RECALLED_RECORDS = 50_000;

type Parts = Awaited<ReturnType<typeof wire>>;

/** Fills memory from the database; nothing runs yet. */
export async function load({ db, clock, areaService, calendar, policies, roster, devices, activeAlerts, outOfService }: Parts): Promise<void> {
  await areaService.load();
  await calendar.load();
  await policies.load(db);
  await roster.load(db);
  await devices.load();
  await activeAlerts.load();
  await outOfService.load(db, clock.now());
}

/** In the order of the data's way: what is behind the journal before the journal's readers, and the broker before the screens. */
export async function startParts(parts: Parts, features: FeatureStack): Promise<void> {
  await startBehindJournal(parts, features);
  await startReaders(parts, features);
  await startIncoming(parts, features);
  await startUpkeep(parts, features);
  await startDoors(parts, features);
}

async function startBehindJournal(parts: Parts, features: FeatureStack): Promise<void> {
  await features.start('telemetry', parts.telemetry);
  await seedLatest(parts);
  await features.start('refusals', parts.refusals);
  await features.start('presence', parts.presence);
}

async function startReaders(parts: Parts, features: FeatureStack): Promise<void> {
  const { telemetry } = parts;
  // Before the rules: what they raise from the first record on is told.
  await features.start('sender of notifications', parts.notifications.sender);
  await features.start('notifier', parts.notifications.notifier);
  await features.start('flood detection', parts.flood);
  await features.start('rules', parts.evaluator);
  await features.start('shelved alerts', parts.shelfTimer);
  await features.start('aggregates', parts.aggregates.publisher);
  await features.start('journal', parts.journal);
  await features.start('withheld alerts', parts.backInService);
  // Stopped before the journal, which waits for its readers: a request that hangs is not waited for. DuckDB finishes what it writes.
  if (telemetry.backend === 'influxdb') await features.start('InfluxDB requests', { start: async () => undefined, stop: () => telemetry.stop() });
}

async function startIncoming(parts: Parts, features: FeatureStack): Promise<void> {
  const { ingest, journal } = parts;
  await features.start('discovered devices', parts.discovered);
  await features.start('gateways', parts.gatewayTable);
  await features.start('ingest', ingest);
  await ingest.recall(journal.recent(RECALLED_RECORDS));
  if (parts.mosquittoFiles !== undefined) await features.start('Mosquitto files', parts.mosquittoFiles);
  await features.start('broker', parts.source);
}

async function startUpkeep(parts: Parts, features: FeatureStack): Promise<void> {
  await features.start('commands', parts.timeouts);
  await features.start('escalation', parts.escalator);
  if (parts.mqtts !== undefined) await features.start('MQTT over TLS', parts.mqtts);
  if (parts.tlsReloader !== undefined) await features.start('TLS files', parts.tlsReloader);
  await features.start('health', parts.health);
  if (parts.fanOut !== undefined) await features.start('fan-out', parts.fanOut);
  await features.start('retention', parts.retention);
  await features.start('back-tests', parts.backtests);
  await features.start('backups', parts.backups);
}

async function startDoors(parts: Parts, features: FeatureStack): Promise<void> {
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
