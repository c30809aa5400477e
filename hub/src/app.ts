import type { pino } from 'pino';
import type { Config } from './config.js';
import type { Logger } from './logger.js';
import type { StartReport } from './start-report.js';

/** One program, whatever its role. */
export interface LiandongApp {
  readonly logger: Logger & Pick<pino.Logger, 'fatal'>;
  /** @throws StartError for whatever a setting can mend. */
  start(): Promise<{ generatedPassword: string | undefined }>;
  stop(): Promise<void>;
  /** Where it can be reached, once started. */
  addresses(): Omit<StartReport, 'generatedPassword' | 'tookMs'>;
}

/** Ends the process at once, as `kill -9` would: what it does from now on could do harm. */
export type EndNow = (reason: string) => void;

/** The composition root: a role is a choice of modules, made in `roles/`. Nothing is open until `start`. */
export async function createApp(config: Config, end: EndNow = (reason) => { throw new Error(reason); }): Promise<LiandongApp> {
  switch (config.role) {
    // Read only when it is this one: an edge has no memory to spare for what a hub is made of.
    case 'all':
    case 'hub':
      return (await import('./roles/hub-app.js')).createHubApp(config, end);
    case 'edge':
      return (await import('./roles/edge-app.js')).createEdgeApp(config);
    case 'city':
      return (await import('./roles/city-app.js')).createCityApp(config);
  }
}
