import { describe, expect, it } from 'vitest';
import { marksOf, momentOf } from '../../src/live/alert-moment.js';
import { anAlert } from '../support/alerts.js';

const MIN = 60_000;
describe('the moment of an alert', () => {
  it('goes from half an hour before to now, or half an hour past its end', () => {
    expect(momentOf(anAlert({ raisedAt: 100 * MIN }), 120 * MIN)).toEqual({ from: 70 * MIN, to: 120 * MIN });
    expect(momentOf(anAlert({ raisedAt: 100 * MIN, active: false, clearedAt: 110 * MIN }), 900 * MIN)).toEqual({ from: 70 * MIN, to: 140 * MIN });
  });
  it('of one that stands for days is the last day', () => {
    expect(momentOf(anAlert({ raisedAt: 0 }), 5000 * MIN)).toEqual({ from: 3560 * MIN, to: 5000 * MIN });
  });
  it('marks what happened within it, each at its own time', () => {
    const timeline = [{ at: 10 * MIN, change: 'raised' as const }, { at: 11 * MIN, change: 'acked' as const }, { at: 20 * MIN, change: 'commented' as const }, { at: 50 * MIN, change: 'cleared' as const }, { at: 500 * MIN, change: 'raised' as const }];
    expect(marksOf(anAlert(), timeline, { from: 0, to: 100 * MIN })).toEqual([{ at: 10 * MIN, kind: 'raised' }, { at: 11 * MIN, kind: 'acked' }, { at: 50 * MIN, kind: 'cleared' }]);
  });
  it('takes the alert’s own times until the timeline is there', () => {
    expect(marksOf(anAlert({ raisedAt: 10 * MIN, ackedAt: 40 * MIN }), [], { from: 0, to: 100 * MIN })).toEqual([{ at: 10 * MIN, kind: 'raised' }, { at: 40 * MIN, kind: 'acked' }]);
  });
});
