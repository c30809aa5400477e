import type { Logger as PinoLogger } from 'pino';

/** What parts need of a logger. Per-message lines are never written. */
export type Logger = Pick<PinoLogger, 'info' | 'warn' | 'error' | 'debug'>;
