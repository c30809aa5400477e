import { EmbeddedBroker } from '../broker/embedded-broker.js';
import type { ExternalBroker } from '../broker/external-broker.js';
import { TlsListener } from '../broker/tls-listener.js';
import type { Config } from '../config.js';
import type { HttpDependencies } from '../http/dependencies.js';
import { createHttpListener } from '../http/http-listener.js';
import { buildHttp } from '../http/server.js';
import type { Logger } from '../logger.js';
import { readTlsPair, type TlsServer } from '../tls/tls-pair.js';
import { createTlsReloader } from '../tls/tls-reloader.js';

export interface HttpWiring { readonly config: Config; readonly logger: Logger; readonly source: EmbeddedBroker | ExternalBroker; /** All but the TLS files, which are read here. */ readonly dependencies: Omit<HttpDependencies, 'tls'> }

/** What listens for people and programs, and with certificates for devices too: one pair serves both, and is read again for both. */
export async function wireHttp({ config, logger, source, dependencies }: HttpWiring) {
  const tls = config.tls === undefined ? undefined : await readTlsPair(config.tls);
  const http = await buildHttp({ ...dependencies, ...(tls === undefined ? {} : { tls }) });
  const listener = createHttpListener({ app: http, host: config.host, port: config.port, logger });
  const mqtts = tls === undefined || config.tls === undefined || !(source instanceof EmbeddedBroker) ? undefined
    : new TlsListener({ host: config.mqttHost, port: config.tls.mqttsPort, pair: tls, broker: source, logger });
  const tlsReloader = config.tls === undefined ? undefined
    : createTlsReloader({ files: config.tls, servers: [http.server as unknown as TlsServer, ...(mqtts === undefined ? [] : [mqtts])], logger }); // an HTTPS server then
  return { httpServer: http.server, listener, mqtts, tlsReloader };
}
