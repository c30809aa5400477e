import type { Point } from './geometry.js';

export interface LabelWish { readonly id: string; readonly at: Point; readonly text: string }
export interface PlacedLabel extends LabelWish { readonly anchor: 'start' | 'end'; readonly x: number; readonly y: number; readonly rect: Rect }

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
      placed.push({ ...wish, anchor, x, y, rect: area });
      break;
    }
  }
  return placed;
}

export interface CountWish { readonly at: Point; /** Others that share the mark; 0: none, and nothing is written. */ readonly more: number }
export interface PlacedCount { readonly text: string; /** From the mark's middle. */ readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' }
const COUNT_SIZE = 12;
/** Below its mark or above, right or left of it. */
const COUNT_PLACES = [[11, 12], [-11, 12], [11, -4], [-11, -4]] as const;

/** How many share a mark, beside it where that covers neither a name nor another mark, nor what is written already; left out where there is no such place (undefined), as the mark's own words tell it too. */
export function placeCounts(wishes: readonly CountWish[], obstacles: readonly Rect[]): (PlacedCount | undefined)[] {
  const taken = [...obstacles];
  return wishes.map(({ at, more }) => {
    if (more === 0) return undefined;
    const text = `+${more}`;
    const others = taken.filter((rect) => !isOwn(rect, at));
    for (const [dx, dy] of COUNT_PLACES) {
      const [x, y, length] = [at[0] + dx, at[1] + dy, textWidth(text) * COUNT_SIZE / WIDE_EM];
      const area = { x1: dx > 0 ? x : x - length, x2: dx > 0 ? x + length : x, y1: y - COUNT_SIZE + 2, y2: y + 2 };
      if (others.some((other) => overlaps(other, area))) continue;
      taken.push(area);
      return { text, x: dx, y: dy, anchor: dx > 0 ? 'start' : 'end' };
    }
    return undefined;
  });
}
/** A count may touch the mark that it is of. */
const isOwn = (rect: Rect, at: Point): boolean => { const own = markRect(at); return rect.x1 === own.x1 && rect.y1 === own.y1; };

export interface PlacedName { readonly x: number; readonly y: number; readonly rect: Rect }
const NAME_OFFSETS = [-26, 34, -52, 60, 4] as const;
/** As far as a name may step aside and still be over its community (px). */
const NAME_ASIDE = [0, -36, 36] as const;
const NAME_PLACES = NAME_ASIDE.flatMap((aside) => NAME_OFFSETS.map((offset) => [aside, offset] as const));

/**
 * Where a community's name stands: above its middle, or below, or a step aside, where a mark, another name or the lower edge is in the way; never past the sides. Where all is taken it covers as little of marks as
 * it can rather than be missing, but never another name: two that cover each other can't be read, so the later one is left out (undefined).
 */
export function placeNames(wishes: readonly { readonly text: string; readonly at: Point }[], marks: readonly Point[], { width, bottom }: { width: number; bottom: number } = { width: Infinity, bottom: Infinity }): (PlacedName | undefined)[] {
  const covered = marks.map(markRect);
  const names: Rect[] = [];
  return wishes.map(({ text, at: [middle, y] }) => {
    const half = textWidth(text) * 1.13 / 2 + 3;
    const placeAt = ([aside, offset]: (typeof NAME_PLACES)[number]): PlacedName => {
      const x = Math.max(half + 4, Math.min(middle + aside, width - half - 4));
      return { x, y: y + offset, rect: { x1: x - half, x2: x + half, y1: y + offset - 15, y2: y + offset + 4 } };
    };
    const possible = NAME_PLACES.map(placeAt).filter(({ rect }) => rect.y2 <= bottom && !names.some((other) => overlaps(other, rect)));
    const place = leastOf(possible, ({ rect }) => coveredBy(rect, covered));
    if (place !== undefined) names.push(place.rect);
    return place;
  });
}

/** px² */
const coveredBy = (one: Rect, others: readonly Rect[]): number => others.reduce((sum, other) => sum + Math.max(0, Math.min(one.x2, other.x2) - Math.max(one.x1, other.x1)) * Math.max(0, Math.min(one.y2, other.y2) - Math.max(one.y1, other.y1)), 0);
/** The first of the smallest. */
const leastOf = <T>(items: readonly T[], sizeOf: (item: T) => number): T | undefined => items.reduce<T | undefined>((least, item) => least === undefined || sizeOf(item) < sizeOf(least) ? item : least, undefined);
