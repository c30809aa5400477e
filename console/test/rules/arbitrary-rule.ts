import fc from 'fast-check';
import { COMMUNITY_PROFILES, DEVICE_KINDS, METRIC_KEYS, NOISE_CLASSES, SEVERITIES, type Rule, type RuleCondition, type RuleType } from '@liandong/protocols';

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((value) => value === 0 ? 0 : value); // -0 is 0 as text
const seconds = fc.integer({ min: 0, max: 86_400 });
const severity = fc.constantFrom(...SEVERITIES);
const metric = fc.constantFrom(...METRIC_KEYS);
const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/);
const words = fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.trim()).filter((text) => text !== '');
const side = fc.constantFrom('above' as const, 'below' as const);
const trend = fc.constantFrom('up' as const, 'down' as const);
const some = <T>(arb: fc.Arbitrary<T>) => fc.uniqueArray(arb, { minLength: 1, maxLength: 3 });
const bands = <T extends object>(figures: fc.Arbitrary<T>) => fc.array(fc.tuple(figures, severity).map(([own, grade]) => ({ ...own, severity: grade })), { minLength: 1, maxLength: 5 });

const leaf = fc.oneof(
  fc.record({ type: fc.constant('compare' as const), metric, direction: side, limit: number }), fc.record({ type: fc.constant('outside' as const), metric, low: number, high: number }),
  fc.record({ type: fc.constant('change' as const), metric, direction: trend, by: number, withinS: seconds }), fc.record({ type: fc.constant('state' as const), metric, equals: fc.boolean() }),
  fc.record({ type: fc.constant('event' as const), event: words, count: fc.integer({ min: 1, max: 100 }), withinS: seconds }),
);
const op = fc.constantFrom('all' as const, 'any' as const, 'not' as const);
const tree = (depth: number): fc.Arbitrary<RuleCondition> => depth === 0 ? leaf : fc.oneof(leaf, fc.record({ op, of: fc.array(tree(depth - 1), { minLength: 1, maxLength: 4 }) }));
/** `all` of a single leaf says what the leaf alone says, and is stored as that. */
const isPlain = (when: RuleCondition): boolean => !('op' in when && when.op === 'all' && when.of.length === 1 && when.of[0] !== undefined && !('op' in when.of[0]));

/** Members that say nothing (an empty scope, `manualClear: false`) are left out, as the editor leaves them out. */
const shared = fc.record({
  id, name: fc.record({ zh: words, en: words }), message: fc.record({ zh: words, en: words }), kinds: some(fc.constantFrom(...DEVICE_KINDS)), enabled: fc.boolean(), onDelayS: seconds, offDelayS: seconds,
  scope: fc.record({ areas: some(id), profiles: some(fc.constantFrom(...COMMUNITY_PROFILES)), devices: some(id) }, { requiredKeys: [] }).filter((scope) => Object.keys(scope).length > 0),
  schedule: fc.record({ hours: fc.tuple(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 24 })), weekdays: some(fc.integer({ min: 1, max: 7 })).map((days) => days.sort((a, b) => a - b)), holidays: fc.constantFrom('only' as const, 'except' as const) }, { requiredKeys: [] }).filter((schedule) => Object.keys(schedule).length > 0),
  family: id, manualClear: fc.constant(true), inhibitedBy: some(id), version: fc.integer({ min: 1, max: 99 }),
}, { requiredKeys: ['id', 'name', 'message', 'kinds', 'enabled', 'onDelayS', 'offDelayS'] });

const PARTS: Record<RuleType, fc.Arbitrary<object>> = {
  threshold: fc.record({ metric, direction: side, bands: bands(fc.record({ limit: number })), clearAt: number }), range: fc.record({ metric, bands: bands(fc.record({ low: number, high: number })), deadband: number }),
  state: fc.record({ metric, equals: fc.boolean(), severity }), change: fc.record({ metric, direction: trend, by: number, withinS: seconds, severity }),
  count: fc.record({ metric, direction: side, limit: number, count: fc.integer({ min: 1, max: 100 }), withinS: seconds, severity }),
  event: fc.record({ event: words, count: fc.integer({ min: 1, max: 1000 }), withinS: seconds, clearOn: fc.uniqueArray(words, { maxLength: 3 }), clearAfterS: seconds, severity }, { requiredKeys: ['event', 'count', 'withinS', 'clearOn', 'severity'] }),
  silence: fc.record({ intervals: number, severity }), combined: fc.record({ when: tree(3).filter(isPlain), severity }), aqi: fc.record({ bands: bands(fc.record({ limit: number })), clearAt: number }),
  noise: fc.record({ class: fc.constantFrom(...NOISE_CLASSES), bands: bands(fc.record({ over: number })), deadband: number }),
};
/** Any rule of a type that fits the schema, sensible or not. */
export const anyRule = (type: RuleType): fc.Arbitrary<Rule> => fc.tuple(shared, PARTS[type]).map(([head, part]) => ({ ...head, type, ...part }) as Rule); // each part has its type's members
