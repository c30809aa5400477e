import { WINDOW_MS, type AggregateWindow, type CityHub, type CityOverview, type EpochMs, type OverviewArea } from '@liandong/protocols';

/** What the page can be asked to show; each span has windows that make some tens of points. */
export const SPANS = { day: { ms: 86_400_000, window: '1h' }, week: { ms: 7 * 86_400_000, window: '1h' }, month: { ms: 31 * 86_400_000, window: '1d' } } as const satisfies Record<string, { ms: number; window: AggregateWindow }>;
export type Span = keyof typeof SPANS;
export const isSpan = (word: unknown): word is Span => typeof word === 'string' && Object.hasOwn(SPANS, word);

/** Less than this of what was expected is said loudly (share). */
export const LOW_COVERAGE = 0.8;
/** A hub publishes a minute after each quarter hour; later than this its numbers are late (ms). */
const LATE_MS = 25 * 60_000;
/** Clocks further apart than this are said (ms). */
const SKEW_MS = 5_000;

/** How late a hub's numbers are, by its own clock; undefined when they aren't. */
export function latenessMs({ watermark, skewMs = 0 }: CityHub, now: EpochMs): number | undefined {
  if (watermark === undefined) return undefined;
  const late = now + skewMs - watermark;
  return late > LATE_MS ? late : undefined;
}
export const skewOf = ({ skewMs = 0 }: CityHub): number | undefined => Math.abs(skewMs) > SKEW_MS ? skewMs : undefined;

/** Devices of an area; undefined when its hub was never heard: that it has none would be news. */
export const devicesOf = ({ online, devices }: OverviewArea, hub: CityHub | undefined): Pick<OverviewArea, 'online' | 'devices'> | undefined => hub?.state === 'never' ? undefined : { online, devices };

/** Hubs about which something has to be said: silent first, longest first. One that only asked to wait is asked again by itself. */
const ORDER = ['silent', 'never', 'failing', 'off', 'ok'] as const;
export const inTrouble = (hubs: readonly CityHub[]): CityHub[] => hubs.filter(({ state, isEnabled, problem }) => isEnabled && state !== 'ok' && !(state === 'failing' && problem?.code === 'busy'))
  .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (a.heardAt ?? 0) - (b.heardAt ?? 0));

/** Worst first where more is worse for every metric shown: highest mean on top, those without figures last, in the order of the answer. */
export const ranked = (areas: readonly OverviewArea[]): OverviewArea[] => [...areas].sort((a, b) => (b.figures?.mean ?? -Infinity) - (a.figures?.mean ?? -Infinity));

/** One scale for all bars: zero is on it. */
export function scaleOf(areas: readonly OverviewArea[]): { from: number; to: number; at(value: number): number } {
  const values = areas.flatMap(({ figures }) => figures === undefined ? [] : [figures.min, figures.max]);
  const [from, to] = [Math.min(0, ...values), Math.max(0, ...values)];
  const width = to - from || 1;
  return { from, to, at: (value) => (value - from) / width * 100 };
}

/** A line through the means of an area, in a box of 100 × 24; gaps stay gaps. */
export function sparkPath({ series }: OverviewArea, { from, to, window }: Pick<CityOverview, 'from' | 'to' | 'window'>): string {
  const means = series.map(([, mean]) => mean);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const x = (start: EpochMs): number => (start - from) / (to - from) * 100;
  const y = (mean: number): number => high === low ? 12 : 22 - (mean - low) / (high - low) * 20;
  return series.map(([start, mean], index) => {
    const isNext = index > 0 && start - (series[index - 1]?.[0] ?? 0) <= WINDOW_MS[window];
    // A lone window is a short stroke: a point alone would not be drawn.
    return `${isNext ? 'L' : 'M'}${x(start).toFixed(2)} ${y(mean).toFixed(2)}${isNext ? '' : 'h0.6'}`;
  }).join('');
}
