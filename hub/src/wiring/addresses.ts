import { fileURLToPath } from 'node:url';
import { EmbeddedBroker } from '../broker/embedded-broker.js';
import type { ExternalBroker } from '../broker/external-broker.js';
import type { Config } from '../config.js';
import { urlHost } from '../url-host.js';

/** The built console, which every role serves. */
export const CONSOLE_FOLDER = fileURLToPath(new URL('../../../console/dist', import.meta.url));

export const consoleUrlOf = ({ tls, host }: Config, { port }: { readonly port: number }): string => `${tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${port}`;

/** Of the embedded broker, or of the external one without its password. */
export const mqttUrlOf = (config: Config, source: EmbeddedBroker | ExternalBroker | undefined): string =>
  source instanceof EmbeddedBroker ? `mqtt://${urlHost(config.mqttHost)}:${source.port}` : `${config.mqttUrl?.protocol}//${config.mqttUrl?.host}`;

/** Of the embedded broker, with TLS. */
export const mqttsUrlOf = ({ mqttHost }: Config, mqtts: { readonly port: number } | undefined): string | undefined => mqtts === undefined ? undefined : `mqtts://${urlHost(mqttHost)}:${mqtts.port}`;
