import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/changes/change-log.js';
import { RecentChanges } from '../../src/changes/recent-changes.js';

const change = (seq: number): Change => ({ seq, area: 'elm', kind: 'device', device: { id: `d${seq}`, name: 'd', kind: 'gateway', area: 'elm', codec: 'native', reportingIntervalS: 60, status: 'online' } });
const numbers = (changes: readonly Change[] | undefined): number[] | undefined => changes?.map(({ seq }) => seq);

describe('the newest changes', () => {
  it('are given from any of them on, and not from one that is not among them, nor where nothing follows', () => {
    const recent = new RecentChanges();
    expect(recent.after(0, 10)).toBeUndefined();
    for (const seq of [5, 6, 7, 8]) recent.note(change(seq));
    expect([4, 5, 6, 7, 8, 9].map((since) => numbers(recent.after(since, 2)))).toEqual([undefined, [6, 7], [7, 8], [8], undefined, undefined]);
  });

  it('are for the database to say once some were dropped', () => {
    const recent = new RecentChanges();
    for (const seq of [5, 6]) recent.note(change(seq));
    recent.forget();
    expect(recent.after(5, 1)).toBeUndefined();
    recent.note(change(7));
    recent.note(change(8));
    expect(numbers(recent.after(7, 1))).toEqual([8]);
  });

  it('hold no more than they need to', () => {
    const recent = new RecentChanges();
    for (let seq = 1; seq <= 5_000; seq += 1) recent.note(change(seq));
    expect(recent.after(2_000, 1)).toBeUndefined();
    expect(numbers(recent.after(4_990, 100))).toEqual([4_991, 4_992, 4_993, 4_994, 4_995, 4_996, 4_997, 4_998, 4_999, 5_000]);
  });

  it('never leave out what may lie between two of them', () => {
    fc.assert(fc.property(fc.array(fc.nat(12), { maxLength: 40 }), fc.nat(12), (told, since) => {
      const recent = new RecentChanges();
      for (const seq of told) recent.note(change(seq));
      const given = numbers(recent.after(since, 100));
      if (given !== undefined) expect(given).toEqual(given.map((_, index) => since + 1 + index));
    }));
  });
});
