import type { HubProblem } from '@liandong/protocols';

/** Why a hub could not be pulled from, as the page and the log say it. */
export class PullError extends Error {
  override readonly name = 'PullError';
  readonly problem: HubProblem;
  /** The hub asked to wait so long. */
  readonly retryAfterMs: number | undefined;
  /** The `code` of the hub's own problem document. */
  readonly code: string | undefined;

  constructor(problem: HubProblem, message: string, { retryAfterMs, code, cause }: { retryAfterMs?: number | undefined; code?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause });
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
    this.code = code;
  }
}

/** Longest wait a hub's `Retry-After` can ask for. */
const LONGEST_RETRY_AFTER_MS = 15 * 60_000;

/** From `Retry-After` in seconds or as a date; nonsense is as if nothing was said. `dateMs`: the hub's own time, by which its date is meant. */
export function retryAfterMs(text: string | undefined, dateMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - dateMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS) : undefined;
}
