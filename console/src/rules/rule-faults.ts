import { CONDITION_LIMITS, ID_PATTERN, METRICS, isBlank, placeholdersOf, severityRank, strangePlaceholder, type MetricKey } from '@liandong/protocols';
import { leavesOfForm, type LeafForm, type NodeForm } from './condition-form.js';
import { eventsFor, metricsFor } from './rule-choices.js';
import { figureOf, type BandForm, type Figure, type RuleForm } from './rule-form.js';

/** What is wrong with a form: `field` says where it is shown, `key` is a message under `ruleFault`, `values` fill it; `part`: of words in both languages, those of this one alone. */
export interface FormFault { field: string; key: string; values?: Record<string, string | number>; part?: 'zh' | 'en' }

const MOST_SECONDS = 86_400;
const HIGHEST_AQI = 500;

/** Everything that the hub would refuse whatever it holds, said before it is asked. What refers to other things only the hub knows. */
export const faultsOf = (form: RuleForm): FormFault[] => [...identityFaults(form), ...scheduleFaults(form), ...delayFaults(form), ...kindFaults(form), ...typeFaults(form), ...gradeFaults(form)];

/** An id that another rule has. */
export const takenFaults = ({ id }: Pick<RuleForm, 'id'>, taken: readonly string[]): FormFault[] => taken.includes(id.trim()) ? [fault('id', 'idTaken', { id: id.trim() })] : [];

const fault = (field: string, key: string, values?: FormFault['values']): FormFault => ({ field, key, ...(values === undefined ? {} : { values }) });

function identityFaults({ id, nameZh, nameEn, messageZh, messageEn, kinds, family, type, count }: RuleForm): FormFault[] {
  const isId = (text: string): boolean => new RegExp(ID_PATTERN).test(text) && text.length <= 32;
  return [
    ...(isId(id.trim()) ? [] : [fault('id', id.trim() === '' ? 'idMissing' : 'idWrong')]), ...blankFaults('name', nameZh, nameEn),
    ...blankFaults('message', messageZh, messageEn), ...messageFaults(messageZh, messageEn, placeholdersOf(type, figureOf(count))), ...(kinds.length === 0 ? [fault('kinds', 'kindsMissing')] : []),
    ...(family.trim() === '' || isId(family.trim()) ? [] : [fault('family', 'idWrong')]),
  ];
}

/** Words that people of one language would find missing. */
function blankFaults(field: 'name' | 'message', zh: string, en: string): FormFault[] {
  const [noZh, noEn] = [isBlank(zh), isBlank(en)];
  return noZh || noEn ? [{ ...fault(field, `${field}${noZh && noEn ? '' : noZh ? 'Zh' : 'En'}Missing`), ...partOf(noZh, noEn) }] : [];
}

const partOf = (isWrongZh: boolean, isWrongEn: boolean): Pick<FormFault, 'part'> => isWrongZh === isWrongEn ? {} : { part: isWrongZh ? 'zh' : 'en' };

function messageFaults(messageZh: string, messageEn: string, known: readonly string[]): FormFault[] {
  const [zh, en] = [strangePlaceholder(messageZh, known), strangePlaceholder(messageEn, known)];
  const strange = zh ?? en;
  return strange === undefined ? [] : [{ ...fault('message', 'messageUnknown', { word: strange, known: known.map((word) => `{${word}}`).join(' ') }), ...partOf(zh !== undefined, en !== undefined) }];
}

function scheduleFaults({ hasHours, fromHour, toHour }: RuleForm): FormFault[] {
  if (!hasHours) return [];
  return fromHour === toHour || (fromHour === 24 && toHour === 0) ? [fault('schedule', 'hoursEmpty')] : fromHour === 24 ? [fault('schedule', 'hoursFrom24')] : [];
}

const delayFaults = ({ onDelayS, offDelayS }: RuleForm): FormFault[] => [...secondsFaults('onDelayS', onDelayS, 0), ...secondsFaults('offDelayS', offDelayS, 0)];

/** A metric or event that one of the kinds never reports. */
function kindFaults(form: RuleForm): FormFault[] {
  if (form.kinds.length === 0) return [];
  const leaves = form.type === 'combined' ? leavesOfForm(form.when) : [];
  const metrics = hasMetric(form) ? [form.metric] : leaves.flatMap((leaf) => leaf.type === 'event' ? [] : [leaf.metric]);
  const events = form.type === 'event' ? [form.event] : leaves.flatMap((leaf) => leaf.type === 'event' ? [leaf.event] : []);
  const isSensors = form.type === 'aqi' || form.type === 'noise';
  return [
    ...metrics.filter((metric) => !metricsFor(form.kinds).includes(metric)).map((metric) => fault('metric', 'metricStranger', { metric })),
    ...events.filter((event) => event.trim() !== '' && eventsFor(form.kinds, event).length === 0).map((event) => fault('metric', 'eventStranger', { event })),
    ...(isSensors && form.kinds.some((kind) => kind !== 'env_sensor') ? [fault('kinds', 'sensorsOnly')] : []),
  ];
}
export const hasMetric = ({ type }: Pick<RuleForm, 'type'>): boolean => ['threshold', 'range', 'state', 'change', 'count'].includes(type);

function typeFaults(form: RuleForm): FormFault[] {
  switch (form.type) {
    case 'threshold': return [...bandFaults(form.bands, form.direction, (value) => withinMetric(form.metric, value)), ...form.bands.flatMap(({ limit }, index) => reachFaults(form, limit, `bands.${index}`)), ...clearFaults(form.clearAt, form.bands[0], form.direction, (value) => withinMetric(form.metric, value))];
    case 'range': return rangeFaults(form);
    case 'state': return METRICS[form.metric].type === 'boolean' ? [] : [fault('metric', 'notBoolean')];
    case 'change': return [...byFaults(form.metric, form.by, 'by'), ...secondsFaults('withinS', form.withinS, 1)];
    case 'count': return [...limitFaults(form.limit, 'limit', (value) => withinMetric(form.metric, value)), ...reachFaults(form, form.limit, 'limit'), ...wholeFaults('count', form.count, 1, 100), ...secondsFaults('withinS', form.withinS, 1)];
    case 'event': return eventFaults(form);
    case 'silence': return intervalFaults(form.intervals);
    case 'combined': return treeFaults(form);
    case 'aqi': return [...bandFaults(form.bands, 'above', withinAqi), ...clearFaults(form.clearAt, form.bands[0], 'above', withinAqi)];
    case 'noise': return [...bandFaults(form.bands, 'above', () => undefined), ...deadbandFaults(form.deadband)];
  }
}

/** A worse band that makes less of the alert, or nothing else. */
function gradeFaults({ type, bands }: RuleForm): FormFault[] {
  if (!['threshold', 'range', 'aqi', 'noise'].includes(type)) return [];
  return bands.flatMap(({ severity }, index) => { const before = bands[index - 1]; return before !== undefined && severityRank(severity) >= severityRank(before.severity) ? [fault(`bands.${index}`, severity === before.severity ? 'bandsSame' : 'bandsGrade')] : []; });
}

type Within = (value: number) => FormFault['values'] | undefined;
/** The range of a metric, when the value lies outside it: no device can report such a value. */
const withinMetric = (metric: MetricKey, value: number): FormFault['values'] | undefined => value < METRICS[metric].min || value > METRICS[metric].max ? { min: METRICS[metric].min, max: METRICS[metric].max } : undefined;
const withinAqi: Within = (value) => value < 0 || value > HIGHEST_AQI ? { min: 0, max: HIGHEST_AQI } : undefined;

function limitFaults(text: Figure, field: string, within: Within): FormFault[] {
  const value = figureOf(text);
  if (Number.isNaN(value)) return [fault(field, text.trim() === '' ? 'figureMissing' : 'figureWrong')];
  const range = within(value);
  return range === undefined ? [] : [fault(field, 'outOfRange', range)];
}

/** Nothing lies under the lowest value that there is. */
function reachFaults({ metric, direction }: RuleForm, text: Figure, field: string): FormFault[] {
  return direction === 'below' && figureOf(text) === METRICS[metric].min ? [fault(field, 'neverBelow', { metric, min: METRICS[metric].min })] : [];
}

function bandFaults(bands: readonly BandForm[], direction: 'above' | 'below', within: Within): FormFault[] {
  if (bands.length === 0) return [fault('bands', 'bandsMissing')];
  return bands.flatMap(({ limit }, index) => {
    const own = limitFaults(limit, `bands.${index}`, within);
    const before = figureOf(bands[index - 1]?.limit ?? '');
    const isBack = (figureOf(limit) - before) * (direction === 'above' ? 1 : -1) <= 0;
    return own.length > 0 || Number.isNaN(before) || !isBack ? own : [fault(`bands.${index}`, direction === 'above' ? 'bandsRise' : 'bandsFall', { before })];
  });
}

function clearFaults(text: Figure, first: BandForm | undefined, direction: 'above' | 'below', within: Within): FormFault[] {
  const own = limitFaults(text, 'clearAt', within);
  const [value, limit] = [figureOf(text), figureOf(first?.limit ?? '')];
  if (own.length > 0 || Number.isNaN(limit)) return own;
  return direction === 'above' ? value > limit ? [fault('clearAt', 'clearAbove', { limit })] : [] : value < limit ? [fault('clearAt', 'clearBelow', { limit })] : [];
}

function rangeFaults({ metric, bands, deadband }: RuleForm): FormFault[] {
  if (bands.length === 0) return [fault('bands', 'bandsMissing')];
  const faults = bands.flatMap((band, index): FormFault[] => {
    const field = `bands.${index}`;
    const own = [...limitFaults(band.low, field, (value) => withinMetric(metric, value)), ...limitFaults(band.high, field, (value) => withinMetric(metric, value))].slice(0, 1);
    if (own.length > 0) return own;
    const [low, high] = [figureOf(band.low), figureOf(band.high)];
    if (low >= high) return [fault(field, 'crossed')];
    if (low === METRICS[metric].min && high === METRICS[metric].max) return [fault(field, 'neverOutside', { metric, min: low, max: high })];
    const before = bands[index - 1];
    if (before === undefined) return [];
    const [innerLow, innerHigh] = [figureOf(before.low), figureOf(before.high)];
    return low <= innerLow && high >= innerHigh && (low < innerLow || high > innerHigh) || Number.isNaN(innerLow + innerHigh) ? [] : [fault(field, 'bandsWiden')];
  });
  const [first, gap] = [bands[0], figureOf(deadband)];
  const swallows = first !== undefined && figureOf(first.low) + gap > figureOf(first.high) - gap;
  return [...faults, ...deadbandFaults(deadband), ...(faults.length === 0 && swallows ? [fault('deadband', 'deadbandSwallows')] : [])];
}

function deadbandFaults(text: Figure): FormFault[] {
  const own = limitFaults(text, 'deadband', () => undefined);
  return own.length > 0 || figureOf(text) >= 0 ? own : [fault('deadband', 'negative')];
}

function byFaults(metric: MetricKey, text: Figure, field: string): FormFault[] {
  const own = limitFaults(text, field, () => undefined);
  if (own.length > 0) return own;
  const span = METRICS[metric].max - METRICS[metric].min;
  return METRICS[metric].type === 'boolean' ? [fault('metric', 'notNumber')] : figureOf(text) <= 0 ? [fault(field, 'notPositive')] : figureOf(text) > span ? [fault(field, 'tooMuch', { max: span })] : [];
}

function eventFaults({ event, clearOn, clearAfterS, count, withinS }: RuleForm): FormFault[] {
  return [
    ...(event.trim() === '' ? [fault('event', 'eventMissing')] : []), ...wholeFaults('count', count, 1, 1000), ...secondsFaults('withinS', withinS, 1),
    ...(clearOn.includes(event) ? [fault('clearOn', 'clearsItself')] : []), ...(clearAfterS.trim() === '' ? [] : secondsFaults('clearAfterS', clearAfterS, 0)),
    ...(clearOn.length === 0 && clearAfterS.trim() === '' ? [fault('clearAfterS', 'neverClears')] : []),
  ];
}

function intervalFaults(text: Figure): FormFault[] {
  return limitFaults(text, 'intervals', (value) => value < 1 || value > 100 ? { min: 1, max: 100 } : undefined);
}

function treeFaults({ when }: RuleForm): FormFault[] {
  const leaves = leavesOfForm(when);
  if (leaves.length > CONDITION_LIMITS.leaves) return [fault('when', 'tooManyLeaves', { max: CONDITION_LIMITS.leaves })];
  return [...(hasEmptyGroup(when) ? [fault('when', 'emptyGroup')] : []), ...leaves.flatMap((leaf, index) => leafFaults(leaf).slice(0, 1).map((own) => ({ ...own, field: `when.${index}` })))];
}
const hasEmptyGroup = (node: NodeForm): boolean => node.kind === 'group' && (node.of.length === 0 || node.of.some(hasEmptyGroup));

function leafFaults(leaf: LeafForm): FormFault[] {
  const within = (value: number) => withinMetric(leaf.metric, value);
  switch (leaf.type) {
    case 'compare': return METRICS[leaf.metric].type === 'boolean' ? [fault('', 'notNumber')] : limitFaults(leaf.limit, '', within);
    case 'outside': return [...limitFaults(leaf.low, '', within), ...limitFaults(leaf.high, '', within), ...(figureOf(leaf.low) >= figureOf(leaf.high) ? [fault('', 'crossed')] : [])];
    case 'change': return [...byFaults(leaf.metric, leaf.by, ''), ...secondsFaults('', leaf.withinS, 1)];
    case 'state': return METRICS[leaf.metric].type === 'boolean' ? [] : [fault('', 'notBoolean')];
    case 'event': return [...(leaf.event.trim() === '' ? [fault('', 'eventMissing')] : []), ...wholeFaults('', leaf.count, 1, 100), ...secondsFaults('', leaf.withinS, 1)];
  }
}

const secondsFaults = (field: string, text: Figure, least: number): FormFault[] => wholeFaults(field, text, least, MOST_SECONDS);
function wholeFaults(field: string, text: Figure, min: number, max: number): FormFault[] {
  const value = figureOf(text);
  if (Number.isNaN(value)) return [fault(field, text.trim() === '' ? 'figureMissing' : 'figureWrong')];
  return Number.isInteger(value) && value >= min && value <= max ? [] : [fault(field, 'whole', { min, max })];
}
