import type { LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption, MarkLineComponentOption, TooltipComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import { computed, type Ref } from 'vue';
import { METRICS, type EpochMs, type MetricKey, type Severity } from '@liandong/protocols';
import { axisOf } from '../format/axis.js';
import { formatMinute, formatMoment } from '../format/time.js';
import { formatNumber } from '../format/values.js';
import type { MomentMark } from '../live/alert-moment.js';
import { labelsOf } from '../live/mark-labels.js';
import { extentOf, type SeriesPoint } from '../live/series.js';
import { useClockStore } from '../stores/clock.js';
import { usePreferencesStore } from '../stores/preferences.js';
import { readTokens } from '../styles/read-tokens.js';
import { useWords } from './use-words.js';

export interface MomentChart { readonly metric: MetricKey; readonly points: readonly SeriesPoint[]; readonly threshold: number | undefined; readonly severity: Severity; readonly marks: readonly MomentMark[]; readonly from: EpochMs; readonly to: EpochMs }
/** Around the curve (px); over it is one row of words or two. */
const [LEFT, RIGHT, TOP, ROW] = [56, 24, 40, 16];
type Option = ComposeOption<LineSeriesOption | GridComponentOption | TooltipComponentOption | MarkLineComponentOption>;

/** The curve around an alert: the limit as a dashed line in the alert's colour, what happened as upright lines with their words on top. `width`: of the whole chart (px), for the words to have room. */
export function useMomentOption(chart: Ref<MomentChart>, width: Readonly<Ref<number>>) {
  const [preferences, clock, { t, metricName }] = [usePreferencesStore(), useClockStore(), useWords()];
  const tokens = computed(() => ({ of: preferences.theme, ...readTokens() }));
  return computed((): Option => {
    const { metric, points, threshold, severity, marks, from, to } = chart.value;
    const [colours, { display, type }, extent] = [tokens.value, METRICS[metric], extentOf(points)];
    const [low, high] = [Math.min(extent?.min[1] ?? threshold ?? 0, threshold ?? Infinity), Math.max(extent?.max[1] ?? threshold ?? 1, threshold ?? -Infinity)];
    const scale = type === 'boolean' ? { min: 0, max: 1, interval: 1 } : axisOf(metric, low, high);
    const label = { color: colours['text-2'], fontFamily: colours.font, fontSize: 12 };
    const axis = { axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours['text-3'], fontFamily: colours.font }, splitLine: { lineStyle: { color: colours['line-soft'] } } };
    const shares = marks.map(({ at }) => (at - from) / (to - from));
    const isCrowdedAtEnd = shares.some((share) => share > 0.75) && !shares.some((share) => share < 0.25); // as of every alert that was just raised: its words stand there
    const limit = threshold === undefined ? [] : [{
      yAxis: threshold, lineStyle: { color: colours[severity], type: 'dashed' as const, width: 1.5 },
      label: { ...label, color: colours[severity], backgroundColor: colours.panel, padding: [1, 4], position: isCrowdedAtEnd ? 'insideStartTop' as const : 'insideEndTop' as const, // its ground keeps the upright lines out of the words
      formatter: `${t('alert.threshold')} ${formatNumber(metric, threshold)} ${display}` },
    }];
    const room = width.value - LEFT - RIGHT;
    const labels = labelsOf(marks, { width: room, xOf: (at) => (at - from) / (to - from) * room, minuteOf: formatMinute, kindOf: (kind) => t(`moment.${kind}`) });
    const events = marks.map((mark, index) => {
      const told = marks[index - 1]?.at === mark.at ? undefined : labels.find(({ at }) => at === mark.at);
      const colour = mark.kind === 'cleared' ? colours.normal : mark.kind === 'acked' ? colours.accent : colours[severity];
      return { xAxis: mark.at, lineStyle: { color: colour, type: 'solid' as const, width: 1.5 }, label: told === undefined ? { show: false } : { ...label, position: 'end' as const, distance: 5 + told.row * ROW, align: told.isBefore ? 'right' as const : 'left' as const, formatter: told.text } };
    });
    return {
      animation: false, grid: { left: LEFT, right: RIGHT, top: TOP + (labels.some(({ row }) => row > 0) ? ROW : 0), bottom: 30 },
      tooltip: {
        trigger: 'axis', confine: true, backgroundColor: colours.raised, borderColor: colours.line, textStyle: { color: colours.text, fontFamily: colours.font },
        valueFormatter: (value) => `${formatNumber(metric, Number(value))} ${display}`, axisPointer: { lineStyle: { color: colours['text-3'] }, label: { formatter: ({ value }) => formatMoment(Number(value), clock.hubNow) } },
      },
      xAxis: { type: 'time', min: from, max: to, ...axis, splitLine: { show: false }, axisLabel: { ...axis.axisLabel, hideOverlap: true, formatter: (value: number) => formatMinute(value) } },
      yAxis: { type: 'value', ...axis, ...scale },
      series: [{
        type: 'line', name: metricName(metric), data: points.map((point) => [...point]), showSymbol: points.length < 3, symbolSize: 6, step: type === 'boolean' ? 'end' : false,
        lineStyle: { width: 1.8, color: colours.accent }, itemStyle: { color: colours.accent },
        markLine: { silent: true, symbol: 'none', data: [...limit, ...events] },
      }],
    };
  });
}
