import type { EpochMs } from '@liandong/protocols';

/** The hub says something every 5 s; past this the screen may be wrong and says so (ms). */
export const SILENT_AFTER_MS = 8000;

/** `connecting`: first seconds of a page; `silent`: the socket stands but nothing comes. */
export type FeedState = 'connecting' | 'live' | 'silent' | 'disconnected';

export interface FeedFacts {
  /** The socket stands and the hub has answered `subscribe`. */
  readonly isSubscribed: boolean;
  readonly isConnected: boolean;
  /** Last heartbeat or answer, on the browser's clock. */
  readonly heardAt: EpochMs | undefined;
  readonly startedAt: EpochMs;
}

/** What the screen may claim at `now`. Never `live` on hope: that takes a connection and a recent sign of life. */
export function feedState(facts: FeedFacts, now: EpochMs): FeedState {
  if (facts.heardAt === undefined) {
    if (now - facts.startedAt <= SILENT_AFTER_MS) return 'connecting';
    return facts.isConnected ? 'silent' : 'disconnected';
  }
  if (!facts.isConnected) return 'disconnected';
  if (now - facts.heardAt > SILENT_AFTER_MS) return 'silent';
  return facts.isSubscribed ? 'live' : 'disconnected';
}

export const isLost = (state: FeedState): boolean => state === 'silent' || state === 'disconnected';
