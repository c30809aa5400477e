import { createNear } from './near.js';
import type { Point } from './geometry.js';

/** Something to be marked on the map, and how many alerts stand there. */
export interface Place<T> { readonly item: T; readonly at: Point; readonly alerts: number }
/** `more`: alerts that share the mark beside the one it is of. */
export interface Mark<T> { readonly item: T; readonly at: Point; more: number }

const MARK_LIMIT = 60;
/** Places nearer to each other than this share a mark (px): the first gap with which each mark has so much of the map to itself (px²). In a flood names and numbers need room between the marks. */
const GAPS = [30, 42, 58] as const;
const ROOM = 110 * 110;

/** Marks of places, which come in their order: that of the first is the one they share. `area`: of the map (px²). */
export function shareMarks<T>(places: readonly Place<T>[], area: number): Mark<T>[] {
  for (const gap of GAPS) {
    const marks = marksOf(places, gap, Math.min(MARK_LIMIT, area / ROOM));
    if (marks !== undefined) return marks;
  }
  return marksOf(places, GAPS[2], MARK_LIMIT, true) ?? [];
}

/** Undefined: they are more than `most`; or those are left out that nothing is near to. */
function marksOf<T>(places: readonly Place<T>[], gap: number, most: number, isCut = false): Mark<T>[] | undefined {
  const kept = createNear<Mark<T>>(gap);
  for (const { item, at, alerts } of places) {
    const known = kept.near(at);
    if (known !== undefined) known.more += alerts;
    else if (kept.all().length + 1 <= most) kept.add({ item, at, more: alerts - 1 });
    else if (!isCut) return undefined;
  }
  return [...kept.all()];
}
