import { describe, expect, it } from 'vitest';
import { createChangeTracker } from '../../src/live/change-tracker.js';

function setUp() {
  const tracker = createChangeTracker();
  const applied: string[] = [];
  return { tracker, applied, change: (seq: number) => { tracker.take({ seq, apply: () => applied.push(`change ${seq}`) }); }, replace: () => applied.push('snapshot') };
}
const snapshot = (seq: number) => ({ seq, alerts: [], mode: 'snapshot' as const });
const resume = (seq: number) => ({ seq, alerts: [], mode: 'resume' as const });

describe('the change tracker', () => {
  it('asks for a snapshot first and resumes from the snapshot’s seq afterwards', () => {
    const { tracker, replace } = setUp();
    expect(tracker.since()).toBeUndefined();
    tracker.begin();
    tracker.settle(snapshot(41), replace);
    expect(tracker.since()).toBe(41);
  });
  it('puts changes that overtook the answer on top of the snapshot, not under it', () => {
    const { tracker, applied, change, replace } = setUp();
    tracker.begin();
    change(42);
    expect(applied).toEqual([]);
    tracker.settle(snapshot(41), replace);
    expect(applied).toEqual(['snapshot', 'change 42']);
    expect(tracker.since()).toBe(42);
  });
  it('on a resume moves only with what has truly come, so that a second loss in the middle misses nothing', () => {
    const { tracker, change, replace } = setUp();
    tracker.begin();
    tracker.settle(snapshot(10), replace);
    tracker.begin();
    tracker.settle(resume(14), replace);
    expect(tracker.since()).toBe(10);
    change(11);
    expect(tracker.since()).toBe(11);
  });
  it('counts what was missed, and not what happens after', () => {
    const { tracker, applied, change, replace } = setUp();
    tracker.begin();
    tracker.settle(snapshot(10), replace);
    tracker.begin();
    tracker.settle(resume(12), replace);
    [11, 12, 13].forEach(change);
    expect(tracker.caughtUp()).toBe(2);
    expect(applied).toEqual(['snapshot', 'change 11', 'change 12', 'change 13']);
  });
  it('drops what it held when the connection goes before the answer, and asks for it again', () => {
    const { tracker, applied, change, replace } = setUp();
    tracker.begin();
    tracker.settle(snapshot(10), replace);
    tracker.begin();
    change(11);
    tracker.abandon();
    expect(applied).toEqual(['snapshot']);
    expect(tracker.since()).toBe(10);
  });
  it('asks for a snapshot when more overtook the answer than it can hold', () => {
    const { tracker, change, replace } = setUp();
    tracker.begin();
    tracker.settle(snapshot(1), replace);
    tracker.begin();
    for (let seq = 2; seq <= 10_002; seq += 1) change(seq);
    expect(tracker.settle(resume(10_002), replace)).toBe(false);
    expect(tracker.since()).toBeUndefined();
  });
});
