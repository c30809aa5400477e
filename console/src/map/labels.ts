import type { Point } from './geometry.js';

export interface LabelWish { readonly id: string; readonly at: Point; readonly text: string }
export interface PlacedLabel extends LabelWish { readonly anchor: 'start' | 'end'; readonly x: number; readonly y: number }

const HEIGHT = 20;
const WIDE_EM = 15;
const NARROW_EM = 8;

/** About how wide the text is at 15 px (px): a Chinese character is as wide as it is high. */
export const textWidth = (text: string): number => [...text].reduce((sum, char) => sum + (char.charCodeAt(0) > 0x2e7f ? WIDE_EM : NARROW_EM), 0);

/** Places labels in order of the list, right of the mark or left of it; one that would cover an earlier one is left out. */
export function placeLabels(wishes: readonly LabelWish[], width: number): PlacedLabel[] {
  const taken: { x1: number; x2: number; y1: number; y2: number }[] = wishes.map(({ at: [x, y] }) => ({ x1: x - 13, x2: x + 13, y1: y - 11, y2: y + 11 }));
  const placed: PlacedLabel[] = [];
  for (const wish of wishes) {
    const length = textWidth(wish.text);
    for (const anchor of ['start', 'end'] as const) {
      const x = wish.at[0] + (anchor === 'start' ? 18 : -18);
      const y = wish.at[1] - 8;
      const area = { x1: anchor === 'start' ? x : x - length, x2: anchor === 'start' ? x + length : x, y1: y - HEIGHT + 5, y2: y + 5 };
      if (area.x1 < 4 || area.x2 > width - 4 || taken.some((other) => other.x1 < area.x2 && other.x2 > area.x1 && other.y1 < area.y2 && other.y2 > area.y1)) continue;
      taken.push(area);
      placed.push({ ...wish, anchor, x, y });
      break;
    }
  }
  return placed;
}
