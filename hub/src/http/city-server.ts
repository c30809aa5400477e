import type { CityOverviewService } from '../city/city-overview.js';
import type { HubService } from '../city/hub-service.js';
import { addAuthentication } from './authentication.js';
import type { App, HttpDependencies } from './dependencies.js';
import { addOriginCheck } from './origin.js';
import { addAggregateRoutes } from './routes/aggregates.js';
import { addAuditRoutes } from './routes/audit.js';
import { addCityAlertRoutes } from './routes/city-alerts.js';
import { addCityRoutes } from './routes/city.js';
import { addSessionRoutes } from './routes/session.js';
import { addTokenRoutes } from './routes/tokens.js';
import { addUserRoutes } from './routes/users.js';
import { openHttp } from './server.js';

export interface CityHttpDependencies extends Pick<HttpDependencies, 'identity' | 'aggregates' | 'cityAlerts' | 'health' | 'metrics' | 'clock' | 'logger' | 'consoleFolder' | 'tls' | 'signInsPerMinute'> {
  readonly hubs: HubService; readonly overview: CityOverviewService;
}

/** REST, health and the console's files of a city: what a hub has of people, tokens and aggregates, and the city's own. */
export async function buildCityHttp(dependencies: CityHttpDependencies): Promise<App> {
  const app = await openHttp(dependencies);
  await app.register(async (api: App) => {
    addOriginCheck(api);
    addAuthentication(api, dependencies);
    addSessionRoutes(api, { ...dependencies, serves: 'city' });
    addUserRoutes(api, dependencies);
    addTokenRoutes(api, dependencies);
    addAuditRoutes(api, dependencies);
    addAggregateRoutes(api, dependencies);
    addCityAlertRoutes(api, dependencies);
    addCityRoutes(api, dependencies);
  }, { prefix: '/api/v1' });
  await app.ready();
  return app;
}
