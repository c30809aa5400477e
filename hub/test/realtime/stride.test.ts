import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Stride } from '../../src/realtime/stride.js';

beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }); });
afterEach(() => { vi.useRealTimers(); });

/** Items over 100 are urgent. */
function strideOf() {
  const told: (readonly number[])[] = [];
  const stride = new Stride<number>({ everyMs: 50, isUrgent: (item) => item > 100, onItems: (items) => told.push(items) });
  const take = async (...items: number[]): Promise<void> => {
    for (const item of items) stride.take(item);
    await Promise.resolve();
  };
  return { stride, told, take };
}

it('hands on at once what comes after a pause, all of one go together', async () => {
  const { told, take } = strideOf();
  await take(1, 2, 3);
  expect(told).toEqual([[1, 2, 3]]);
  await vi.advanceTimersByTimeAsync(50);
  await take(4);
  expect(told).toEqual([[1, 2, 3], [4]]);
});

it('hands on in strides what comes without a pause, in its order', async () => {
  const { told, take } = strideOf();
  for (let item = 0; item < 20; item += 1) {
    await take(item);
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(50);
  expect(told.flat()).toEqual(Array.from({ length: 20 }, (_, item) => item));
  expect(told.length).toBeLessThanOrEqual(6);
  expect(told[0]).toEqual([0]);
});

it('does not keep what is urgent waiting, nor what came before it', async () => {
  const { told, take } = strideOf();
  await take(1);
  await take(2);
  await take(3, 101, 4);
  expect(told).toEqual([[1], [2, 3, 101, 4]]);
  await take(5);
  await vi.advanceTimersByTimeAsync(49);
  expect(told).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(told[2]).toEqual([5]);
});

it('forgets what waits when told to, and begins anew', async () => {
  const { stride, told, take } = strideOf();
  await take(1);
  await take(2);
  stride.drop();
  await vi.advanceTimersByTimeAsync(100);
  await take(3);
  expect(told).toEqual([[1], [3]]);
});
