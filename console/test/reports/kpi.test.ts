import { describe, expect, it } from 'vitest';
import type { AlertKpi } from '@liandong/protocols';
import { kpiFigures, prioritySpread, worstVerdict } from '../../src/reports/kpi-verdicts.js';
import { slotBars } from '../../src/reports/slot-bars.js';

const kpi = (changes: Partial<AlertKpi> = {}): AlertKpi => ({
  from: 0, to: 1_800_000, operators: 1, raised: 100, per10Min: { mean: 1, max: 10 }, floodShare: 0.005, stale: 4, chattering: 0, bySeverity: [], toAcknowledge: { count: 0 }, toClear: { count: 0 }, worst: [], slots: [], ...changes,
});
const verdict = (key: string, changes: Partial<AlertKpi>) => kpiFigures(kpi(changes)).find((figure) => figure.key === key)?.verdict;

describe('figures after ISA-18.2', () => {
  it('on their targets are good', () => { expect(kpiFigures(kpi()).map((figure) => figure.verdict)).toEqual(['good', 'good', 'good', 'good', 'good', 'none', 'none', 'none', 'none']); });
  it.each([['mean', { per10Min: { mean: 1.5, max: 3 } }, 'near'], ['mean', { per10Min: { mean: 2.01, max: 3 } }, 'bad'], ['max', { per10Min: { mean: 1, max: 10.5 } }, 'bad'], ['flood', { floodShare: 0.01 }, 'bad'], ['stale', { stale: 5 }, 'bad'], ['chattering', { chattering: 1 }, 'bad']] as const)('%s %j is %s', (key, changes, expected) => { expect(verdict(key, changes)).toBe(expected); });
  it('are as good as the worst of them', () => { expect(worstVerdict(['good', 'near', 'none'])).toBe('near'); expect(worstVerdict(['good', 'bad'])).toBe('bad'); expect(worstVerdict([])).toBe('none'); });
});

describe('the spread over priorities', () => {
  const of = (counts: Record<string, number>) => prioritySpread(kpi({ bySeverity: Object.entries(counts).map(([severity, count]) => ({ severity, count, share: count / 100 })) as AlertKpi['bySeverity'] }));
  it('at 80/15/5 is good', () => { expect(of({ minor: 30, warning: 40, info: 10, major: 15, critical: 5 }).map(({ share, verdict: own }) => [share, own])).toEqual([[0.8, 'good'], [0.15, 'good'], [0.05, 'good']]); });
  it('with too much that is urgent is not', () => { expect(of({ minor: 20, major: 40, critical: 40 }).map(({ verdict: own }) => own)).toEqual(['bad', 'bad', 'bad']); });
  it.each([[{ minor: 97, major: 3 }, [['near', 'above'], ['near', 'below'], ['good', 'near']]], [{ minor: 90, major: 5, critical: 5 }, [['good', 'near'], ['good', 'near'], ['good', 'near']]], [{ minor: 69, major: 15, critical: 16 }, [['near', 'below'], ['good', 'near'], ['near', 'above']]], [{ minor: 70, major: 25, critical: 5 }, [['good', 'near'], ['good', 'near'], ['good', 'near']]], [{ minor: 60, major: 35, critical: 5 }, [['near', 'below'], ['near', 'above'], ['good', 'near']]]])('%j is near within ten points, and above or below else', (counts, expected) => {
    expect(of(counts).map(({ verdict: own, side }) => [own, side])).toEqual(expected);
  });
  it.each([0, 1, 19])('of %i alerts is not judged', (raised) => { expect(prioritySpread(kpi({ raised })).map(({ verdict: own }) => own)).toEqual(['none', 'none', 'none']); });
});

describe('bars of ten-minute slots', () => {
  it('keep the fullest slot when several share a bar', () => {
    const slots = Array.from({ length: 7 }, (_, index): [number, number] => [index * 600_000, index === 3 ? 40 : 1]);
    expect(slotBars({ slots, to: 4_200_000 }, 3)).toEqual([{ from: 0, to: 1_800_000, most: 1, total: 3 }, { from: 1_800_000, to: 3_600_000, most: 40, total: 42 }, { from: 3_600_000, to: 4_200_000, most: 1, total: 1 }]);
  });
  it('are none without slots', () => { expect(slotBars({ slots: [], to: 0 })).toEqual([]); });
});
