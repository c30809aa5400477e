import { METRICS, NOISE_LIMITS, isGroup, type Label, type MetricKey, type Rule, type RuleCondition, type RuleLeaf, type RuleSchedule, type Severity } from '@liandong/protocols';

/** What the sentences are made with: a translator and the names of things. */
export interface WordSources {
  t: (key: string, values?: Record<string, string | number>) => string;
  ofLabel: (label: Label) => string;
  areaName: (id: string) => string;
  deviceName: (id: string) => string;
  /** Of a rule, or of a family. */
  ruleName: (id: string) => string;
  eventName: (event: string) => string;
}
export type RuleWords = ReturnType<typeof createRuleWords>;
export const FACETS = ['name', 'condition', 'clearing', 'delays', 'kinds', 'scope', 'schedule', 'family', 'inhibition', 'manualClear', 'message', 'enabled'] as const;
export type Facet = (typeof FACETS)[number];

/** Says what a rule does, whom it concerns and when, in sentences of the language in use. */
export function createRuleWords({ t, ofLabel, areaName, deviceName, ruleName, eventName }: WordSources) {
  const severity = (key: Severity) => t(`severity.${key}`);
  const list = (parts: readonly string[]) => parts.join(t('ruleWords.comma'));
  const metricName = (metric: MetricKey) => ofLabel(METRICS[metric].label);
  const figure = (metric: MetricKey, value: number) => METRICS[metric].display === '' ? String(value) : t('ruleWords.figure', { value, unit: METRICS[metric].display });
  const sign = (direction: 'above' | 'below') => direction === 'above' ? '≥' : '<';

  /** `10 分钟`, `1 小时 30 分钟`; whole units only. */
  function seconds(total: number): string {
    const [h, min, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
    const parts = ([['h', h], ['min', min], ['s', s]] as const).filter(([, n]) => n > 0).map(([unit, n]) => t(`ruleWords.${unit}`, { n }));
    return parts.length === 0 ? t('ruleWords.s', { n: 0 }) : parts.join(' ');
  }

  function condition(rule: Rule): string {
    switch (rule.type) {
      case 'threshold': return t('ruleWords.threshold', { metric: metricName(rule.metric), bands: list(rule.bands.map((band) => t('ruleWords.band', { limit: `${sign(rule.direction)} ${figure(rule.metric, band.limit)}`, severity: severity(band.severity) }))) });
      case 'range': return t('ruleWords.range', { metric: metricName(rule.metric), bands: list(rule.bands.map((band) => t('ruleWords.rangeBand', { low: figure(rule.metric, band.low), high: figure(rule.metric, band.high), severity: severity(band.severity) }))) });
      case 'silence': return t('ruleWords.silence', { n: rule.intervals, severity: severity(rule.severity) });
      case 'combined': return t('ruleWords.combined', { when: tree(rule.when, true), severity: severity(rule.severity) });
      case 'aqi': return t('ruleWords.threshold', { metric: t('ruleWords.aqi'), bands: list(rule.bands.map((band) => t('ruleWords.band', { limit: `≥ ${band.limit}`, severity: severity(band.severity) }))) });
      case 'noise': return t('ruleWords.noise', { class: rule.class, ...NOISE_LIMITS[rule.class], bands: list(rule.bands.map((band) => band.over === 0 ? t('ruleWords.overLimit', { severity: severity(band.severity) }) : t('ruleWords.over', { over: band.over, severity: severity(band.severity) }))) });
      case 'state': case 'change': case 'count': case 'event': return t('ruleWords.single', { what: leaf(rule), severity: severity(rule.severity) });
    }
  }

  /** When it is over again; conditions of a single limit end where they began, and that is not said. */
  function clearing(rule: Rule): string | undefined {
    switch (rule.type) {
      case 'threshold': return t(rule.direction === 'above' ? 'ruleWords.clearBelow' : 'ruleWords.clearAbove', { limit: figure(rule.metric, rule.clearAt) });
      case 'aqi': return t('ruleWords.clearBelow', { limit: rule.clearAt });
      case 'range': { const [first] = rule.bands; return first === undefined ? undefined : t('ruleWords.clearWithin', { low: first.low + rule.deadband, high: figure(rule.metric, first.high - rule.deadband) }); }
      case 'noise': return t('ruleWords.clearNoise', { deadband: rule.deadband });
      case 'event': {
        const ends = [...(rule.clearOn.length === 0 ? [] : [t('ruleWords.clearOn', { events: rule.clearOn.map(eventName).join(t('ruleWords.or')) })]), ...(rule.clearAfterS === undefined ? [] : [t('ruleWords.clearAfter', { time: seconds(rule.clearAfterS) })])];
        return ends.length === 0 ? t('ruleWords.neverClears') : ends.join(t('ruleWords.comma'));
      }
      case 'state': case 'change': case 'count': case 'silence': case 'combined': return undefined;
    }
  }

  function leaf(part: RuleLeaf | Extract<Rule, { type: 'state' | 'change' | 'count' | 'event' }>): string {
    switch (part.type) {
      case 'compare': return `${metricName(part.metric)} ${sign(part.direction)} ${figure(part.metric, part.limit)}`;
      case 'outside': return t('ruleWords.outside', { metric: metricName(part.metric), low: figure(part.metric, part.low), high: figure(part.metric, part.high) });
      case 'state': return t(part.equals ? 'ruleWords.isTrue' : 'ruleWords.isFalse', { metric: metricName(part.metric) });
      case 'change': return t(part.direction === 'up' ? 'ruleWords.rises' : 'ruleWords.falls', { metric: metricName(part.metric), by: figure(part.metric, part.by), time: seconds(part.withinS) });
      case 'count': return t('ruleWords.count', { time: seconds(part.withinS), n: part.count, what: `${metricName(part.metric)} ${sign(part.direction)} ${figure(part.metric, part.limit)}` });
      case 'event': return part.count === 1 ? t('ruleWords.event', { event: eventName(part.event) }) : t('ruleWords.events', { event: eventName(part.event), n: part.count, time: seconds(part.withinS) });
    }
  }
  function tree(node: RuleCondition, isOutermost = false): string {
    if (!isGroup(node)) return leaf(node);
    const parts = node.of.map((part) => tree(part));
    if (node.op === 'not') return t('ruleWords.none', { parts: parts.join(t('ruleWords.or')) });
    const text = parts.join(t(node.op === 'all' ? 'ruleWords.and' : 'ruleWords.or'));
    return isOutermost || parts.length === 1 ? text : t('ruleWords.brackets', { text });
  }

  function delays({ onDelayS, offDelayS }: Rule): string | undefined {
    const parts = [...(onDelayS === 0 ? [] : [t('ruleWords.onDelay', { time: seconds(onDelayS) })]), ...(offDelayS === 0 ? [] : [t('ruleWords.offDelay', { time: seconds(offDelayS) })])];
    return parts.length === 0 ? undefined : list(parts);
  }
  const kinds = ({ kinds: of }: Rule) => of.map((kind) => t(`kind.${kind}`)).join(t('ruleWords.pause'));
  function scope({ scope: { areas, profiles, devices } = {} }: Rule): string | undefined {
    const parts = [
      ...(areas === undefined ? [] : [shortened(areas.map(areaName))]), ...(profiles === undefined ? [] : [profiles.map((profile) => t(`profile.${profile}`)).join(t('ruleWords.pause'))]),
      ...(devices === undefined ? [] : [shortened(devices.map(deviceName))]),
    ];
    return parts.length === 0 ? undefined : parts.join(' · ');
  }
  const shortened = (names: readonly string[]) => names.length <= 3 ? names.join(t('ruleWords.pause')) : t('ruleWords.andMore', { names: names.slice(0, 2).join(t('ruleWords.pause')), n: names.length });

  function schedule({ schedule: given }: Rule): string | undefined {
    if (given === undefined) return undefined;
    const { hours, weekdays, holidays } = given;
    const two = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
    return [weekdays === undefined ? undefined : days(weekdays), hours === undefined ? undefined : `${two(hours[0])}–${hours[0] > hours[1] ? t('ruleWords.nextDay') : ''}${two(hours[1])}`, holidays === undefined ? undefined : t(`ruleWords.holidays.${holidays}`)].filter(Boolean).join(' ');
  }
  function days(weekdays: NonNullable<RuleSchedule['weekdays']>): string {
    const sorted = [...weekdays].sort((a, b) => a - b).join('');
    return sorted === '12345' ? t('ruleWords.workdays') : sorted === '67' ? t('ruleWords.weekend') : sorted.split('').map((day) => t(`weekday.${day}`)).join(t('ruleWords.pause'));
  }

  /** What it does, in one sentence: `满溢度 ≥ 80 % 提示，≥ 95 % 重要；低于 70 % 恢复`. */
  const sentence = (rule: Rule): string => [condition(rule), clearing(rule), delays(rule)].filter((part) => part !== undefined).join(t('ruleWords.semicolon'));
  const both = ({ zh, en }: Label) => [zh, en].filter(Boolean).join(' / ');
  /** Each side of a rule in words, for comparing two versions of it. */
  const facets = (rule: Rule): Record<Facet, string> => ({
    name: both(rule.name), condition: condition(rule), clearing: clearing(rule) ?? t('ruleWords.clearsAsRaised'), delays: delays(rule) ?? t('ruleWords.noDelay'), kinds: kinds(rule), scope: scope(rule) ?? t('ruleWords.everywhere'),
    schedule: schedule(rule) ?? t('ruleWords.always'), family: rule.family === undefined ? t('ruleWords.noFamily') : ruleName(rule.family), inhibition: rule.inhibitedBy === undefined || rule.inhibitedBy.length === 0 ? t('ruleWords.noInhibition') : rule.inhibitedBy.map(ruleName).join(t('ruleWords.pause')),
    manualClear: t(rule.manualClear === true ? 'ruleWords.manualClear' : 'ruleWords.noManualClear'), message: both(rule.message), enabled: t(rule.enabled ? 'ruleWords.enabled' : 'ruleWords.disabled'),
  });
  /** What is different in the second one; facets that say the same are left out. */
  function differences(before: Rule, after: Rule): { facet: Facet; before: string; after: string }[] {
    const [old, now] = [facets(before), facets(after)];
    return FACETS.filter((facet) => old[facet] !== now[facet]).map((facet) => ({ facet, before: old[facet], after: now[facet] }));
  }
  return { sentence, condition, clearing, delays, kinds, scope, schedule, seconds, differences };
}
