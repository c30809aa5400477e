import { describe, expect, it } from 'vitest';
import { createFrameBatch } from '../../src/live/frame-batch.js';
import { mergeSorted } from '../../src/live/merge-sorted.js';
import { createSortedList } from '../../src/live/sorted-list.js';

interface Item { id: string; seq: number; isUrgent?: boolean }
function setUp(perFrame = 100) {
  const [frames, held]: [(() => void)[], (() => void)[]] = [[], []];
  const clock = { now: 0 };
  const applied: string[][] = [];
  const batch = createFrameBatch<Item>({
    keyOf: ({ id }) => id, isNewer: (a, b) => a.seq > b.seq, perFrame, gapMs: () => 100, now: () => clock.now, isUrgent: (item) => item.isUrgent === true, apply: (items) => { applied.push(items.map(({ id, seq }) => `${id}${seq}`)); },
    schedule: (run) => { frames.push(run); return () => { frames.splice(frames.indexOf(run), 1); }; },
    later: (run) => { held.push(run); return () => { held.splice(held.indexOf(run), 1); }; },
  });
  return { batch, frames, held, clock, applied, draw: () => { frames.shift()?.(); } };
}

describe('a batch per picture', () => {
  it('applies what has come in together, with the next picture, once', () => {
    const { batch, frames, applied, draw } = setUp();
    batch.add({ id: 'a', seq: 1 });
    batch.add({ id: 'b', seq: 2 });
    expect([applied, frames.length]).toEqual([[], 1]);
    draw();
    expect(applied).toEqual([['a1', 'b2']]);
  });
  it('keeps of each key only the newest, in whatever order they come', () => {
    const { batch, applied, draw } = setUp();
    for (const seq of [2, 4, 3]) batch.add({ id: 'a', seq });
    draw();
    expect(applied).toEqual([['a4']]);
  });
  it('spreads more than one picture takes over the next ones, and loses none', () => {
    const { batch, applied, draw } = setUp(2);
    for (const id of ['a', 'b', 'c', 'd', 'e']) batch.add({ id, seq: 1 });
    draw();
    expect([applied, batch.size]).toEqual([[['a1', 'b1']], 3]);
    draw();
    draw();
    expect([applied.flat(), batch.size]).toEqual([['a1', 'b1', 'c1', 'd1', 'e1'], 0]);
  });
  it('holds the next pass back a little while changes keep coming, and an urgent one only until a quarter of the gap is over', () => {
    const { batch, frames, held, clock, applied, draw } = setUp();
    batch.add({ id: 'a', seq: 1 });
    draw();
    clock.now = 20;
    batch.add({ id: 'b', seq: 1 });
    expect([frames.length, held.length]).toEqual([0, 1]);
    clock.now = 30;
    batch.add({ id: 'fire', seq: 1, isUrgent: true });
    expect([frames.length, held.length]).toEqual([1, 0]);
    draw();
    batch.add({ id: 'c', seq: 1 });
    held.shift()?.();
    draw();
    clock.now = 500;
    batch.add({ id: 'd', seq: 1 });
    draw();
    expect(applied).toEqual([['a1'], ['b1', 'fire1'], ['c1'], ['d1']]);
  });
  it('takes what is urgent first when there is more than one picture takes', () => {
    const { batch, applied, draw } = setUp(2);
    for (const id of ['a', 'b', 'c']) batch.add({ id, seq: 1 });
    batch.add({ id: 'fire', seq: 1, isUrgent: true });
    draw();
    expect(applied).toEqual([['fire1', 'a1']]);
  });
  it('applies at once what a person did, with all that waits, and calls the picture off', () => {
    const { batch, frames, applied } = setUp(1);
    batch.add({ id: 'a', seq: 1 });
    batch.add({ id: 'b', seq: 1 });
    batch.flush();
    expect([applied, frames.length]).toEqual([[['a1', 'b1']], 0]);
  });
  it('forgets what waits when a snapshot replaces everything', () => {
    const { batch, frames, applied } = setUp();
    batch.add({ id: 'a', seq: 1 });
    batch.drop();
    expect([frames.length, batch.size, applied]).toEqual([0, 0, []]);
  });
});

describe('a sorted list', () => {
  it('keeps its order while items come and go, and knows what was never there', () => {
    const list = createSortedList<number>((a, b) => a - b);
    for (const item of [5, 1, 3, 9, 2]) list.add(item);
    expect([list.remove(3), list.remove(4), [...list.items]]).toEqual([true, false, [1, 2, 5, 9]]);
  });
  it('is merged with another only as far as the limit', () => {
    let asked = 0;
    const even = (item: number) => { asked += 1; return item % 2 === 0; };
    expect(mergeSorted([1, 2, 6, 8], [3, 4, 7, 10], (a, b) => a - b, even, 3)).toEqual([2, 4, 6]);
    expect(asked).toBe(5);
    expect(mergeSorted([], [1], (a, b) => a - b, () => true, 5)).toEqual([1]);
  });
});
