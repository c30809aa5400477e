import { METRICS, type AlertCondition, type MetricKey, type RuleType } from '@liandong/protocols';
import { formatNumber } from '../format/values.js';
import { useWords } from './use-words.js';

/** Rules whose limits are values of their metric, to be drawn on its axis; those of others are changes, counts, times or an index. */
const VALUED: readonly RuleType[] = ['threshold', 'range', 'count', 'noise'];
export const isLimitOfMetric = (condition: AlertCondition | undefined): boolean => condition !== undefined && VALUED.includes(condition.type);

/** An alert's `value` and `threshold` in words, by what raised it: with their unit, and a change as a change. Where that is not known they are bare figures. */
export function useMeasureWords() {
  const { t } = useWords();
  const seconds = (s: number): string => s % 3600 === 0 ? t('ruleWords.h', { n: s / 3600 }) : s % 60 === 0 ? t('ruleWords.min', { n: s / 60 }) : t('ruleWords.s', { n: s });
  const figure = (metric: MetricKey, text: string): string => METRICS[metric].display === '' ? text : t('ruleWords.figure', { value: text, unit: METRICS[metric].display });

  function words(condition: AlertCondition | undefined, value: number, inFull: (metric: MetricKey) => string): string {
    const { type, metric, direction = 'up', withinS = 0 } = condition ?? {};
    if (type === 'change' && metric !== undefined) return t(`measure.${direction}`, { time: seconds(withinS), value: figure(metric, inFull(metric)) });
    if (type === 'aqi') return t('measure.index', { value });
    return metric === undefined || !isLimitOfMetric(condition) ? String(value) : figure(metric, inFull(metric));
  }
  return {
    valueText: (condition: AlertCondition | undefined, value: number): string =>
      condition?.type === 'event' ? t('measure.times', { n: value }) : words(condition, value, (metric) => formatNumber(metric, value)),
    /** A limit is shown as it was written. */
    limitText(condition: AlertCondition | undefined, limit: number): string {
      const { type, withinS = 0, count = 0 } = condition ?? {};
      if (type === 'event') return t('measure.timesWithin', { n: limit, time: seconds(withinS) });
      if (type === 'silence') return t('measure.silent', { time: seconds(limit) });
      const text = words(condition, limit, () => String(limit));
      return type === 'count' ? t('measure.often', { limit: text, n: count, time: seconds(withinS) }) : text;
    },
  };
}
