import { ALERT_CHANGES, TIERS, type Alert } from '@liandong/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRANSITIONS, applyStep, stateOf, type AlertStep, type StepDetail } from '../../src/alerts/life-cycle.js';

const STEPS = ALERT_CHANGES.filter((change): change is AlertStep => change !== 'raised');
const DETAIL: Omit<StepDetail, 'at'> = { by: 'li', until: 9_000, reason: 'works', assignee: 'wang', alertId: 'other' };
const raised: Alert = {
  id: 'a', ruleId: 'r', deviceId: 'd', area: 'east', kind: 'waste_bin', severity: 'warning', tier: 'community', active: true, acked: false,
  raisedAt: 1, lastAt: 1, count: 1, message: { zh: '', en: '' }, seq: 1,
};

/** Steps that undo something, or go one further, need that there is something to undo or somewhere to go. */
function isPossible(alert: Alert, step: AlertStep): boolean {
  switch (step) {
    case 'unshelved': return alert.shelvedUntil !== undefined;
    case 'released': return alert.inhibitedBy !== undefined;
    case 'inhibited': return alert.inhibitedBy === undefined;
    case 'ungrouped': return alert.groupId !== undefined;
    case 'escalated': return alert.tier !== 'city';
    default: return true;
  }
}

describe('the life-cycle of an alert', () => {
  it('has no way out of its table, and keeps its members true to its state', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 40 }), (steps) => {
      let alert = raised;
      steps.forEach((step, index) => {
        const before = stateOf(alert);
        const next = applyStep(alert, step, { ...DETAIL, at: index + 2 });
        expect(next === undefined).toBe(TRANSITIONS[before][step] === undefined || !isPossible(alert, step));
        if (next === undefined) return;
        expect(stateOf(next)).toBe(TRANSITIONS[before][step]);
        if (!alert.active && step !== 'reraised') expect(next.active).toBe(false);
        expect(next.active).toBe(next.clearedAt === undefined);
        expect(next.acked).toBe(next.ackedAt !== undefined && next.ackedBy !== undefined);
        expect(next.count - alert.count).toBe(step === 'repeated' || step === 'reraised' ? 1 : 0);
        expect(TIERS.indexOf(next.tier) - TIERS.indexOf(alert.tier)).toBe(step === 'escalated' ? 1 : 0);
        if (!next.active) expect(next.clock).toBeUndefined();
        expect(next.inhibitedBy).toBe(step === 'inhibited' ? 'other' : step === 'released' || step === 'reraised' ? undefined : alert.inhibitedBy);
        expect(next.shelvedUntil === undefined).toBe(next.shelvedBy === undefined);
        alert = next;
      });
    }));
  });

  it('leaves the given alert as it was', () => {
    const frozen = Object.freeze({ ...raised });
    for (const step of STEPS) applyStep(frozen, step, { ...DETAIL, at: 5, severity: 'major' });
    expect(frozen).toEqual(raised);
  });

  it('allows exactly what operators, rules and clocks may do', () => {
    const whenActive = ['assigned', 'cleared', 'commented', 'escalated', 'grouped', 'inhibited', 'regraded', 'released', 'repeated', 'shelved', 'ungrouped', 'unshelved'];
    expect(Object.fromEntries(Object.entries(TRANSITIONS).map(([state, steps]) => [state, Object.keys(steps).sort()]))).toEqual({
      active: [...whenActive, 'acked'].sort(), active_acked: [...whenActive, 'unacked'].sort(),
      cleared: ['acked', 'commented', 'reraised', 'unshelved'], cleared_acked: ['commented', 'reraised', 'unshelved'],
    });
  });

  it('asks again for an acknowledgement when it got worse, came back, or moved to people who have not seen it', () => {
    const acked = applyStep(raised, 'acked', { at: 2, by: 'li' });
    for (const step of ['regraded', 'escalated'] as const) expect(applyStep(acked!, step, { at: 3 })).toMatchObject({ acked: false }); // just acknowledged
    const cleared = applyStep(acked!, 'cleared', { at: 3 });
    expect(applyStep(cleared!, 'reraised', { at: 4 })).toMatchObject({ active: true, acked: false, count: 2 });
  });

  it('says how it ended where it has not recovered, whatever people do to it then, until it comes again', () => {
    const ended = applyStep(raised, 'cleared', { at: 2, endedBy: 'out-of-service' });
    const acked = applyStep(ended!, 'acked', { at: 3, by: 'li' }); // it may be, though nobody asks for it
    expect([ended, acked]).toMatchObject([{ active: false, clearedAt: 2, endedBy: 'out-of-service' }, { acked: true, endedBy: 'out-of-service' }]);
    const back = applyStep(acked!, 'reraised', { at: 4 });
    expect(back).not.toHaveProperty('endedBy');
    expect(applyStep(back!, 'cleared', { at: 5 })).not.toHaveProperty('endedBy');
  });
});
