import { describe, expect, it } from 'vitest';
import type { AlertClock } from '@liandong/protocols';
import { readClock } from '../../src/live/alert-clock.js';
import { anAlert } from '../support/alerts.js';

const clock = (changes: Partial<AlertClock> = {}): AlertClock => ({ kind: 'acknowledge', dueAt: 101_000, periodMs: 100_000, policyArea: 'x', policyVersion: 3, ...changes });

describe('the clock of an alert', () => {
  it('tells what is left, how much has run, and to which tier it goes', () => {
    expect(readClock(anAlert({ clock: clock() }), 61_000)).toEqual({ state: 'running', kind: 'acknowledge', leftMs: 40_000, share: 0.6, next: 'subdistrict' });
    expect(readClock(anAlert({ tier: 'subdistrict', clock: clock() }), 51_000)).toMatchObject({ share: 0.5, next: 'city' });
  });
  it('is due at its time, and stands while shelved', () => {
    expect(readClock(anAlert({ clock: clock() }), 101_000)).toEqual({ state: 'due', kind: 'acknowledge', next: 'subdistrict' });
    const standing: AlertClock = { kind: 'acknowledge', leftMs: 25_000, periodMs: 100_000, policyArea: 'x', policyVersion: 3 };
    expect(readClock(anAlert({ clock: standing }), 101_000)).toEqual({ state: 'paused', leftMs: 25_000, share: 0.75 });
  });
  it('is none when cleared, without one, or when nothing runs out', () => {
    expect(readClock(anAlert(), 1)).toBeUndefined();
    expect(readClock(anAlert({ active: false, clock: clock() }), 1)).toBeUndefined();
    expect(readClock(anAlert({ tier: 'city', clock: { kind: 'acknowledge', policyVersion: 1 } }), 1)).toBeUndefined();
  });
  it('after acknowledging runs until it has to be resolved', () => {
    expect(readClock(anAlert({ acked: true, ackedAt: 1000, clock: clock({ kind: 'resolve', dueAt: 1_001_000, periodMs: 1_000_000 }) }), 501_000)).toMatchObject({ kind: 'resolve', share: 0.5 });
  });
});
