import type { Alert, AlertTimelineEntry, EpochMs } from '@liandong/protocols';

const AROUND_MS = 30 * 60_000;
/** Nobody reads a curve of days in a chart of a moment (ms). */
const LONGEST_MS = 24 * 3_600_000;

/** From half an hour before it was raised to now, or to half an hour after it cleared; of a long one the last day. */
export function momentOf(alert: Alert, now: EpochMs): { from: EpochMs; to: EpochMs } {
  const to = Math.min(now, alert.clearedAt === undefined ? now : alert.clearedAt + AROUND_MS);
  return { from: Math.max(alert.raisedAt - AROUND_MS, to - LONGEST_MS), to };
}

export type MarkKind = 'raised' | 'regraded' | 'acked' | 'escalated' | 'cleared';
export interface MomentMark { readonly at: EpochMs; readonly kind: MarkKind }
const MARKED: readonly string[] = ['raised', 'regraded', 'acked', 'escalated', 'cleared'];

/** What to mark on the chart, each at its own time: from the timeline, or what the alert itself knows until that is read. */
export function marksOf(alert: Alert, timeline: readonly AlertTimelineEntry[], { from, to }: { from: EpochMs; to: EpochMs }): MomentMark[] {
  const found = timeline.length > 0 ? timeline.flatMap(({ at, change }) => MARKED.includes(change) ? [{ at, kind: change as MarkKind }] : []) // as MARKED says
    : [{ at: alert.raisedAt, kind: 'raised' as const }, ...(alert.ackedAt === undefined ? [] : [{ at: alert.ackedAt, kind: 'acked' as const }]), ...(alert.clearedAt === undefined ? [] : [{ at: alert.clearedAt, kind: 'cleared' as const }])];
  return found.filter((mark) => mark.at >= from && mark.at <= to).sort((a, b) => a.at - b.at);
}
