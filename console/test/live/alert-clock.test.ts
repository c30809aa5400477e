import { describe, expect, it } from 'vitest';
import type { AlertClock, EscalationAnswer } from '@liandong/protocols';
import { readClock } from '../../src/live/alert-clock.js';
import { anAlert } from '../support/alerts.js';

const POLICY: EscalationAnswer = { major: { ackWithinS: 100, resolveWithinS: 1000 }, version: 3 };
const clock = (changes: Partial<AlertClock> = {}): AlertClock => ({ kind: 'acknowledge', dueAt: 101_000, policyArea: 'x', policyVersion: 3, ...changes });

describe('the clock of an alert', () => {
  it('tells what is left, how much has run, and to which tier it goes', () => {
    expect(readClock(anAlert({ clock: clock() }), 61_000, POLICY)).toEqual({ state: 'running', kind: 'acknowledge', leftMs: 40_000, share: 0.6, next: 'subdistrict' });
  });
  it('measures by the policy it started with, and by the alert’s own times when that was edited since', () => {
    expect(readClock(anAlert({ clock: clock({ policyVersion: 2 }) }), 51_000, POLICY)).toMatchObject({ share: 0.5 });
    expect(readClock(anAlert({ clock: clock() }), 51_000, undefined)).toMatchObject({ share: 0.5 });
  });
  it('shows no bar where nobody can tell when it began', () => {
    expect(readClock(anAlert({ tier: 'subdistrict', clock: clock() }), 51_000, undefined)).toMatchObject({ share: undefined, next: 'city' });
  });
  it('is due at its time, stands while shelved, and is none when cleared or without a policy', () => {
    expect(readClock(anAlert({ clock: clock() }), 101_000, POLICY)).toEqual({ state: 'due', kind: 'acknowledge', next: 'subdistrict' });
    const standing: AlertClock = { kind: 'acknowledge', leftMs: 25_000, policyArea: 'x', policyVersion: 3 };
    expect(readClock(anAlert({ clock: standing }), 101_000, POLICY)).toEqual({ state: 'paused', leftMs: 25_000, share: 0.75 });
    expect(readClock(anAlert(), 1, POLICY)).toBeUndefined();
    expect(readClock(anAlert({ active: false, clock: clock() }), 1, POLICY)).toBeUndefined();
  });
  it('after acknowledging runs until it has to be resolved', () => {
    expect(readClock(anAlert({ acked: true, ackedAt: 1000, clock: clock({ kind: 'resolve', dueAt: 1_001_000 }) }), 501_000, POLICY)).toMatchObject({ kind: 'resolve', share: 0.5 });
  });
});
