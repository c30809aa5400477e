import { isMetricKey, type MetricKey } from '@liandong/protocols';

/** The metric a rule watches: the first one named anywhere in it, for conditions may be nested. Undefined for rules of events and silence. */
export function metricOfRule(rule: unknown): MetricKey | undefined {
  if (Array.isArray(rule)) return firstOf(rule);
  if (typeof rule !== 'object' || rule === null) return undefined;
  // Any object may be asked for any member.
  const { metric } = rule as { metric?: unknown };
  return typeof metric === 'string' && isMetricKey(metric) ? metric : firstOf(Object.values(rule));
}

function firstOf(parts: readonly unknown[]): MetricKey | undefined {
  for (const part of parts) {
    const found = metricOfRule(part);
    if (found !== undefined) return found;
  }
  return undefined;
}
