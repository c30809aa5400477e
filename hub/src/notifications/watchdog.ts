import type { PartState } from '@liandong/protocols';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';

/** An answer that takes longer counts as none. */
const ANSWER_MS = 10_000;
/** Without one of these no alert is raised. The store is not among them: alerts go on without it. */
const VITAL = ['broker', 'journal', 'rules'] as const;

export interface WatchdogDependencies {
  /** Set by the hub's keeper and called as it is; it may hold a key, so it is never logged. */
  readonly url: URL;
  readonly intervalMs: number;
  readonly health: { parts(): Record<string, { state: PartState }> };
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  readonly request?: typeof fetch;
}
export interface Watchdog extends Feature {
  /** One call now, if the hub is well. Never rejects. */
  beat(): Promise<void>;
}

/**
 * Calls an outside monitor for as long as alerts are being raised. It is the calls' absence that alarms, so the monitor notices what no hub can report: that it is
 * down, cut off, or no longer evaluates. What fails here is logged once and stops nothing.
 */
export function createWatchdog({ url, intervalMs, health, logger, request = fetch }: WatchdogDependencies): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  let stopping = new AbortController();
  let isFailing = false;
  let beating: Promise<void> | undefined;

  function isWell(): boolean {
    const parts = health.parts();
    return parts['hub'] === undefined && VITAL.every((part) => parts[part]?.state === 'ready');
  }

  async function call(): Promise<void> {
    const { signal } = stopping;
    try {
      const answer = await request(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      if (isFailing) logger.info({ host: url.host }, 'the watchdog is reached again');
      isFailing = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!isFailing) logger.warn({ host: url.host, reason: reasonOf(error) }, 'the watchdog can not be reached (WATCHDOG_URL); it is called on');
      isFailing = true;
    }
  }

  return {
    beat() {
      if (!isWell()) return Promise.resolve();
      beating ??= call().finally(() => { beating = undefined; });
      return beating;
    },
    async start() {
      if (timer !== undefined) return;
      stopping = new AbortController();
      timer = setInterval(() => void this.beat(), intervalMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      stopping.abort();
      await beating;
    },
  };
}

/** Of fetch's "fetch failed" the cause says why; neither holds the url's path. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? (cause as NodeJS.ErrnoException).code ?? cause.message : String(cause);
}
