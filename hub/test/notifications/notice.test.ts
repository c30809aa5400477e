import { SEVERITIES, TIERS, type NoticeEvent } from '@liandong/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, noticeOf, withNotice, type Sighting, type Told } from '../../src/notifications/notice.js';

const ALL = { minSeverity: 'info', tiers: TIERS, events: ['raised', 'regraded', 'escalated', 'cleared'] } as const;
const seen = (more: Partial<Sighting> = {}): Sighting => ({ severity: 'major', tier: 'community', isActive: true, isHeld: false, ...more });
const told = (more: Partial<Told> = {}): Told => ({ severity: 'major', tier: 'community', isCleared: false, raises: 1, ...more });

describe('what a channel is told', () => {
  it.each<[string, Parameters<typeof noticeOf>[1], NoticeEvent | undefined]>([
    ['a new alert', { before: undefined, now: seen(), told: undefined }, 'raised'],
    ['nothing of a change that changes nothing', { before: seen(), now: seen(), told: told() }, undefined],
    ['nothing of one that was active before the channel was made', { before: seen(), now: seen(), told: undefined }, undefined],
    ['that it got worse', { before: seen(), now: seen({ severity: 'critical' }), told: told() }, 'regraded'],
    ['nothing when it got better', { before: seen(), now: seen({ severity: 'minor' }), told: told() }, undefined],
    ['nothing when it is as bad again as it was told to be', { before: seen({ severity: 'minor' }), now: seen(), told: told() }, undefined],
    ['that it got worse, though it was never told that it is there', { before: seen(), now: seen({ severity: 'critical' }), told: undefined }, 'regraded'],
    ['that it moved up', { before: seen(), now: seen({ tier: 'subdistrict' }), told: told() }, 'escalated'],
    ['that it moved up rather than that it got worse', { before: seen(), now: seen({ tier: 'city', severity: 'critical' }), told: told() }, 'escalated'],
    ['that it cleared', { before: seen(), now: seen({ isActive: false }), told: told() }, 'cleared'],
    ['nothing of the clearing of what it was not told', { before: seen(), now: seen({ isActive: false }), told: undefined }, undefined],
    ['that it cleared, once', { before: seen({ isActive: false }), now: seen({ isActive: false }), told: told({ isCleared: true }) }, undefined],
    ['that it came back', { before: seen({ isActive: false }), now: seen(), told: undefined }, 'raised'],
    ['nothing of one that is grouped, inhibited or shelved', { before: undefined, now: seen({ isHeld: true }), told: undefined }, undefined],
    ['nothing worse of one that is held', { before: seen(), now: seen({ isHeld: true, severity: 'critical' }), told: told() }, undefined],
    ['of one that is held no longer', { before: seen({ isHeld: true }), now: seen(), told: undefined }, 'raised'],
    ['nothing of one that is held no longer and was told before', { before: seen({ isHeld: true }), now: seen(), told: told() }, undefined],
    ['that it got worse while it was held', { before: seen({ isHeld: true }), now: seen({ severity: 'critical' }), told: told() }, 'regraded'],
    ['the clearing of what was told, held by then', { before: seen({ isHeld: true }), now: seen({ isHeld: true, isActive: false }), told: told() }, 'cleared'],
  ])('is %s', (_what, sight, event) => { expect(noticeOf(ALL, sight)).toBe(event); });

  it('passes the filters of severity, tier and event', () => {
    const fresh = { before: undefined, now: seen({ severity: 'minor' }), told: undefined };
    expect(noticeOf({ ...ALL, minSeverity: 'major' }, fresh)).toBeUndefined();
    expect(noticeOf({ ...ALL, minSeverity: 'minor' }, fresh)).toBe('raised');
    expect(noticeOf({ ...ALL, tiers: ['city'] }, fresh)).toBeUndefined();
    expect(noticeOf({ ...ALL, events: ['cleared'] }, fresh)).toBeUndefined();
  });

  it('is the raising of an alert that comes into sight later, when that is all the channel wants to hear', () => {
    const worse = { before: seen({ severity: 'warning' }), now: seen({ severity: 'critical' }), told: undefined };
    expect(noticeOf({ ...ALL, minSeverity: 'major', events: ['raised'] }, worse)).toBe('raised');
    expect(noticeOf({ ...ALL, minSeverity: 'major' }, worse)).toBe('regraded');
    expect(noticeOf({ ...ALL, events: ['raised'] }, worse)).toBeUndefined();
    const up = { before: seen(), now: seen({ tier: 'subdistrict' }), told: undefined };
    expect(noticeOf({ ...ALL, tiers: ['subdistrict'], events: ['raised', 'cleared'] }, up)).toBe('raised');
  });
});

/** What can happen to an alert between two looks: any sighting, but the tier never goes down. */
const history = fc.array(fc.record({ severity: fc.constantFrom(...SEVERITIES), climbs: fc.boolean(), isActive: fc.boolean(), isHeld: fc.boolean() }), { maxLength: 40 });
const filter = fc.record({ minSeverity: fc.constantFrom(...SEVERITIES), tiers: fc.subarray([...TIERS], { minLength: 1 }), events: fc.subarray([...ALL.events], { minLength: 1 }) });

describe('over any history of an alert', () => {
  it('no key comes twice, nothing is cleared that was not told, and each clearing is told once per occurrence', () => {
    fc.assert(fc.property(history, filter, (steps, channel) => {
      const keys: string[] = [];
      const events: { event: NoticeEvent; occurrence: number }[] = [];
      const tellings = new Map<number, Told>();
      let before: Sighting | undefined;
      let occurrence = 1;
      let tier = 0;
      for (const { climbs, ...rest } of steps) {
        if (climbs) tier = Math.min(tier + 1, TIERS.length - 1);
        const now: Sighting = { ...rest, tier: TIERS[tier]! }; // within the tiers
        if (before !== undefined && !before.isActive && now.isActive) occurrence += 1;
        // Each change is read twice, as after a crash.
        for (let times = 0; times < 2; times += 1) {
          const event = noticeOf(channel, { before, now, told: tellings.get(occurrence) });
          if (times === 1) {
            // Without the memory of having seen it, only what was told keeps it from being told again: the key does.
            if (event !== undefined) expect(keys).toContain(keyOf('c', 'a', event, now, { occurrence, told: tellings.get(occurrence) }));
            continue;
          }
          if (event === undefined) continue;
          keys.push(keyOf('c', 'a', event, now, { occurrence, told: tellings.get(occurrence) }));
          events.push({ event, occurrence });
          tellings.set(occurrence, withNotice(tellings.get(occurrence), event, now));
          expect(channel.events).toContain(event);
        }
        before = now;
      }
      expect(new Set(keys).size).toBe(keys.length);
      for (const [index, { event, occurrence: of }] of events.entries()) {
        if (event !== 'cleared') continue;
        expect(events.slice(0, index).some((earlier) => earlier.occurrence === of && earlier.event !== 'cleared')).toBe(true);
        expect(events.slice(index + 1).some((later) => later.occurrence === of)).toBe(false);
      }
    }), { numRuns: 500 });
  });
});
