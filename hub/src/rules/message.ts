import { METRICS, type Label, type MetricKey, type Rule } from '@liandong/protocols';

/** What fills the placeholders of a rule's message. `what`: the primary pollutant, or day or night. */
export interface MessageFacts { device: string; value?: number | undefined; limit?: number | undefined; what?: Label | undefined }

/** The rule's words with `{device}`, `{value}`, `{limit}` and `{what}` filled in, both languages; figures carry the metric's unit. */
export function fillMessage(rule: Rule, { device, value, limit, what }: MessageFacts): Label {
  const words = new Map([['device', device], ['value', formatValue(rule, value)], ['limit', formatLimit(rule, limit)]]);
  const fill = (text: string, subject: string): string => text.replace(/\{(device|value|limit|what)\}/g, (_, name: string) => name === 'what' ? subject : words.get(name) ?? '');
  return { zh: fill(rule.message.zh, what?.zh ?? ''), en: fill(rule.message.en, what?.en ?? '') };
}

/** The metric a rule's figures are of; undefined for counts, indices and seconds. */
const measured = (rule: Rule): MetricKey | undefined => 'metric' in rule ? rule.metric : rule.type === 'noise' ? 'noise' : undefined;

function formatValue(rule: Rule, value: number | undefined): string {
  if (value === undefined) return '';
  const metric = measured(rule);
  return metric === undefined ? String(value) : withUnit(metric, value.toFixed(METRICS[metric].decimals));
}

/** A limit is shown as it was written: 37.5 stays 37.5 where values are shown without decimals. */
function formatLimit(rule: Rule, limit: number | undefined): string {
  if (limit === undefined) return '';
  const metric = measured(rule);
  return metric === undefined ? String(limit) : withUnit(metric, String(limit));
}

function withUnit(metric: MetricKey, figure: string): string {
  const { display } = METRICS[metric];
  return display === '' ? figure : `${figure} ${display}`;
}
