import { outliveAcceptErrors } from '../accept-errors.js';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import { StartError } from '../problem.js';
import type { App } from './dependencies.js';

/** Opens and closes the HTTP server. */
export interface HttpListener extends Feature {
  /** The port in use, also when 0 was asked for. */
  readonly port: number;
}

/** `start` throws StartError that names HOST or PORT when it can't listen there. */
export function createHttpListener({ app, host, port, logger }: { app: App; host: string; port: number; logger: Logger }): HttpListener {
  return {
    get port() {
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    async start() {
      if (app.server.listening) return;
      try {
        await app.listen({ host, port });
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? String(error);
        throw new StartError(code === 'EADDRINUSE' ? `Port ${port} on ${host} is in use. Stop what uses it, or set PORT to another port.`
          : `The console can not listen on ${host}:${port} (${code}). Check HOST and PORT.`, { cause: error });
      }
      outliveAcceptErrors(app.server, { name: 'http', logger });
    },
    stop: () => app.close(),
  };
}
