import { METRICS, type Label, type Rule } from '@liandong/protocols';

/** What fills the placeholders of a rule's message. */
export interface MessageFacts { device: string; value?: number | undefined; limit?: number | undefined }

/** The rule's words with `{device}`, `{value}` and `{limit}` filled in, both languages; figures carry the metric's unit. */
export function fillMessage(rule: Rule, { device, value, limit }: MessageFacts): Label {
  const words = new Map([['device', device], ['value', formatValue(rule, value)], ['limit', formatLimit(rule, limit)]]);
  const fill = (text: string): string => text.replace(/\{(device|value|limit)\}/g, (_, name: string) => words.get(name) ?? '');
  return { zh: fill(rule.message.zh), en: fill(rule.message.en) };
}

function formatValue(rule: Rule, value: number | undefined): string {
  if (value === undefined) return '';
  return 'metric' in rule ? withUnit(rule, value.toFixed(METRICS[rule.metric].decimals)) : String(value);
}

/** A limit is shown as it was written: 37.5 stays 37.5 where values are shown without decimals. */
function formatLimit(rule: Rule, limit: number | undefined): string {
  if (limit === undefined) return '';
  return 'metric' in rule ? withUnit(rule, String(limit)) : String(limit);
}

function withUnit(rule: Extract<Rule, { metric: unknown }>, figure: string): string {
  const { display } = METRICS[rule.metric];
  return display === '' ? figure : `${figure} ${display}`;
}
