import { describe, expect, it } from 'vitest';
import { feedState, isLost, SILENT_AFTER_MS, type FeedFacts } from '../../src/live/feed-state.js';

const facts = (changes: Partial<FeedFacts> = {}): FeedFacts => ({ isConnected: true, isSubscribed: true, heardAt: 10_000, startedAt: 0, ...changes });

describe('feedState', () => {
  it('is live with a connection, a subscription and a recent heartbeat', () => {
    expect(feedState(facts(), 10_000 + SILENT_AFTER_MS)).toBe('live');
  });
  it('is silent as soon as the heartbeat is older than 8 s, though the socket stands', () => {
    expect(feedState(facts(), 10_001 + SILENT_AFTER_MS)).toBe('silent');
  });
  it('is disconnected at once when the socket goes, however fresh the last heartbeat', () => {
    expect(feedState(facts({ isConnected: false, isSubscribed: false }), 10_001)).toBe('disconnected');
  });
  it('is not live again on the socket alone, before the hub has answered', () => {
    expect(feedState(facts({ isSubscribed: false }), 10_500)).toBe('disconnected');
  });
  it('gives a new page 8 s to connect and then says that the hub can not be reached', () => {
    const fresh = facts({ isConnected: false, isSubscribed: false, heardAt: undefined });
    expect(feedState(fresh, SILENT_AFTER_MS)).toBe('connecting');
    expect(feedState(fresh, SILENT_AFTER_MS + 1)).toBe('disconnected');
    expect(feedState({ ...fresh, isConnected: true }, SILENT_AFTER_MS + 1)).toBe('silent');
  });
  it('counts both silence and disconnection as lost', () => {
    expect((['connecting', 'live', 'silent', 'disconnected'] as const).map(isLost)).toEqual([false, false, true, true]);
  });
});
