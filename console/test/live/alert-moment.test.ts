import { describe, expect, it } from 'vitest';
import { marksOf, momentOf } from '../../src/live/alert-moment.js';
import { isLimitOfMetric, metricOfRule } from '../../src/live/rule-metric.js';
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
  it('marks what happened within it, and what lies close together as one', () => {
    const timeline = [{ at: 10 * MIN, change: 'raised' as const }, { at: 11 * MIN, change: 'acked' as const }, { at: 20 * MIN, change: 'commented' as const }, { at: 50 * MIN, change: 'cleared' as const }, { at: 500 * MIN, change: 'reraised' as const }];
    expect(marksOf(anAlert(), timeline, { from: 0, to: 100 * MIN }, 0.1)).toEqual([{ at: 10 * MIN, kinds: ['raised', 'acked'] }, { at: 50 * MIN, kinds: ['cleared'] }]);
  });
  it('takes the alert’s own times until the timeline is there', () => {
    expect(marksOf(anAlert({ raisedAt: 10 * MIN, ackedAt: 40 * MIN }), [], { from: 0, to: 100 * MIN }, 0.1)).toEqual([{ at: 10 * MIN, kinds: ['raised'] }, { at: 40 * MIN, kinds: ['acked'] }]);
  });
});

describe('the metric of a rule', () => {
  it('is found wherever the condition names it, and nowhere in a rule of events', () => {
    expect(metricOfRule({ type: 'threshold', metric: 'fill_level' })).toBe('fill_level');
    expect([metricOfRule({ type: 'noise', class: '2' }), metricOfRule({ type: 'aqi', bands: [] })]).toEqual(['noise', 'pm2_5']);
    expect([isLimitOfMetric({ type: 'noise' }), isLimitOfMetric({ type: 'aqi' })]).toEqual([true, false]);
    expect(metricOfRule({ condition: { all: [{ event: 'denied' }, { not: { metric: 'pm2_5' } }] } })).toBe('pm2_5');
    expect(metricOfRule({ type: 'event', event: 'forced_open', metric: 'nonsense' })).toBeUndefined();
    expect(metricOfRule(undefined)).toBeUndefined();
  });
});
