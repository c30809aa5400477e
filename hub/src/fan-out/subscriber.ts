import type { FloodState } from '../alerts/flood.js';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import type { HealthProbe } from '../realtime/types.js';
import { openRedis, type FanOutMessage } from './redis.js';
import type { LiveValues } from './types.js';

const BLOCK_MS = 1_000;
const PAUSE_MS = 500;
const ENTRIES = 200;
/** Older word of the leader than this is none. */
const STALE_MS = 8_000;

/** Of the standby: what the leader tells. Without word from it for 8 s every part counts as down, so that a screen never shows a calm that nobody vouches for. */
export interface FanOutSubscriber extends Feature, HealthProbe { states(): FloodState[] }

export function createFanOutSubscriber({ url, stream, logger, onValues, stopwatch = () => performance.now() }: {
  url: URL; stream: string; logger: Pick<Logger, 'warn' | 'info'>; onValues: (values: readonly LiveValues[]) => void; stopwatch?: () => number;
}): FanOutSubscriber {
  const redis = openRedis(url, logger);
  let isRunning = false;
  let reading: Promise<void> = Promise.resolve();
  let heard: { readonly at: number; readonly message: Extract<FanOutMessage, { kind: 'state' }> } | undefined;
  const current = (): Extract<FanOutMessage, { kind: 'state' }> | undefined => heard !== undefined && stopwatch() - heard.at < STALE_MS ? heard.message : undefined;

  function take(text: string | undefined): void {
    if (text === undefined) return;
    const message = JSON.parse(text) as FanOutMessage; // written by the publisher
    if (message.kind === 'values') onValues(message.values);
    else heard = { at: stopwatch(), message };
  }

  async function read(): Promise<void> {
    for (let last = '$'; isRunning;) {
      try {
        const answer = await redis.xread('COUNT', ENTRIES, 'BLOCK', BLOCK_MS, 'STREAMS', stream, last);
        for (const [id, fields] of answer?.[0]?.[1] ?? []) {
          last = id;
          take(fields[1]);
        }
      } catch {
        // The connection's own listener tells of it; it comes back by itself.
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  return {
    parts: () => current()?.parts ?? {},
    states: () => [...current()?.floods ?? []],
    async start() {
      if (isRunning) return;
      isRunning = true;
      redis.connect().catch(() => undefined); // as above
      reading = read();
    },
    async stop() {
      isRunning = false;
      redis.disconnect();
      await reading;
    },
  };
}
