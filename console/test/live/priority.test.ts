import { describe, expect, it } from 'vitest';
import { byTableOrder, byUrgency, countBySeverity, countByTier, needsPerson, withoutGrouped, worstSeverity } from '../../src/live/priority.js';
import { anAlert } from '../support/alerts.js';

describe('what needs a person', () => {
  it('is active, not acknowledged, not shelved and not inhibited', () => {
    expect(needsPerson(anAlert(), 5000)).toBe(true);
    expect(needsPerson(anAlert({ acked: true }), 5000)).toBe(false);
    expect(needsPerson(anAlert({ active: false }), 5000)).toBe(false);
    expect(needsPerson(anAlert({ shelvedUntil: 5001 }), 5000)).toBe(false);
    expect(needsPerson(anAlert({ shelvedUntil: 5000 }), 5000)).toBe(true);
    expect(needsPerson(anAlert({ inhibitedBy: 'other' }), 5000)).toBe(false);
  });
  it('comes unacknowledged first, then worst, then longest waiting', () => {
    const alerts = [
      anAlert({ id: 'acked-critical', severity: 'critical', acked: true }), anAlert({ id: 'new-major', raisedAt: 9000 }), anAlert({ id: 'old-major', raisedAt: 100 }),
      anAlert({ id: 'info', severity: 'info', raisedAt: 1 }), anAlert({ id: 'critical', severity: 'critical', raisedAt: 9999 }),
    ];
    expect(alerts.sort(byUrgency).map(({ id }) => id)).toEqual(['critical', 'old-major', 'new-major', 'info', 'acked-critical']);
  });
  it('of one severity comes what moves up a tier soonest, and what never does last', () => {
    const due = (id: string, dueAt: number) => anAlert({ id, clock: { kind: 'acknowledge', dueAt, policyArea: 'x', policyVersion: 1 } });
    expect([anAlert({ id: 'never', raisedAt: 1 }), due('later', 9000), due('soon', 5000), anAlert({ id: 'worse', severity: 'critical' })].sort(byUrgency).map(({ id }) => id)).toEqual(['worse', 'soon', 'later', 'never']);
  });
  it('in the table comes active first, worst first, newest first', () => {
    const alerts = [anAlert({ id: 'over', active: false, severity: 'critical' }), anAlert({ id: 'old', raisedAt: 1 }), anAlert({ id: 'new', raisedAt: 2 })];
    expect(alerts.sort(byTableOrder).map(({ id }) => id)).toEqual(['new', 'old', 'over']);
  });
  it('leaves out alerts under an active parent, and shows them when the parent is gone', () => {
    const [parent, child] = [anAlert({ id: 'p' }), anAlert({ id: 'c', groupId: 'p' })];
    expect(withoutGrouped([parent, child]).map(({ id }) => id)).toEqual(['p']);
    expect(withoutGrouped([{ ...parent, active: false }, child]).map(({ id }) => id)).toEqual(['p', 'c']);
    expect(withoutGrouped([child]).map(({ id }) => id)).toEqual(['c']);
  });
  it('is counted by severity and by tier, and the worst is known', () => {
    const alerts = [anAlert(), anAlert({ id: 'b', severity: 'minor', tier: 'city' })];
    expect(countBySeverity(alerts)).toEqual({ critical: 0, major: 1, minor: 1, warning: 0, info: 0 });
    expect(countByTier(alerts)).toEqual({ community: 1, subdistrict: 0, city: 1 });
    expect(worstSeverity(alerts)).toBe('major');
    expect(worstSeverity([])).toBeUndefined();
  });
});
