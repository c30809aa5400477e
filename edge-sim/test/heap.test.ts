import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueHeap } from '../src/heap.js';

it('gives back whatever was put in by time, and equal times in the order they came', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
    const heap = new DueHeap<number>();
    times.forEach((dueMs, i) => heap.push(dueMs, i));
    const taken = times.map(() => heap.pop(Infinity)?.item ?? -1);
    expect(taken).toEqual(times.map((_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b));
    expect(heap.pop(Infinity)).toBeUndefined();
  }));
});

it('keeps what is not due yet', () => {
  const heap = new DueHeap<string>();
  heap.push(10, 'later');
  expect(heap.pop(9)).toBeUndefined();
  expect(heap.nextDueMs).toBe(10);
  expect(heap.pop(10)?.item).toBe('later');
});
