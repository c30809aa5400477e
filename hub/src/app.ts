import type { pino } from 'pino';
import type { Config } from './config.js';
import type { Logger } from './logger.js';
import { createCityApp } from './roles/city-app.js';
import { createHubApp } from './roles/hub-app.js';
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
export function createApp(config: Config, end: EndNow = (reason) => { throw new Error(reason); }): LiandongApp {
  switch (config.role) {
    case 'all':
    case 'hub':
      return createHubApp(config, end);
    case 'city':
      return createCityApp(config);
  }
}
