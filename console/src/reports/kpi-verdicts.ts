import type { AlertKpi, Severity } from '@liandong/protocols';

/** On target, near it (or between target and the most that is borne), off it; `none`: nothing to judge by. */
export type Verdict = 'good' | 'near' | 'bad' | 'none';
/** A figure after ISA-18.2 beside its target. `target` and `verdict` are absent where the standard names none. */
export interface KpiFigure { key: 'mean' | 'max' | 'flood' | 'stale' | 'chattering' | 'ackMedian' | 'ackP95' | 'clearMedian' | 'clearP95'; value: number | undefined; unit: 'count' | 'share' | 'seconds'; verdict: Verdict }

/** Targets of ISA-18.2 (clause 16) as the domain page has them. */
export const KPI_TARGETS = { per10Min: 1, most10Min: 2, flood10Min: 10, floodShare: 0.01, stale: 5, chattering: 0 } as const;
/** What the standard's three priorities are here, and their shares. */
export const PRIORITIES = [{ key: 'low', severities: ['minor', 'warning', 'info'], share: 0.8 }, { key: 'medium', severities: ['major'], share: 0.15 }, { key: 'high', severities: ['critical'], share: 0.05 }] as const satisfies readonly { key: string; severities: readonly Severity[]; share: number }[];
export type PriorityKey = (typeof PRIORITIES)[number]['key'];

const upTo = (value: number, target: number, most: number): Verdict => value <= target ? 'good' : value <= most ? 'near' : 'bad';
const under = (value: number, target: number): Verdict => value < target ? 'good' : 'bad';

export function kpiFigures({ per10Min, floodShare, stale, chattering, toAcknowledge, toClear }: AlertKpi): KpiFigure[] {
  return [
    { key: 'mean', value: per10Min.mean, unit: 'count', verdict: upTo(per10Min.mean, KPI_TARGETS.per10Min, KPI_TARGETS.most10Min) },
    { key: 'max', value: per10Min.max, unit: 'count', verdict: upTo(per10Min.max, KPI_TARGETS.flood10Min, KPI_TARGETS.flood10Min) },
    { key: 'flood', value: floodShare, unit: 'share', verdict: under(floodShare, KPI_TARGETS.floodShare) },
    { key: 'stale', value: stale, unit: 'count', verdict: under(stale, KPI_TARGETS.stale) },
    { key: 'chattering', value: chattering, unit: 'count', verdict: upTo(chattering, KPI_TARGETS.chattering, KPI_TARGETS.chattering) },
    { key: 'ackMedian', value: toAcknowledge.p50, unit: 'seconds', verdict: 'none' }, { key: 'ackP95', value: toAcknowledge.p95, unit: 'seconds', verdict: 'none' },
    { key: 'clearMedian', value: toClear.p50, unit: 'seconds', verdict: 'none' }, { key: 'clearP95', value: toClear.p95, unit: 'seconds', verdict: 'none' },
  ];
}

/** How far a share may lie from the standard's before it is said (own choice: ten points, and twenty). */
export const NEAR_BY = 0.1;
const FAR_BY = 0.2;
/** `side`: where it lies, in the words that stand beside it: near within ten points, as its verdict is good then; else on which side. */
export interface PriorityShare { key: PriorityKey; share: number; target: number; verdict: Verdict; side: 'near' | 'above' | 'below' | 'none' }
/** Of fewer alerts than this a share says nothing: one more or less moves it by five points and over (own choice). */
export const FEWEST_TO_JUDGE = 20;
/** Shares of the three priorities beside 80/15/5; of a handful of alerts there is nothing to judge. */
export function prioritySpread({ bySeverity, raised }: AlertKpi): PriorityShare[] {
  return PRIORITIES.map(({ key, severities, share: target }) => {
    const count = bySeverity.reduce((sum, entry) => sum + (severities.some((severity) => severity === entry.severity) ? entry.count : 0), 0);
    const share = raised === 0 ? 0 : count / raised;
    if (raised < FEWEST_TO_JUDGE) return { key, share, target, verdict: 'none', side: 'none' };
    const off = Math.round(Math.abs(share - target) * 1e9) / 1e9; // from 0.7 to 0.8 it is a little more than 0.1
    return { key, share, target, verdict: off <= NEAR_BY ? 'good' : off <= FAR_BY ? 'near' : 'bad', side: off <= NEAR_BY ? 'near' : share > target ? 'above' : 'below' };
  });
}

/** The worst of them, in whose shape the whole is summed up. */
export const worstVerdict = (verdicts: readonly Verdict[]): Verdict => (['bad', 'near', 'good'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'none';
