import type { Alert } from '@liandong/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRANSITIONS, applyStep, stateOf, type AlertStep } from '../../src/alerts/life-cycle.js';

const STEPS: AlertStep[] = ['regraded', 'repeated', 'acked', 'unacked', 'commented', 'cleared'];
const raised: Alert = {
  id: 'a', ruleId: 'r', deviceId: 'd', area: 'east', kind: 'waste_bin', severity: 'warning', tier: 'community', active: true, acked: false,
  raisedAt: 1, lastAt: 1, count: 1, message: { zh: '', en: '' }, seq: 1,
};

describe('the life-cycle of an alert', () => {
  it('has no way out of its table, and no way back from cleared', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 30 }), (steps) => {
      let alert = raised;
      steps.forEach((step, index) => {
        const before = stateOf(alert);
        const next = applyStep(alert, step, { at: index + 2, by: 'li' });
        expect(next === undefined).toBe(TRANSITIONS[before][step] === undefined);
        if (next === undefined) return;
        expect(stateOf(next)).toBe(TRANSITIONS[before][step]);
        if (!alert.active) expect(next.active).toBe(false);
        expect(next.active).toBe(next.clearedAt === undefined);
        expect(next.acked).toBe(next.ackedAt !== undefined && next.ackedBy !== undefined);
        expect(next.count - alert.count).toBe(step === 'repeated' ? 1 : 0);
        alert = next;
      });
    }));
  });

  it('leaves the given alert as it was', () => {
    const frozen = Object.freeze({ ...raised });
    for (const step of STEPS) applyStep(frozen, step, { at: 5, by: 'li', severity: 'major' });
    expect(frozen).toEqual(raised);
  });

  it('allows exactly what operators and rules may do', () => {
    expect(Object.fromEntries(Object.entries(TRANSITIONS).map(([state, steps]) => [state, Object.keys(steps).sort()]))).toEqual({
      active: ['acked', 'cleared', 'commented', 'regraded', 'repeated'],
      active_acked: ['cleared', 'commented', 'regraded', 'repeated', 'unacked'],
      cleared: ['acked', 'commented'],
      cleared_acked: ['commented'],
    });
  });
});
