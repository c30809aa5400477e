import type { CommunityProfile, DeviceKind, MetricKey, NoiseClass, Rule, RuleSchedule, RuleScope, RuleType, Severity } from '@liandong/protocols';
import { formOfCondition, toCondition, type GroupForm } from './condition-form.js';

/** A figure as it was typed; it may be none yet. */
export type Figure = string;
/** A band of any type: `limit` of thresholds and AQI, dB over the limit of noise; `low` and `high` of ranges. */
export interface BandForm { severity: Severity; limit: Figure; low: Figure; high: Figure }

/** Everything the editor can hold, of all types at once, so that switching the type loses nothing. */
export interface RuleForm {
  id: string; nameZh: string; nameEn: string; messageZh: string; messageEn: string; kinds: DeviceKind[]; enabled: boolean; family: string; version: number | undefined;
  areas: string[]; profiles: CommunityProfile[]; devices: string[]; inhibitedBy: string[]; manualClear: boolean; local: boolean;
  hasHours: boolean; fromHour: number; toHour: number; weekdays: number[]; holidays: '' | 'only' | 'except';
  onDelayS: Figure; offDelayS: Figure;
  type: RuleType; metric: MetricKey; direction: 'above' | 'below'; trend: 'up' | 'down'; bands: BandForm[]; clearAt: Figure; deadband: Figure; equals: boolean; severity: Severity;
  by: Figure; withinS: Figure; limit: Figure; count: Figure; event: string; clearOn: string[]; clearAfterS: Figure; intervals: Figure; noiseClass: NoiseClass; when: GroupForm;
}

export const emptyBand = (severity: Severity = 'minor'): BandForm => ({ severity, limit: '', low: '', high: '' });

export const emptyForm = (): RuleForm => ({
  id: '', nameZh: '', nameEn: '', messageZh: '', messageEn: '', kinds: ['waste_bin'], enabled: true, family: '', version: undefined,
  areas: [], profiles: [], devices: [], inhibitedBy: [], manualClear: false, local: false, hasHours: false, fromHour: 6, toHour: 22, weekdays: [], holidays: '', onDelayS: '0', offDelayS: '0',
  type: 'threshold', metric: 'fill_level', direction: 'above', trend: 'up', bands: [emptyBand()], clearAt: '', deadband: '', equals: true, severity: 'minor',
  by: '', withinS: '600', limit: '', count: '3', event: 'denied', clearOn: [], clearAfterS: '', intervals: '3', noiseClass: '2', when: formOfCondition({ op: 'all', of: [] }),
});

/** A stored rule as the editor shows it. */
export function formOfRule(rule: Rule): RuleForm {
  const { scope = {}, schedule = {} } = rule;
  return {
    ...emptyForm(), id: rule.id, nameZh: rule.name.zh, nameEn: rule.name.en, messageZh: rule.message.zh, messageEn: rule.message.en, kinds: [...rule.kinds], enabled: rule.enabled, family: rule.family ?? '',
    version: rule.version, areas: [...scope.areas ?? []], profiles: [...scope.profiles ?? []], devices: [...scope.devices ?? []], inhibitedBy: [...rule.inhibitedBy ?? []], manualClear: rule.manualClear === true, local: rule.local === true,
    hasHours: schedule.hours !== undefined, ...(schedule.hours === undefined ? {} : { fromHour: schedule.hours[0], toHour: schedule.hours[1] }), weekdays: [...schedule.weekdays ?? []], holidays: schedule.holidays ?? '',
    onDelayS: String(rule.onDelayS), offDelayS: String(rule.offDelayS), type: rule.type, ...partOf(rule),
  };
}

function partOf(rule: Rule): Partial<RuleForm> {
  switch (rule.type) {
    case 'threshold': return { metric: rule.metric, direction: rule.direction, bands: rule.bands.map(({ limit, severity }) => ({ ...emptyBand(severity), limit: String(limit) })), clearAt: String(rule.clearAt) };
    case 'range': return { metric: rule.metric, bands: rule.bands.map(({ low, high, severity }) => ({ ...emptyBand(severity), low: String(low), high: String(high) })), deadband: String(rule.deadband) };
    case 'state': return { metric: rule.metric, equals: rule.equals, severity: rule.severity };
    case 'change': return { metric: rule.metric, trend: rule.direction, by: String(rule.by), withinS: String(rule.withinS), severity: rule.severity };
    case 'count': return { metric: rule.metric, direction: rule.direction, limit: String(rule.limit), count: String(rule.count), withinS: String(rule.withinS), severity: rule.severity };
    case 'event': return { event: rule.event, count: String(rule.count), withinS: String(rule.withinS), clearOn: [...rule.clearOn], clearAfterS: rule.clearAfterS === undefined ? '' : String(rule.clearAfterS), severity: rule.severity };
    case 'silence': return { intervals: String(rule.intervals), severity: rule.severity };
    case 'combined': return { when: formOfCondition('op' in rule.when ? rule.when : { op: 'all', of: [rule.when] }), severity: rule.severity };
    case 'aqi': return { bands: rule.bands.map(({ limit, severity }) => ({ ...emptyBand(severity), limit: String(limit) })), clearAt: String(rule.clearAt) };
    case 'noise': return { noiseClass: rule.class, bands: rule.bands.map(({ over, severity }) => ({ ...emptyBand(severity), limit: String(over) })), deadband: String(rule.deadband) };
  }
}

/** The rule that the form describes. What was typed and is no figure is NaN here; `faultsOf` has said so before. Members that say nothing are left out. */
export function toRule(form: RuleForm): Rule {
  const [scope, schedule] = [scopeOf(form), scheduleOf(form)];
  const shared = {
    id: form.id.trim(), name: { zh: form.nameZh.trim(), en: form.nameEn.trim() }, message: { zh: form.messageZh.trim(), en: form.messageEn.trim() }, kinds: [...form.kinds], enabled: form.enabled,
    onDelayS: figureOf(form.onDelayS), offDelayS: figureOf(form.offDelayS),
    ...(scope === undefined ? {} : { scope }), ...(schedule === undefined ? {} : { schedule }), ...(form.family.trim() === '' ? {} : { family: form.family.trim() }),
    ...(form.manualClear ? { manualClear: true } : {}), ...(form.local ? { local: true } : {}), ...(form.inhibitedBy.length === 0 ? {} : { inhibitedBy: [...form.inhibitedBy] }), ...(form.version === undefined ? {} : { version: form.version }),
  };
  const { metric, severity } = form;
  const limits = () => form.bands.map((band) => ({ limit: figureOf(band.limit), severity: band.severity }));
  switch (form.type) {
    case 'threshold': return { ...shared, type: 'threshold', metric, direction: form.direction, bands: limits(), clearAt: figureOf(form.clearAt) };
    case 'range': return { ...shared, type: 'range', metric, bands: form.bands.map((band) => ({ low: figureOf(band.low), high: figureOf(band.high), severity: band.severity })), deadband: figureOf(form.deadband) };
    case 'state': return { ...shared, type: 'state', metric, equals: form.equals, severity };
    case 'change': return { ...shared, type: 'change', metric, direction: form.trend, by: figureOf(form.by), withinS: figureOf(form.withinS), severity };
    case 'count': return { ...shared, type: 'count', metric, direction: form.direction, limit: figureOf(form.limit), count: figureOf(form.count), withinS: figureOf(form.withinS), severity };
    case 'event': return { ...shared, type: 'event', event: form.event.trim(), count: figureOf(form.count), withinS: figureOf(form.withinS), clearOn: [...form.clearOn], ...(form.clearAfterS.trim() === '' ? {} : { clearAfterS: figureOf(form.clearAfterS) }), severity };
    case 'silence': return { ...shared, type: 'silence', intervals: figureOf(form.intervals), severity };
    case 'combined': return { ...shared, type: 'combined', when: toCondition(form.when), severity };
    case 'aqi': return { ...shared, type: 'aqi', bands: limits(), clearAt: figureOf(form.clearAt) };
    case 'noise': return { ...shared, type: 'noise', class: form.noiseClass, bands: form.bands.map((band) => ({ over: figureOf(band.limit), severity: band.severity })), deadband: figureOf(form.deadband) };
  }
}

/** A typed figure: full-width digits and decimal commas of Chinese keyboards too. NaN for what is none, the empty text included. */
export function figureOf(text: Figure): number {
  const plain = text.normalize('NFKC').replace('−', '-').trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

function scopeOf({ areas, profiles, devices }: RuleForm): RuleScope | undefined {
  if (areas.length + profiles.length + devices.length === 0) return undefined;
  return { ...(areas.length === 0 ? {} : { areas: [...areas] }), ...(profiles.length === 0 ? {} : { profiles: [...profiles] }), ...(devices.length === 0 ? {} : { devices: [...devices] }) };
}

function scheduleOf({ hasHours, fromHour, toHour, weekdays, holidays }: RuleForm): RuleSchedule | undefined {
  if (!hasHours && weekdays.length === 0 && holidays === '') return undefined;
  return { ...(hasHours ? { hours: [fromHour, toHour] } : {}), ...(weekdays.length === 0 ? {} : { weekdays: [...weekdays].sort((a, b) => a - b) }), ...(holidays === '' ? {} : { holidays }) };
}
