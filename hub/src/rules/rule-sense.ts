import { CONDITION_LIMITS, GATE_EVENTS, METRICS, NOISE_LIMITS, RULE_WORDS_LENGTH, isBlank, isTurned, leavesOf, placeholdersOf, severityRank, strangePlaceholder, type DeviceKind, type Label, type MetricKey, type Rule, type RuleLeaf, type Severity } from '@liandong/protocols';
import { combinationFault } from './combination-sense.js';
import { eventsOf, metricsOf } from './compile.js';

const GATES: readonly DeviceKind[] = ['access_gate', 'vehicle_gate'];
const EVERY: readonly DeviceKind[] = ['waste_bin', 'env_sensor', ...GATES, 'gateway'];
/** Who reports what (domain figures, "Metrics"); what is not listed is an environment sensor's. */
const REPORTERS: Partial<Record<MetricKey, readonly DeviceKind[]>> = {
  fill_level: ['waste_bin'], tilted: ['waste_bin'], lid_open: ['waste_bin'], temperature: ['waste_bin', 'env_sensor'], battery: EVERY, rssi: EVERY, snr: EVERY,
};
const SENSORS: readonly DeviceKind[] = ['env_sensor'];
/** Bins and sensors have tampering and faults too; passages are gates' alone. */
const NOT_ONLY_GATES: readonly string[] = ['tamper', 'fault'];
/** Parts of a rule as the page names them; in English they go by their names in the request. */
const PART = {
  bands: { zh: '分级的限值', en: 'bands' }, limit: { zh: '限值', en: 'limit' }, deadband: { zh: '回差', en: 'deadband' }, lowAndHigh: { zh: '下限和上限', en: 'low and high' },
  bandsAndClear: { zh: '分级的限值和恢复值', en: 'bands and clearAt' }, bandsAndDeadband: { zh: '分级的限值和回差', en: 'bands and deadband' },
} as const satisfies Record<string, Label>;
const SCOPE: Readonly<Record<string, string>> = { areas: '区域', devices: '设备', profiles: '社区类型' };
const LANGUAGE = { zh: '中文', en: '英文' } as const;
const WORDS_ZH = { name: '名称', message: '告警文字' } as const;
/** The lowest limit of GB 3096-2008, dB(A). */
const QUIETEST = Math.min(...Object.values(NOISE_LIMITS).flatMap(({ day, night }) => [day, night]));

/** What makes the rule pointless whatever the hub holds, as a sentence in both languages that names the part; undefined when it makes sense. */
export function senseFault(rule: Rule): Label | undefined {
  return wordsFault(rule) ?? scopeFault(rule) ?? scheduleFault(rule) ?? kindFault(rule) ?? typeFault(rule) ?? gradeFault(rule);
}

/** An alert without words tells nobody anything, and a placeholder that is none would stand on the wall as it was written. */
function wordsFault(rule: Rule): Label | undefined {
  const { name, message } = rule;
  for (const lang of ['zh', 'en'] as const) {
    if (isBlank(name[lang])) return { zh: `名称（${LANGUAGE[lang]}）是空的；中文和英文都要填。`, en: `name.${lang} is empty; both zh and en are needed.` };
    if (name[lang].length > RULE_WORDS_LENGTH.name) return { zh: `名称（${LANGUAGE[lang]}）有 ${name[lang].length} 个字，最多 ${RULE_WORDS_LENGTH.name} 个。`, en: `name.${lang} has ${name[lang].length} characters; ${RULE_WORDS_LENGTH.name} are the most.` };
    if (message[lang].length > RULE_WORDS_LENGTH.message) return { zh: `告警文字（${LANGUAGE[lang]}）有 ${message[lang].length} 个字，最多 ${RULE_WORDS_LENGTH.message} 个。`, en: `message.${lang} has ${message[lang].length} characters; ${RULE_WORDS_LENGTH.message} are the most.` };
    if (isBlank(message[lang])) return { zh: `告警文字（${LANGUAGE[lang]}）是空的，告警就什么也没说。`, en: `message.${lang} is empty, so its alerts would say nothing.` };
    const turned = (['name', 'message'] as const).find((part) => isTurned(rule[part][lang]));
    if (turned !== undefined) return { zh: `${WORDS_ZH[turned]}（${LANGUAGE[lang]}）含有改变文字方向的控制字符，会被看成别的意思。`, en: `${turned}.${lang} holds controls that turn the direction of its text, and could be read as something else.` };
    const known = placeholdersOf(rule.type, 'count' in rule ? rule.count : undefined);
    const strange = strangePlaceholder(message[lang], known);
    if (strange !== undefined) return placeholderFault(strange, lang, known);
  }
  return undefined;
}

function placeholderFault(strange: string, lang: 'zh' | 'en', known: readonly string[]): Label {
  const fits = known.map((word) => `{${word}}`);
  return { zh: `告警文字（${LANGUAGE[lang]}）里的 ${strange} 填不上：这类规则可用的占位词有 ${fits.join('、')}，括号要成对。`, en: `message.${lang} has ${strange}, which nothing fills: a rule like this has ${fits.join(', ')}, and braces come in pairs.` };
}

/** A worse band must make more of the alert: re-graded down, or not at all, nobody would be told that it got worse. */
function gradeFault(rule: Rule): Label | undefined {
  if (!('bands' in rule)) return undefined;
  const bands: readonly { readonly severity: Severity }[] = rule.bands;
  const wrong = bands.findIndex(({ severity }, index) => index > 0 && severityRank(severity) >= severityRank(bands[index - 1]!.severity)); // index - 1 is within
  if (wrong === -1) return undefined;
  const [own, before] = [bands[wrong]?.severity, bands[wrong - 1]?.severity];
  return own === before ? { zh: `分级要由轻到重：第 ${wrong + 1} 道和前一道是同一级别，越过它什么也不会变。`, en: `bands must go from mild to severe: bands[${wrong}].severity is ${own} like that of the band before, so passing its limit would change nothing.` }
    : { zh: `分级要由轻到重：第 ${wrong + 1} 道的级别比前一道轻。`, en: `bands must go from mild to severe: ${own} after ${before} does not.` };
}

function scopeFault({ scope }: Rule): Label | undefined {
  for (const [name, list] of Object.entries(scope ?? {})) if (list.length === 0) return { zh: `适用范围里的“${SCOPE[name] ?? name}”一个也没有，规则就不涉及任何设备；要涉及全部请整项去掉。`, en: `scope.${name} is empty, so the rule would concern no device; leave it out to concern all.` };
  return undefined;
}

function scheduleFault({ schedule }: Rule): Label | undefined {
  if (schedule === undefined) return undefined;
  const { hours, weekdays, holidays } = schedule;
  if (hours === undefined && weekdays === undefined && holidays === undefined) return { zh: '生效时间是空的；一直生效就整项去掉。', en: 'schedule is empty; leave it out for a rule that always holds.' };
  if (weekdays?.length === 0) return { zh: '生效时间一个星期几也没有，规则就从不生效。', en: 'schedule.weekdays is empty, so the rule would never hold.' };
  if (hours !== undefined && (hours[0] === hours[1] || (hours[0] === 24 && hours[1] === 0))) return { zh: '生效时段的开始和结束是同一个钟点；全天生效就去掉时段。', en: 'schedule.hours begins and ends at the same hour; leave it out for the whole day.' };
  if (hours?.[0] === 24) return { zh: '生效时段从 24:00 开始，那已是第二天的 0:00，算哪一天说不清；请从 0 点开始。', en: 'schedule.hours begins at 24, which is 0:00 of the next day, and leaves open to which day it belongs; let it begin at 0.' };
  return undefined;
}

function kindFault(rule: Rule): Label | undefined {
  const { kinds } = rule;
  // An AQI rule listens to all pollutants, and one of them is enough.
  const metrics: readonly MetricKey[] = rule.type === 'aqi' ? ['pm2_5'] : metricsOf(rule);
  for (const metric of metrics) {
    const stranger = kinds.find((kind) => !(REPORTERS[metric] ?? SENSORS).includes(kind));
    if (stranger !== undefined) return { zh: `所选设备类型里有的不上报“${METRICS[metric].label.zh}”。`, en: `kinds has ${stranger}, which does not report ${metric}.` };
  }
  for (const event of eventsOf(rule)) {
    const isGates = (GATE_EVENTS as readonly string[]).includes(event);
    if (!isGates && kinds.every((kind) => GATES.includes(kind))) return { zh: `门禁和车闸没有事件 ${event}，可用的有 ${GATE_EVENTS.join('、')}。`, en: `There is no event ${event} of gates; there are ${GATE_EVENTS.join(', ')}.` };
    const stranger = kinds.find((kind) => !GATES.includes(kind));
    if (isGates && stranger !== undefined && !NOT_ONLY_GATES.includes(event)) return { zh: `所选设备类型里有的没有事件 ${event}。`, en: `kinds has ${stranger}, which has no event ${event}.` };
  }
  return undefined;
}

function typeFault(rule: Rule): Label | undefined {
  switch (rule.type) {
    case 'threshold': return limitFault(rule.metric, [...rule.bands.map(({ limit }) => limit), rule.clearAt], PART.bandsAndClear) ?? rule.bands.map(({ limit }, index) => reachFault(rule.metric, rule.direction, limit, bandPart(index))).find(isFault) ?? orderFault(rule.bands.map(({ limit }) => limit), rule.direction)
      ?? clearFault(rule.clearAt, rule.bands[0]?.limit, rule.direction) ?? floorFault(rule.clearAt, rule.direction === 'above' ? METRICS[rule.metric].min : -Infinity);
    case 'range': return rangeFault(rule);
    case 'state': return METRICS[rule.metric].type === 'boolean' ? undefined : notBoolean(rule.metric);
    case 'change': return changeFault(rule);
    case 'count': return limitFault(rule.metric, [rule.limit], PART.limit) ?? reachFault(rule.metric, rule.direction, rule.limit, PART.limit) ?? windowFault(rule.withinS);
    case 'event': return windowFault(rule.withinS) ?? endFault(rule);
    case 'silence': return rule.intervals >= 1 ? undefined : { zh: '倍数不能小于 1：设备不会比自己的上报间隔更勤。', en: 'intervals must be 1 or more: no device reports more often than its own interval.' };
    case 'combined': return treeFault(leavesOf(rule.when)) ?? combinationFault(rule.when);
    case 'aqi': return finiteFault([...rule.bands.map(({ limit }) => limit), rule.clearAt], PART.bandsAndClear) ?? (rule.bands.some(({ limit }) => limit > 500) ? { zh: '分级里有超过 500 的限值，空气质量指数最高是 500。', en: 'bands has a limit above 500, the highest AQI there is.' } : undefined)
      ?? orderFault(rule.bands.map(({ limit }) => limit), 'above') ?? clearFault(rule.clearAt, rule.bands[0]?.limit, 'above') ?? floorFault(rule.clearAt, 0);
    case 'noise': return finiteFault([...rule.bands.map(({ over }) => over), rule.deadband], PART.bandsAndDeadband) ?? orderFault(rule.bands.map(({ over }) => over), 'above') ?? noiseFault(rule);
  }
}

const finiteFault = (figures: readonly number[], part: Label): Label | undefined => figures.every(Number.isFinite) ? undefined : { zh: `${part.zh}要是有限的数。`, en: `${part.en} must be finite figures.` };
const windowFault = (withinS: number): Label | undefined => withinS > 0 ? undefined : { zh: '时间窗是 0 秒：没有时间，什么也不会发生。', en: 'withinS is 0: nothing happens within no time.' };
const notBoolean = (metric: MetricKey): Label => ({ zh: `“${METRICS[metric].label.zh}”是数字，状态规则只看是和否。`, en: `${metric} is a figure, and a state asks for true or false.` });

function limitFault(metric: MetricKey, limits: readonly number[], part: Label): Label | undefined {
  const { type, min, max } = METRICS[metric];
  if (type === 'boolean') return { zh: `“${METRICS[metric].label.zh}”只有是和否，请用状态规则。`, en: `${metric} is true or false; a state rule asks for that.` };
  const fault = finiteFault(limits, part);
  if (fault !== undefined) return fault;
  return limits.every((limit) => limit >= min && limit <= max) ? undefined : { zh: `${part.zh}要在 ${min} 和 ${max} 之间，这是“${METRICS[metric].label.zh}”的范围，超出的数值不会被接收。`, en: `${part.en} must lie within ${min} and ${max}, the range of ${metric}: no other value is accepted from a device.` };
}

const isFault = (fault: Label | undefined): fault is Label => fault !== undefined;
const bandPart = (index: number): Label => ({ zh: `分级第 ${index + 1} 道的限值`, en: `bands[${index}].limit` });

/** `above` is met at its limit, so the highest value meets even that; `below` is not, and nothing lies under the lowest. */
function reachFault(metric: MetricKey, direction: 'above' | 'below', limit: number, part: Label): Label | undefined {
  const { min, label } = METRICS[metric];
  return direction === 'above' || limit > min ? undefined : { zh: `${part.zh}是 ${limit}：“${label.zh}”不会低于 ${min}，这一条件永远不会满足。`, en: `${part.en} is ${limit}, and ${metric} is never below ${min}: no value could meet it.` };
}

/** From mild to severe, each further out than the one before. */
function orderFault(limits: readonly number[], direction: 'above' | 'below'): Label | undefined {
  const sign = direction === 'above' ? 1 : -1;
  const wrong = limits.findIndex((limit, index) => index > 0 && (limit - limits[index - 1]!) * sign <= 0); // index - 1 is within
  return wrong === -1 ? undefined : { zh: `分级要由轻到重：${limits[wrong - 1]} 之后的 ${limits[wrong]} 不是。`, en: `bands must go from mild to severe: ${limits[wrong]} after ${limits[wrong - 1]} does not.` };
}

function clearFault(clearAt: number, first: number | undefined, direction: 'above' | 'below'): Label | undefined {
  if (first === undefined || (direction === 'above' ? clearAt <= first : clearAt >= first)) return undefined;
  return { zh: `恢复值 ${clearAt} 在第一道限值 ${first} 的另一侧，一边告警一边恢复。`, en: `clearAt ${clearAt} is on the wrong side of the first band, ${first}: the alert would clear while it is raised.` };
}

/** Cleared is what lies under `clearAt`: at the least value there is, nothing does. */
const floorFault = (clearAt: number, least: number): Label | undefined => clearAt > least ? undefined : { zh: `恢复值 ${clearAt} 已是最小的数值，没有更低的，告警永远不会恢复。`, en: `clearAt is ${clearAt}, and no value lies under that: the alert would never clear.` };

function endFault({ event, clearOn, clearAfterS, manualClear }: Extract<Rule, { type: 'event' }>): Label | undefined {
  if (clearOn.includes(event)) return { zh: `恢复事件里有触发它的 ${event}，一边告警一边恢复。`, en: `clearOn has ${event} itself, so the rule would clear what it raises.` };
  if (clearOn.length > 0 || clearAfterS !== undefined || manualClear === true) return undefined;
  return { zh: '没有恢复事件，没有自动恢复的时间，也不许人工恢复，告警永远不会结束。', en: 'clearOn is empty, and there is neither clearAfterS nor manualClear: its alerts would never end.' };
}

function noiseFault({ bands, deadband }: Extract<Rule, { type: 'noise' }>): Label | undefined {
  if (deadband < 0) return { zh: '回差不能小于 0。', en: 'deadband must be 0 or more.' };
  if (deadband >= QUIETEST) return { zh: `回差 ${deadband} 太大：最低的限值是 ${QUIETEST} 分贝，告警永远不会恢复。`, en: `deadband ${deadband} leaves nothing of the lowest limit, ${QUIETEST} dB: the alert would never clear.` };
  const most = METRICS.noise.max - QUIETEST;
  return bands.every(({ over }) => over < most) ? undefined : { zh: `分级里超出限值 ${most} 分贝以上的噪声测不到。`, en: `bands must stay under ${most} dB over the limit: nothing louder is accepted from a device.` };
}

function rangeFault({ metric, bands, deadband }: Extract<Rule, { type: 'range' }>): Label | undefined {
  const fault = limitFault(metric, bands.flatMap(({ low, high }) => [low, high]), PART.bands) ?? finiteFault([deadband], PART.deadband);
  if (fault !== undefined) return fault;
  const crossed = bands.find(({ low, high }) => low >= high);
  if (crossed !== undefined) return { zh: `分级里下限 ${crossed.low} 不小于上限 ${crossed.high}。`, en: `bands has low ${crossed.low} and high ${crossed.high}: low must be less.` };
  const { min, max, label } = METRICS[metric];
  const idle = bands.findIndex(({ low, high }) => low <= min && high >= max);
  if (idle !== -1) return { zh: `分级第 ${idle + 1} 道的 ${bands[idle]?.low} 至 ${bands[idle]?.high} 就是“${label.zh}”的全部范围，没有数值在它之外，永远不会告警。`, en: `bands[${idle}] with low ${bands[idle]?.low} and high ${bands[idle]?.high} spans all of ${metric}, ${min} to ${max}: no value lies outside of it.` };
  const wrong = bands.findIndex(({ low, high }, index) => index > 0 && !isWider({ low, high }, bands[index - 1]!)); // index - 1 is within
  if (wrong !== -1) return { zh: `分级由轻到重要越来越宽：${bands[wrong]?.low} 至 ${bands[wrong]?.high} 不是。`, en: `bands must widen from mild to severe: ${bands[wrong]?.low} to ${bands[wrong]?.high} does not.` };
  const [first] = bands;
  if (deadband < 0 || (first !== undefined && first.low + deadband > first.high - deadband)) return { zh: `回差 ${deadband} 太大或为负，没有一个数值能算恢复。`, en: `deadband ${deadband} leaves no value at which the alert would clear.` };
  return undefined;
}

const isWider = (band: { low: number; high: number }, than: { low: number; high: number }): boolean =>
  band.low <= than.low && band.high >= than.high && (band.low < than.low || band.high > than.high);

function changeFault({ metric, by, withinS }: { metric: MetricKey; by: number; withinS: number }): Label | undefined {
  const { type, min, max } = METRICS[metric];
  if (type === 'boolean') return { zh: `“${METRICS[metric].label.zh}”只有是和否，没有升降。`, en: `${metric} is true or false, and does not rise or fall.` };
  if (!Number.isFinite(by) || by <= 0) return { zh: '变化量要是大于 0 的有限的数。', en: 'by must be a finite figure above 0.' };
  return by > max - min ? { zh: `变化量 ${by} 超过“${METRICS[metric].label.zh}”最多能变化的 ${max - min}。`, en: `by ${by} is more than ${metric} can change, ${max - min}.` } : windowFault(withinS);
}

function treeFault(leaves: readonly RuleLeaf[]): Label | undefined {
  if (leaves.length > CONDITION_LIMITS.leaves) return { zh: `条件有 ${leaves.length} 个，最多 ${CONDITION_LIMITS.leaves} 个。`, en: `when has ${leaves.length} conditions; ${CONDITION_LIMITS.leaves} are the most.` };
  for (const [index, leaf] of leaves.entries()) {
    const fault = leafFault(leaf);
    if (fault !== undefined) return { zh: `第 ${index + 1} 个条件：${fault.zh}`, en: `when, condition ${index + 1}: ${fault.en}` };
  }
  return undefined;
}

function leafFault(leaf: RuleLeaf): Label | undefined {
  switch (leaf.type) {
    case 'compare': return limitFault(leaf.metric, [leaf.limit], PART.limit);
    case 'outside': return limitFault(leaf.metric, [leaf.low, leaf.high], PART.lowAndHigh) ?? (leaf.low < leaf.high ? undefined : { zh: `下限 ${leaf.low} 要小于上限 ${leaf.high}。`, en: `low ${leaf.low} must be less than high ${leaf.high}.` });
    case 'change': return changeFault(leaf);
    case 'state': return METRICS[leaf.metric].type === 'boolean' ? undefined : notBoolean(leaf.metric);
    case 'event': return windowFault(leaf.withinS);
  }
}
