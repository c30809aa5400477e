import Fastify from 'fastify';
import { addAuthentication } from './authentication.js';
import type { App, HttpDependencies } from './dependencies.js';
import { addOriginCheck } from './origin.js';
import { addCompress } from './plugins/compress.js';
import { addConsole } from './plugins/console.js';
import { addCookies } from './plugins/cookies.js';
import { addHelmet } from './plugins/helmet.js';
import { addOpenApi } from './plugins/openapi.js';
import { addRateLimit } from './plugins/rate-limit.js';
import { createErrorHandler } from './problems.js';
import { addAggregateRoutes } from './routes/aggregates.js';
import { addAlertReportRoutes } from './routes/alert-reports.js';
import { addAlertRoutes } from './routes/alerts.js';
import { addAreaRoutes } from './routes/areas.js';
import { addAuditRoutes } from './routes/audit.js';
import { addBacktestRoutes } from './routes/backtest.js';
import { addBackupRoutes } from './routes/backups.js';
import { addCalendarRoutes } from './routes/calendar.js';
import { addCityAlertRoutes } from './routes/city-alerts.js';
import { addCommandRoutes } from './routes/commands.js';
import { addDeviceRoutes } from './routes/devices.js';
import { addEdgeRoutes } from './routes/edges.js';
import { addEscalationRoutes } from './routes/escalation.js';
import { addHandOverRoute } from './routes/hand-over.js';
import { addHealthRoutes } from './routes/health.js';
import { addHikvisionRoute } from './routes/hikvision.js';
import { addImportRoutes } from './routes/import.js';
import { addMaintenanceRoutes } from './routes/maintenance.js';
import { addNgsiLdRoutes } from './routes/ngsi-ld.js';
import { addNotificationRoutes } from './routes/notifications.js';
import { addProvisioningRoutes } from './routes/provisioning.js';
import { addRuleRoutes } from './routes/rules.js';
import { addSessionRoutes } from './routes/session.js';
import { addShiftRoutes } from './routes/shifts.js';
import { addTelemetryRoutes } from './routes/telemetry.js';
import { addTokenRoutes } from './routes/tokens.js';
import { addUserRoutes } from './routes/users.js';
import { AreaNodeSchema, NamedRuleSchema } from './schemas.js';
import { readJsonBodies } from './json-body.js';
import { lazySerializers } from './serializers.js';
import { typeboxValidator } from './validator.js';

const BODY_BYTES = 1024 * 1024;
/** A whole request has to be here within this. */
const REQUEST_MS = 30_000;
/** Longer than a reverse proxy keeps its own idle connections, so that it is never us who close first. */
const KEEP_ALIVE_MS = 75_000;

/**
 * REST, OpenAPI, health and the console's files as one application, ready for `inject` or `listen`; `app.server` is the HTTP server that
 * Socket.IO shares. `close()` ends idle and busy connections alike.
 */
export async function buildHttp(dependencies: HttpDependencies): Promise<App> {
  const app = await openHttp(dependencies);
  const { hikvision, peers, clock, tls } = dependencies;
  if (peers !== undefined) addHandOverRoute(app, peers);
  if (hikvision !== undefined) await addHikvisionRoute(app, { hikvision, clock, isHttps: tls !== undefined });
  await app.register(async (api: App) => { addApi(api, dependencies); }, { prefix: '/api/v1' });
  await app.register(async (ngsiLd: App) => {
    addAuthentication(ngsiLd, dependencies);
    addNgsiLdRoutes(ngsiLd, dependencies);
  }, { prefix: '/ngsi-ld/v1' });
  await app.ready();
  return app;
}

/** What every role's server has before its own routes: how requests are read and errors told, OpenAPI, the console's files and health. */
export async function openHttp(dependencies: Pick<HttpDependencies, 'tls' | 'logger' | 'consoleFolder' | 'health' | 'metrics'>): Promise<App> {
  const { tls } = dependencies;
  const onError = createErrorHandler(dependencies.logger);
  const app = Fastify({
    bodyLimit: BODY_BYTES, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS, forceCloseConnections: true,
    schemaController: { compilersFactory: { buildSerializer: lazySerializers() } },
    frameworkErrors: (error, request, reply) => { onError(error, request, reply); },
    ...(tls === undefined ? {} : { https: { key: tls.key, cert: tls.cert } }),
  }) as unknown as App; // http and https servers have the same type to us from here on
  app.setValidatorCompiler(typeboxValidator);
  app.setErrorHandler(onError);
  readJsonBodies(app);
  app.addSchema(AreaNodeSchema);
  app.addSchema(NamedRuleSchema);

  await addHelmet(app, { isHttps: tls !== undefined });
  await addCookies(app);
  await addRateLimit(app);
  await addCompress(app);
  await addOpenApi(app);
  await addConsole(app, dependencies.consoleFolder);
  addHealthRoutes(app, dependencies);
  return app;
}

function addApi(api: App, dependencies: HttpDependencies): void {
  addOriginCheck(api);
  addAuthentication(api, dependencies);
  for (const addRoutes of [
    addSessionRoutes, addAreaRoutes, addDeviceRoutes, addTelemetryRoutes, addAlertRoutes, addRuleRoutes, addUserRoutes, addTokenRoutes, addAuditRoutes,
    addImportRoutes, addCommandRoutes, addProvisioningRoutes, addEscalationRoutes, addShiftRoutes, addAlertReportRoutes, addNotificationRoutes, addCalendarRoutes, addMaintenanceRoutes, addBacktestRoutes, addAggregateRoutes, addBackupRoutes, addCityAlertRoutes, addEdgeRoutes,
  ]) addRoutes(api, dependencies);
}
