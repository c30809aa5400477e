import rateLimit from '@fastify/rate-limit';
import { AppError } from '../../problem.js';
import type { App } from '../dependencies.js';

/** Sources remembered at once. */
const SOURCES = 10_000;

/** Only routes that ask for it are limited; the answer carries Retry-After in seconds. */
export async function addRateLimit(app: App): Promise<void> {
  await app.register(rateLimit, {
    global: false, cache: SOURCES,
    errorResponseBuilder: (_request, { ttl }) => new AppError('TOO_MANY_REQUESTS', { zh: `请 ${Math.ceil(ttl / 1000)} 秒后再试。`, en: `Try again in ${Math.ceil(ttl / 1000)} s.` }),
  });
}

/** Route configuration: so many requests of one source within a minute. */
export const limitedTo = (max: number) => ({ rateLimit: { max, timeWindow: 60_000 } });
