import { createHmac } from 'node:crypto';
import { Redis } from 'ioredis';
import type { FloodState } from '../alerts/flood.js';
import type { Logger } from '../logger.js';
import type { HealthProbe } from '../realtime/types.js';
import type { LiveValues } from './types.js';

/** What hubs tell each other over one Redis stream: latest values, and how the leader is. Alerts never go this way: they are in the database's change log. */
export type FanOutMessage =
  | { readonly kind: 'values'; readonly values: readonly LiveValues[] }
  | { readonly kind: 'state'; readonly parts: ReturnType<HealthProbe['parts']>; readonly floods: readonly FloodState[] };

const RECONNECT_MS = 1_000;
const CONNECT_MS = 5_000;

/** Name of this sub-district's stream; one Redis may serve several. */
export const streamName = (key: Buffer): string => `liandong:${createHmac('sha256', key).update('redis stream').digest('hex').slice(0, 12)}:live`;

/**
 * A connection that comes back by itself and keeps nothing for later: what can't be sent now is old by then.
 * Not connected before `connect`. The log tells of a loss once, and of the return; never of the address, which holds the password.
 */
export function openRedis(url: URL, logger: Pick<Logger, 'warn' | 'info'>): Redis {
  const redis = new Redis(url.href, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: CONNECT_MS, retryStrategy: () => RECONNECT_MS });
  let isLost = false;
  redis.on('error', (error: Error) => {
    if (!isLost) logger.warn({ redis: url.host, reason: error.message || (error as NodeJS.ErrnoException).code }, 'Redis is not reachable; screens at the standby show old values until it is');
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) logger.info({ redis: url.host }, 'Redis is reachable again');
    isLost = false;
  });
  return redis;
}
