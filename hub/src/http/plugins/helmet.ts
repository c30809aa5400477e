import helmet from '@fastify/helmet';
import type { App } from '../dependencies.js';

/**
 * Everything comes from the hub itself. Styles may stand in the page because the console's component kit and the try-it page put them
 * there; scripts may not. Nothing is upgraded to HTTPS where the hub speaks plain HTTP on a local network.
 */
export async function addHelmet(app: App, { isHttps }: { isHttps: boolean }): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"], baseUri: ["'self'"], objectSrc: ["'none'"], frameAncestors: ["'none'"], formAction: ["'self'"],
        // The QR reader of phones whose browser has none is WebAssembly, our own file like every script.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"], scriptSrcAttr: ["'none'"], styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'], fontSrc: ["'self'", 'data:'], connectSrc: ["'self'"], workerSrc: ["'self'", 'blob:'],
      },
    },
    strictTransportSecurity: isHttps,
    // Browsers ignore these over plain HTTP, and complain.
    crossOriginOpenerPolicy: isHttps,
    originAgentCluster: isHttps,
  });
}
