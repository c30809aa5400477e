import { METRICS, leavesOf, type Label, type MetricKey, type MetricValue, type RuleCondition, type RuleLeaf } from '@liandong/protocols';
import { push } from '../push.js';
import { holds, type ValueLeaf } from './leaves.js';
import { truthOf } from './truth.js';

/** More cases than this are not tried: such a combination is let through. */
const MOST_CASES = 10_000;

const isOfValue = (leaf: RuleLeaf): leaf is ValueLeaf => leaf.type === 'compare' || leaf.type === 'outside' || leaf.type === 'state';

/** Tries a combination with everything that devices can report of its metrics. What depends on more than a value (changes, events) may be either. */
export function combinationFault(when: RuleCondition): Label | undefined {
  const truths = new Map<RuleLeaf, boolean>();
  const truth = truthOf(when, (leaf) => () => truths.get(leaf));
  const metrics = casesOf(leavesOf(when).filter(isOfValue));
  if (metrics.reduce((product, cases) => product * cases.length, 1) > MOST_CASES) return undefined;
  const found = new Set<boolean | undefined>();
  const tryAll = (index: number): void => {
    const cases = metrics[index];
    if (cases === undefined) found.add(truth());
    else for (const known of cases) {
      for (const [leaf, isTrue] of known) truths.set(leaf, isTrue);
      tryAll(index + 1);
    }
  };
  tryAll(0);
  const [only] = found;
  if (found.size > 1 || only === undefined) return undefined;
  return only ? { zh: '条件组合无论上报什么数值都成立，告警永远不会结束。', en: 'when is true whatever values are reported: its alerts would never end.' }
    : { zh: '条件组合无论上报什么数值都不成立，永远不会告警。', en: 'when is false whatever values are reported: there would never be an alert.' };
}

type Case = ReadonlyMap<ValueLeaf, boolean>;

/** Of each metric, the ways in which its leaves can be true and false together. */
function casesOf(leaves: readonly ValueLeaf[]): Case[][] {
  const byMetric = new Map<MetricKey, ValueLeaf[]>();
  for (const leaf of leaves) push(byMetric, leaf.metric, leaf);
  return [...byMetric].map(([metric, concerned]) => {
    const cases = new Map<string, Case>();
    for (const value of valuesOf(metric, concerned)) {
      const known = concerned.map((leaf) => [leaf, holds(leaf, value) === true] as const);
      cases.set(known.map(([, isTrue]) => Number(isTrue)).join(''), new Map(known));
    }
    return [...cases.values()];
  });
}

/** A value at each limit and one between every two: all others are to the leaves as one of these. */
function valuesOf(metric: MetricKey, leaves: readonly ValueLeaf[]): MetricValue[] {
  const { type, min, max } = METRICS[metric];
  if (type === 'boolean') return [false, true];
  const limits = [min, max, ...leaves.flatMap((leaf) => leaf.type === 'compare' ? [leaf.limit] : leaf.type === 'outside' ? [leaf.low, leaf.high] : [])].sort((a, b) => a - b);
  return limits.flatMap((limit, index) => [limit, (limit + (limits[index + 1] ?? limit)) / 2]);
}
