import type { Point } from './geometry.js';

export interface LabelWish { readonly id: string; readonly at: Point; readonly text: string }
export interface PlacedLabel extends LabelWish { readonly anchor: 'start' | 'end'; readonly x: number; readonly y: number }

export interface Rect { readonly x1: number; readonly x2: number; readonly y1: number; readonly y2: number }

export const markRect = ([x, y]: Point): Rect => ({ x1: x - 13, x2: x + 13, y1: y - 11, y2: y + 11 });
const overlaps = (a: Rect, b: Rect): boolean => a.x1 < b.x2 && a.x2 > b.x1 && a.y1 < b.y2 && a.y2 > b.y1;

const HEIGHT = 20;
const WIDE_EM = 15;
const NARROW_EM = 8;

/** About how wide the text is at 15 px (px): a Chinese character is as wide as it is high. */
export const textWidth = (text: string): number => [...text].reduce((sum, char) => sum + (char.charCodeAt(0) > 0x2e7f ? WIDE_EM : NARROW_EM), 0);

/** Cuts a text that is wider than this (px); the whole of it stands in the list beside the map. */
export function shorten(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  for (const char of text) {
    if (textWidth(kept + char) > width - NARROW_EM) break;
    kept += char;
  }
  return `${kept.trimEnd()}…`;
}

/** Places labels in order of the list, right of the mark or left of it; one that would cover an earlier one is left out. */
export function placeLabels(wishes: readonly LabelWish[], width: number, obstacles: readonly Rect[] = []): PlacedLabel[] {
  const taken: Rect[] = [...obstacles, ...wishes.map(({ at }) => markRect(at))];
  const placed: PlacedLabel[] = [];
  for (const wish of wishes) {
    const length = textWidth(wish.text);
    for (const anchor of ['start', 'end'] as const) {
      const x = wish.at[0] + (anchor === 'start' ? 18 : -18);
      const y = wish.at[1] - 8;
      const area = { x1: anchor === 'start' ? x : x - length, x2: anchor === 'start' ? x + length : x, y1: y - HEIGHT + 5, y2: y + 5 };
      if (area.x1 < 4 || area.x2 > width - 4 || taken.some((other) => overlaps(other, area))) continue;
      taken.push(area);
      placed.push({ ...wish, anchor, x, y });
      break;
    }
  }
  return placed;
}

export interface PlacedName { readonly x: number; readonly y: number; readonly rect: Rect }
const NAME_OFFSETS = [-26, 34, -52, 60, 4] as const;

/**
 * Where a community's name stands: above its middle, or below where a mark, another name or the lower edge is in the way; never past the sides. Where all is taken it covers a mark rather
 * than be missing, but never another name: two that cover each other can't be read, so the later one is left out (undefined).
 */
export function placeNames(wishes: readonly { readonly text: string; readonly at: Point }[], marks: readonly Point[], { width, bottom }: { width: number; bottom: number } = { width: Infinity, bottom: Infinity }): (PlacedName | undefined)[] {
  const covered = marks.map(markRect);
  const names: Rect[] = [];
  return wishes.map(({ text, at: [middle, y] }) => {
    const half = textWidth(text) * 1.13 / 2 + 3;
    const x = Math.max(half + 4, Math.min(middle, width - half - 4));
    const rectAt = (offset: number): Rect => ({ x1: x - half, x2: x + half, y1: y + offset - 15, y2: y + offset + 4 });
    const isFree = (taken: readonly Rect[]) => (offset: number): boolean => rectAt(offset).y2 <= bottom && !taken.some((other) => overlaps(other, rectAt(offset)));
    const offset = NAME_OFFSETS.find(isFree([...covered, ...names])) ?? NAME_OFFSETS.find(isFree(names));
    if (offset === undefined) return undefined;
    names.push(rectAt(offset));
    return { x, y: y + offset, rect: rectAt(offset) };
  });
}
