import { SEVERITIES, severityRank, type Alert, type EscalationPolicy, type Severity } from '@liandong/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyStep, type AlertStep, type StepDetail } from '../../src/alerts/life-cycle.js';
import { AreaTree } from '../../src/areas/area-tree.js';
import { TOLERANCE_MS, createEscalationClocks, isDue, isPaused } from '../../src/escalation/escalation-clocks.js';
import { EscalationPolicies } from '../../src/escalation/policies.js';
import { rethrow } from '../support/rethrow.js';

const START = 1_000_000;
const NEW: Alert = {
  id: 'a', ruleId: 'r', deviceId: 'd', area: 'east', kind: 'waste_bin', severity: 'minor', tier: 'community', active: true, acked: false,
  raisedAt: START, lastAt: START, count: 1, message: { zh: '', en: '' }, seq: 1,
};
const POLICY: EscalationPolicy = { critical: { ackWithinS: 2, resolveWithinS: 6 }, major: { ackWithinS: 5 }, minor: { ackWithinS: 9, resolveWithinS: 3 } };

function prepare(policy: EscalationPolicy = POLICY) {
  const areas = new AreaTree(rethrow);
  areas.put({ id: 'city', level: 'city', name: '市' });
  areas.put({ id: 'street', level: 'subdistrict', parent: 'city', name: '街道' });
  areas.put({ id: 'east', level: 'community', parent: 'street', name: '东' });
  const policies = new EscalationPolicies(areas);
  policies.remember({ area: 'street', version: 1, body: policy, at: START - 1, by: 'li' });
  return { policies, clocks: createEscalationClocks({ policies }) };
}

/** What a person with a stopwatch would say: how much is left, and whether it runs. Knows no times of day. */
class Stopwatch {
  left: number | undefined;
  constructor(private readonly policy: EscalationPolicy) {}

  private period({ tier, severity, acked, active }: Alert): number | undefined {
    const step = this.policy[severity];
    const seconds = acked ? step?.resolveWithinS : step?.ackWithinS;
    return !active || tier === 'city' || seconds === undefined ? undefined : seconds * 1000;
  }
  /** What ran over before it was held is over, and no more than that. */
  hold(): void { if (this.left !== undefined) this.left = Math.max(0, this.left); }
  restart(alert: Alert): void { this.left = this.period(alert); }
  regrade(alert: Alert, wasWorse: boolean): void {
    const had = this.left;
    this.restart(alert);
    if (!wasWorse && this.left !== undefined && had !== undefined) this.left = Math.min(this.left, had);
  }
  pass(alert: Alert, ms: number): void { if (this.left !== undefined && !isPaused(alert)) this.left -= ms; }
  isOver(alert: Alert): boolean { return this.left !== undefined && this.left <= 0 && !isPaused(alert); }
}

const STEPS = ['acked', 'unacked', 'shelved', 'unshelved', 'grouped', 'ungrouped', 'inhibited', 'released', 'regraded', 'repeated', 'commented', 'assigned', 'cleared', 'reraised'] as const satisfies readonly AlertStep[];
type Deed = { step: (typeof STEPS)[number]; severity: Severity } | { passMs: number } | { edit: EscalationPolicy };
const seconds = fc.integer({ min: 1, max: 20 });
const policyOf: fc.Arbitrary<EscalationPolicy> = fc.record({ critical: fc.record({ ackWithinS: seconds }), minor: fc.record({ ackWithinS: seconds, resolveWithinS: seconds }), info: fc.record({ ackWithinS: seconds }) }, { requiredKeys: [] });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ step: fc.constantFrom(...STEPS), severity: fc.constantFrom(...SEVERITIES) }) },
  { weight: 5, arbitrary: fc.record({ passMs: fc.integer({ min: 1, max: 12_000 }) }) },
  { weight: 1, arbitrary: fc.record({ edit: policyOf }) },
);
const TICK_MS = 1_000;

describe('the clock of an alert', () => {
  it('agrees with a stopwatch through whatever happens: it moves within a tick of its time, not before it, and never while it stands', () => {
    let moves = 0;
    fc.assert(fc.property(policyOf, fc.array(deed, { maxLength: 60 }), (policy, deeds) => {
      const { policies, clocks } = prepare(policy);
      const watch = new Stopwatch(policy);
      let now = START;
      let version = 1;
      let alert = clocks.after(undefined, NEW, 'raised', now);
      watch.restart(alert);

      function take(step: AlertStep, detail: Omit<StepDetail, 'at'>): void {
        const changed = applyStep(alert, step, { ...detail, at: now });
        if (changed === undefined) return;
        const before = alert;
        alert = clocks.after(before, changed, step, now);
        if (step === 'regraded') watch.regrade(alert, severityRank(alert.severity) > severityRank(before.severity));
        else if (isPaused(alert)) watch.hold();
        if (['acked', 'unacked', 'escalated', 'cleared', 'reraised'].includes(step)) watch.restart(alert);
      }
      function check(): void {
        expect(isDue(alert, now)).toBe(watch.isOver(alert));
        expect(clocks.corrected(alert, now)).toBeUndefined();
        expect(alert.clock === undefined).toBe(!alert.active);
        if (alert.clock === undefined) return;
        expect(alert.clock).toMatchObject({ kind: alert.acked ? 'resolve' : 'acknowledge', policyArea: 'street', policyVersion: 1 });
        expect([alert.clock.dueAt, alert.clock.leftMs]).toEqual(watch.left === undefined ? [undefined, undefined] : isPaused(alert) ? [undefined, Math.max(0, watch.left)] : [now + watch.left, undefined]);
      }
      /** As the escalator does every second. */
      function tick(): void {
        check();
        if (!isDue(alert, now)) return;
        const { tier } = alert;
        take('escalated', {});
        moves += 1;
        expect(alert.tier).not.toBe(tier);
        expect(isDue(alert, now)).toBe(false);
        check();
      }

      for (const next of deeds) {
        if ('step' in next) take(next.step, { severity: next.severity, by: 'li', until: 9e15, alertId: 'other' });
        else if ('edit' in next) policies.remember({ area: 'street', version: version += 1, body: next.edit, at: now + 1, by: 'li' });
        else {
          for (let left = next.passMs; left > 0;) {
            const ms = Math.min(left, TICK_MS - (now - START) % TICK_MS);
            now += ms;
            left -= ms;
            watch.pass(alert, ms);
            if ((now - START) % TICK_MS === 0) tick();
          }
        }
        check();
      }
    }), { numRuns: 400 });
    expect(moves).toBeGreaterThan(100);
  });

  it('never waits longer than a full period from a look on, wherever the hub\'s clock steps to', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -3_600_000, max: 3_600_000 }), { minLength: 1, maxLength: 30 }), fc.boolean(), (steps, isShelved) => {
      const { clocks } = prepare();
      let now = START;
      let alert = clocks.after(undefined, isShelved ? { ...NEW, shelvedUntil: 9e15 } : NEW, 'raised', now);
      for (const step of steps) {
        now += step;
        alert = clocks.corrected(alert, now) ?? alert;
        expect(clocks.corrected(alert, now)).toBeUndefined();
        if (isShelved) expect(alert.clock).toMatchObject({ leftMs: 9_000 });
        else if (alert.tier !== 'city') expect(alert.clock?.dueAt).toBeLessThanOrEqual(now + 9_000 + TOLERANCE_MS);
        if (!isDue(alert, now)) continue;
        const moved = applyStep(alert, 'escalated', { at: now });
        if (moved === undefined) break;
        alert = clocks.after(alert, moved, 'escalated', now);
        expect(alert.clock?.dueAt).toBe(moved.tier === 'city' ? undefined : now + 9_000);
      }
    }));
  });

  it('stands from the start for a child that is raised under its parent', () => {
    const { clocks } = prepare();
    expect(clocks.after(undefined, { ...NEW, groupId: 'parent' }, 'raised', START).clock).toEqual({ kind: 'acknowledge', leftMs: 9_000, periodMs: 9_000, policyArea: 'street', policyVersion: 1 });
  });

  it('is set right when an alert was put under a parent, or taken out, without anybody asking for its clock', () => {
    const { clocks } = prepare();
    const alert = clocks.after(undefined, NEW, 'raised', START);
    const grouped = clocks.corrected({ ...alert, groupId: 'parent' }, START + 4_000);
    expect(grouped?.clock).toMatchObject({ leftMs: 5_000 });
    expect(isDue({ ...alert, groupId: 'parent' }, START + 60_000)).toBe(false);
    expect(clocks.corrected({ ...alert, clock: grouped!.clock! }, START + 90_000)?.clock).toMatchObject({ dueAt: START + 95_000 });
  });

  it('knows no policy for a severity that is left out, and remembers whose policy that was', () => {
    const { policies, clocks } = prepare({});
    const alert = clocks.after(undefined, NEW, 'raised', START);
    expect(alert.clock).toEqual({ kind: 'acknowledge', policyArea: 'street', policyVersion: 1 });
    policies.remember({ area: 'street', version: 2, body: POLICY, at: START, by: 'li' });
    expect(clocks.after(alert, { ...alert, severity: 'critical' }, 'regraded', START + 1).clock).toEqual(alert.clock);
    expect(clocks.after(undefined, NEW, 'raised', START + 1).clock).toMatchObject({ dueAt: START + 9_001, policyVersion: 2 });
  });
});
