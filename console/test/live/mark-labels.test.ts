import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MarkKind, MomentMark } from '../../src/live/alert-moment.js';
import { labelsOf, type LabelRoom } from '../../src/live/mark-labels.js';

const MIN = 60_000;
const WORDS: Record<MarkKind, string> = { raised: '发生', regraded: '改级', acked: '确认', escalated: '升级', cleared: '恢复' };
const KINDS = Object.keys(WORDS) as MarkKind[];
const minuteOf = (at: number): string => `${String(Math.floor(at / 3_600_000)).padStart(2, '0')}:${String(Math.floor(at / MIN) % 60).padStart(2, '0')}`;
/** An hour on a chart so wide. */
const room = (width: number): LabelRoom => ({ width, xOf: (at) => at / (60 * MIN) * width, minuteOf, kindOf: (kind) => WORDS[kind] });
const at = (minutes: number, kind: MarkKind): MomentMark => ({ at: minutes * MIN, kind });
const textsOf = (marks: readonly MomentMark[], width: number) => labelsOf(marks, room(width)).map(({ text, row }) => [text, row]);

describe('the words over the marks of a chart', () => {
  const story = [at(30, 'raised'), at(30.4, 'acked'), at(30.9, 'escalated'), at(33.67, 'cleared')];
  it('are told together for one minute, and apart where there is room, one above the other if need be', () => {
    expect(textsOf(story, 1100)).toEqual([['发生·确认·升级 00:30', 0], ['恢复 00:33', 1]]);
    expect(textsOf([at(10, 'raised'), at(40, 'cleared')], 1100)).toEqual([['发生 00:10', 0], ['恢复 00:40', 0]]);
  });
  it('become one where they would overlap even so, and say from when to when', () => {
    expect(textsOf([at(30, 'raised'), at(31, 'acked'), at(32, 'escalated'), at(33, 'cleared')], 260)).toEqual([['发生 00:30', 0], ['确认·升级·恢复 00:31–00:33', 1]]);
  });
  it('never overlap, leave nothing out, and begin at their line or end there', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3600 }), fc.constantFrom(...KINDS)), { maxLength: 30 }), fc.integer({ min: 200, max: 1800 }), (found, width) => {
      const marks = found.map(([second, kind]): MomentMark => ({ at: second * 1000, kind })).sort((a, b) => a.at - b.at);
      const labels = labelsOf(marks, room(width));
      for (const mark of marks) expect(labels.some((label) => label.at <= mark.at && label.until >= mark.at && label.kinds.includes(mark.kind))).toBe(true);
      for (const row of [0, 1]) {
        const spans = labels.filter((label) => label.row === row).map(({ at: start, text, isBefore }) => { const [x, wide] = [room(width).xOf(start), [...text].length * 7]; return isBefore ? [x - wide, x] : [x, x + wide]; });
        spans.slice(1).forEach(([start], index) => { expect(start).toBeGreaterThan(spans[index]![1]!); });
      }
    }));
  });
});
