import type { JournalRecord } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { JournalTail } from '../../src/journal/tail.js';

const record = (n: number): JournalRecord => ({ type: 'telemetry', device: 'bin-1', ts: n, at: n, values: { fill_level: 1 } });
const push = (tail: JournalTail, first: number, count: number): void => tail.push({ first, last: first + count - 1, records: Array.from({ length: count }, (_, index) => record(first + index)) }, 100 * count);

describe('the journal in memory', () => {
  it('lets go of batches that everybody has read, and of no other', () => {
    const tail = new JournalTail({ records: 100, bytes: 1 << 20 });
    for (const first of [1, 11, 21]) push(tail, first, 10);
    tail.release(15);
    expect(tail.read(10, 5)).toBeUndefined(); // it is on disk
    expect(tail.read(16, 100)).toMatchObject({ first: 16, last: 30 });
    tail.release(30);
    expect(tail.read(30, 1)).toBeUndefined();
    push(tail, 31, 1);
    expect(tail.read(31, 5)).toMatchObject({ first: 31, last: 31 });
  });

  it('still counts what it holds after that', () => {
    const tail = new JournalTail({ records: 25, bytes: 1 << 20 });
    push(tail, 1, 10);
    tail.release(10);
    push(tail, 11, 10);
    push(tail, 21, 10);
    expect(tail.read(11, 1)).toBeDefined(); // 20 of 25
    push(tail, 31, 10);
    expect([tail.read(11, 1), tail.read(21, 1)?.first]).toEqual([undefined, 21]);
  });
});
