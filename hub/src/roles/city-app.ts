import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { LiandongApp } from '../app.js';
import { CityHealth } from '../city/city-health.js';
import { CityKeeper } from '../city/city-keeper.js';
import { createCityAlertsOfCity } from '../city/city-alerts-of-city.js';
import { createCityAggregates } from '../city/city-areas.js';
import { createCityMetrics } from '../city/city-metrics.js';
import { createCityOverview } from '../city/city-overview.js';
import { HubBook } from '../city/hub-book.js';
import { createHubService } from '../city/hub-service.js';
import { createPullStore } from '../city/pull-store.js';
import { createPullers } from '../city/pullers.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config.js';
import { createDataDirLock } from '../data-dir-lock.js';
import { dataPaths, prepareDataDir, readOrCreateKey } from '../data-dir.js';
import { openDatabase, type Db } from '../database/database.js';
import { FeatureStack } from '../feature-stack.js';
import { buildCityHttp } from '../http/city-server.js';
import { createHttpListener } from '../http/http-listener.js';
import { readTlsPair, type TlsServer } from '../tls/tls-pair.js';
import { createTlsReloader } from '../tls/tls-reloader.js';
import { CONSOLE_FOLDER, consoleUrlOf } from '../wiring/addresses.js';
import { wirePeople } from '../wiring/people.js';


/** The composition root of a city: it pulls from hubs and shows them; no broker, no journal, no rules. Nothing is open until `start`. */
export function createCityApp(config: Config): LiandongApp {
  const logger = pino({ level: config.logLevel });
  const features = new FeatureStack(logger);
  let parts: Awaited<ReturnType<typeof wire>> | undefined;

  return {
    logger,
    async start() {
      const paths = dataPaths(config.dataDir);
      await prepareDataDir(config.dataDir);
      await features.start('data folder', createDataDirLock({ path: paths.journal }));
      const db = await openDatabase(paths.database);
      await features.start('database', { start: async () => undefined, stop: () => db.destroy() });
      parts = await wire({ config, logger, db, key: await readOrCreateKey(paths.pseudonymKey) });
      await parts.areaService.load();
      await parts.book.load();
      await parts.store.prepare();
      await features.start('pulls', parts.pullers);
      if (parts.tlsReloader !== undefined) await features.start('TLS files', parts.tlsReloader);
      await features.start('retention', parts.keeper);
      await features.start('http', parts.listener);
      const { generatedPassword } = await parts.identity.ensureAdmin({ password: config.adminPassword });
      parts.health.startDone();
      return { generatedPassword };
    },
    stop: () => features.stop(),
    addresses() {
      if (parts === undefined) throw new Error('not started');
      return {
        consoleUrl: consoleUrlOf(config, parts.listener),
        mqttUrl: undefined, mqttsUrl: undefined, telemetry: undefined, dataDir: config.dataDir, isDemo: false,
      };
    },
  };
}

async function wire({ config, logger, db, key }: { config: Config; logger: pino.Logger; db: Db; key: Buffer }) {
  const clock = systemClock;
  const onError = (error: unknown): void => logger.error({ err: error }, 'a part met an unexpected error');
  const { areas, audit, identity, areaService } = wirePeople({ db, clock, onError });
  const book = new HubBook({ db, clock, areas });
  const store = createPullStore({ db, clock, areas, random: randomBytes, onError });
  const pullers = createPullers({ book, store, areas, clock, random: Math.random, onError });
  const health = new CityHealth({ book });
  const tls = config.tls === undefined ? undefined : await readTlsPair(config.tls);
  const http = await buildCityHttp({
    identity, health, clock, logger, consoleFolder: CONSOLE_FOLDER, metrics: createCityMetrics({ book, clock, health }),
    aggregates: createCityAggregates({ db, clock, areas, key }), cityAlerts: createCityAlertsOfCity({ db, areas, book, store, pullers, audit, key }),
    hubs: createHubService({ db, clock, areas, book, pullers }), overview: createCityOverview({ db, clock, areas, book }),
    ...(tls === undefined ? {} : { tls }),
  });
  return {
    identity, areaService, book, store, pullers, health, keeper: new CityKeeper({ db, clock, areas, onError }),
    listener: createHttpListener({ app: http, host: config.host, port: config.port, logger }),
    tlsReloader: config.tls === undefined ? undefined : createTlsReloader({ files: config.tls, servers: [http.server as unknown as TlsServer], logger }), // an HTTPS server then
  };
}
