import { isMetricKey, type MetricKey } from '@liandong/protocols';

/** What rules that name no metric rest on; an index is made of several, and fine particles are what it mostly comes from. */
const IMPLIED: Readonly<Record<string, MetricKey>> = { aqi: 'pm2_5', noise: 'noise' };
/** Are the rule's limits figures of its own metric? Those of an index are not. */
export const isLimitOfMetric = (rule: unknown): boolean => !(typeof rule === 'object' && rule !== null && 'type' in rule && rule.type === 'aqi');

/** The metric a rule watches: the first one named anywhere in it, for conditions may be nested, or the one it rests on. Undefined for rules of events and silence. */
export function metricOfRule(rule: unknown): MetricKey | undefined {
  if (Array.isArray(rule)) return firstOf(rule);
  if (typeof rule !== 'object' || rule === null) return undefined;
  // Any object may be asked for any member.
  const { metric, type } = rule as { metric?: unknown; type?: unknown };
  if (typeof type === 'string' && Object.hasOwn(IMPLIED, type)) return IMPLIED[type];
  return typeof metric === 'string' && isMetricKey(metric) ? metric : firstOf(Object.values(rule));
}

function firstOf(parts: readonly unknown[]): MetricKey | undefined {
  for (const part of parts) {
    const found = metricOfRule(part);
    if (found !== undefined) return found;
  }
  return undefined;
}
