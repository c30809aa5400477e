import type { EpochMs } from '@liandong/protocols';
import type { MarkKind, MomentMark } from './alert-moment.js';

/** The words over one mark, or over several that have no room of their own: from the first to the last of them. */
export interface MarkLabel { readonly at: EpochMs; readonly until: EpochMs; readonly kinds: readonly MarkKind[]; readonly text: string; /** 0 is next to the curve. */ readonly row: number; /** At the right edge the words stand before their line. */ readonly isBefore: boolean }
/** Where marks lie (px) on a chart that is so wide, and what their words are; marks with the same clock time are told together anyway. */
export interface LabelRoom { readonly width: number; readonly xOf: (at: EpochMs) => number; readonly minuteOf: (at: EpochMs) => string; readonly kindOf: (kind: MarkKind) => string }

const ROWS = 2;
/** Between two labels of a row, and of one character (px, at 12 px letters). */
const [GAP, WIDE, NARROW] = [10, 12.5, 7];

/** Labels in two rows that do not overlap; only those that would even so become one, which then says its span. */
export function labelsOf(marks: readonly MomentMark[], room: LabelRoom): MarkLabel[] {
  let groups: MomentMark[][] = [];
  for (const mark of marks) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && room.minuteOf(last[0].at) === room.minuteOf(mark.at)) last.push(mark); else groups.push([mark]);
  }
  for (;;) {
    const laid = lay(groups, room);
    if (typeof laid !== 'number') return laid;
    // What has no place joins the one before it; with every turn there is one fewer.
    groups = groups.flatMap((group, index) => index === laid - 1 ? [[...group, ...groups[laid] ?? []]] : index === laid ? [] : [group]);
  }
}

/** The labels, or the index of the first group that has no place. */
function lay(groups: readonly (readonly MomentMark[])[], room: LabelRoom): MarkLabel[] | number {
  const ends = Array.from({ length: ROWS }, () => -Infinity);
  const labels: MarkLabel[] = [];
  for (const [index, group] of groups.entries()) {
    const label = labelOf(group, room);
    const [x, width] = [room.xOf(label.at), widthOf(label.text)];
    const isBefore = x + width > room.width && x > room.width / 2;
    const start = isBefore ? x - width : x;
    const row = ends.findIndex((end) => start >= end + GAP);
    if (row < 0) return index;
    ends[row] = start + width;
    labels.push({ ...label, row, isBefore });
  }
  return labels;
}

function labelOf(group: readonly MomentMark[], { minuteOf, kindOf }: LabelRoom): Pick<MarkLabel, 'at' | 'until' | 'kinds' | 'text'> {
  const [at, until] = [group[0]?.at ?? 0, group.at(-1)?.at ?? 0]; // no group is empty
  const kinds = [...new Set(group.map(({ kind }) => kind))];
  const [from, to] = [minuteOf(at), minuteOf(until)];
  return { at, until, kinds, text: `${kinds.map(kindOf).join('·')} ${from === to ? from : `${from}–${to}`}` };
}

const widthOf = (text: string): number => [...text].reduce((sum, char) => sum + (char > '\u2e7f' ? WIDE : NARROW), 0);
