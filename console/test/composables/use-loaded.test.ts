import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, effectScope, nextTick, ref, type EffectScope } from 'vue';
import { ApiError } from '../../src/api/api-error.js';
import { useLoaded } from '../../src/composables/use-loaded.js';
import { HUB_LOST } from '../../src/live/hub-lost.js';

const AWAY = new ApiError('UNREACHABLE', 0);

describe('what a page reads', () => {
  let scope: EffectScope;
  const hasLost = ref(false);
  beforeEach(() => { vi.useFakeTimers(); hasLost.value = false; scope = effectScope(); });
  afterEach(() => { scope.stop(); vi.useRealTimers(); });

  /** As a component below the live connection. */
  function load<T>(read: () => Promise<T>) {
    const app = createApp({ render: () => null });
    app.provide(HUB_LOST, hasLost);
    return app.runWithContext(() => scope.run(() => useLoaded(() => 0, read)))!; // a new scope runs
  }
  const settle = () => vi.advanceTimersByTimeAsync(0);
  async function setLost(isLost: boolean) { hasLost.value = isLost; await nextTick(); await settle(); }

  it('and could not while the hub was away is read by itself as soon as the connection is back', async () => {
    hasLost.value = true;
    const read = vi.fn<() => Promise<string>>().mockRejectedValueOnce(AWAY).mockResolvedValue('there');
    const { data, error } = load(read);
    await vi.advanceTimersByTimeAsync(300_000);
    expect([read.mock.calls.length, data.value, error.value]).toEqual([1, undefined, AWAY]);
    await setLost(false);
    expect([read.mock.calls.length, data.value, error.value]).toEqual([2, 'there', undefined]);
  });

  it('and still waits for is asked for anew then', async () => {
    hasLost.value = true;
    const read = vi.fn<() => Promise<string>>().mockReturnValueOnce(new Promise(() => undefined)).mockResolvedValue('there');
    const { data } = load(read);
    await setLost(false);
    expect([read.mock.calls.length, data.value]).toEqual([2, 'there']);
  });

  it('and has is not read again, nor what it may not have', async () => {
    const [there, forbidden] = [vi.fn(() => Promise.resolve('there')), vi.fn(() => Promise.reject(new ApiError('FORBIDDEN', 403)))];
    [there, forbidden].forEach((read) => load<unknown>(read));
    await settle();
    await setLost(true);
    await setLost(false);
    await vi.advanceTimersByTimeAsync(300_000);
    expect([there.mock.calls.length, forbidden.mock.calls.length]).toEqual([1, 1]);
  });

  it('and could not although the connection stands is read a little later, less and less often, and no more once the page is left', async () => {
    const read = vi.fn(() => Promise.reject(new ApiError('TIMEOUT', 0)));
    load(read);
    await vi.advanceTimersByTimeAsync(2000 + 4000 + 8000);
    expect(read).toHaveBeenCalledTimes(4);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(read.mock.calls.length).toBeLessThan(18);
    const { length } = read.mock.calls;
    scope.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(read).toHaveBeenCalledTimes(length);
  });
});
