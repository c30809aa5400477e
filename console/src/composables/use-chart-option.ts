import type { LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption, MarkPointComponentOption, TooltipComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import { computed, type Ref } from 'vue';
import { METRICS, type MetricKey } from '@liandong/protocols';
import { axisOf } from '../format/axis.js';
import { formatMinute, formatMoment } from '../format/time.js';
import { formatNumber } from '../format/values.js';
import { extentOf, type SeriesPoint } from '../live/series.js';
import { useClockStore } from '../stores/clock.js';
import { usePreferencesStore } from '../stores/preferences.js';
import { readTokens } from '../styles/read-tokens.js';
import { useWords } from './use-words.js';

export type ChartOption = ComposeOption<LineSeriesOption | GridComponentOption | TooltipComponentOption | MarkPointComponentOption>;
const DAY_MS = 86_400_000;

/** One quiet line, its lowest and highest point named; colours from the tokens. */
export function useChartOption(metric: Ref<MetricKey>, points: Ref<readonly SeriesPoint[]>, rangeMs: Ref<number>) {
  const [preferences, clock] = [usePreferencesStore(), useClockStore()];
  const { metricName, t } = useWords();
  const tokens = computed(() => ({ of: preferences.theme, ...readTokens() }));

  return computed((): ChartOption => {
    const [colours, { display, type }] = [tokens.value, METRICS[metric.value]];
    const extent = extentOf(points.value);
    const scale = type === 'boolean' || extent === undefined ? { min: 0, max: 1, interval: 1 } : axisOf(metric.value, extent.min[1], extent.max[1]);
    const [from, to] = [clock.hubNow - rangeMs.value, clock.hubNow];
    const marks = extent === undefined || extent.min[1] === extent.max[1] || type === 'boolean' ? [] : [
      { name: 'max', coord: [...extent.max], value: `${t('device.max')} ${formatNumber(metric.value, extent.max[1])}`, label: { position: sideOf(extent.max[0], from, to) ?? 'top' as const } },
      { name: 'min', coord: [...extent.min], value: `${t('device.min')} ${formatNumber(metric.value, extent.min[1])}`, label: { position: sideOf(extent.min[0], from, to) ?? (isLow(extent.min[1], scale) ? 'top' as const : 'bottom' as const) } },
    ];
    const axis = { axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours['text-3'], fontFamily: colours.font }, splitLine: { lineStyle: { color: colours['line-soft'] } } };
    return {
      animation: false,
      grid: { left: 56, right: 24, top: 34, bottom: 30 },
      tooltip: {
        trigger: 'axis', confine: true, backgroundColor: colours.raised, borderColor: colours.line, textStyle: { color: colours.text, fontFamily: colours.font },
        valueFormatter: (value) => `${formatNumber(metric.value, Number(value))} ${display}`,
        axisPointer: { lineStyle: { color: colours['text-3'] }, label: { formatter: ({ value }) => formatMoment(Number(value), clock.hubNow) } },
      },
      xAxis: { type: 'time', min: from, max: to, ...axis, splitLine: { show: false }, axisLabel: { ...axis.axisLabel, hideOverlap: true, formatter: (value: number) => rangeMs.value > DAY_MS ? formatMoment(value, 0) : formatMinute(value) } },
      yAxis: { type: 'value', ...axis, ...scale },
      series: [{
        type: 'line', name: metricName(metric.value), data: points.value.map((point) => [...point]), showSymbol: points.value.length < 3, symbolSize: 6, step: type === 'boolean' ? 'end' : false,
        lineStyle: { width: 1.8, color: colours.accent }, itemStyle: { color: colours.accent }, connectNulls: false,
        markPoint: { symbol: 'circle', symbolSize: 7, silent: true, itemStyle: { color: colours.text }, label: { color: colours['text-2'], fontFamily: colours.font, distance: 8 }, data: marks },
      }],
    };
  });
}

/** A label at the edge of the chart stands beside its point, so that it covers neither the axis nor the frame. */
function sideOf(at: number, from: number, to: number): 'left' | 'right' | undefined {
  const share = (at - from) / (to - from);
  return share < 0.07 ? 'right' : share > 0.93 ? 'left' : undefined;
}

/** Too near to the lower end for a label below it. */
const isLow = (value: number, { min, max }: { min: number; max: number }): boolean => (value - min) / (max - min) < 0.1;
