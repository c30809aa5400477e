import { CONDITION_LIMITS, GATE_EVENTS, METRICS, leavesOf, severityRank, type DeviceKind, type MetricKey, type Rule, type RuleLeaf, type Severity } from '@liandong/protocols';
import { eventsOf, metricsOf } from './compile.js';
import { PLACEHOLDERS, isPlaceholder } from './message.js';

const GATES: readonly DeviceKind[] = ['access_gate', 'vehicle_gate'];
const EVERY: readonly DeviceKind[] = ['waste_bin', 'env_sensor', ...GATES, 'gateway'];
/** Who reports what (domain figures, "Metrics"); what is not listed is an environment sensor's. */
const REPORTERS: Partial<Record<MetricKey, readonly DeviceKind[]>> = {
  fill_level: ['waste_bin'], tilted: ['waste_bin'], lid_open: ['waste_bin'], temperature: ['waste_bin', 'env_sensor'], battery: EVERY, rssi: EVERY, snr: EVERY,
};
const SENSORS: readonly DeviceKind[] = ['env_sensor'];
/** Bins and sensors have tampering and faults too; passages are gates' alone. */
const NOT_ONLY_GATES: readonly string[] = ['tamper', 'fault'];

/** What makes the rule pointless whatever the hub holds, as a sentence that names the part; undefined when it makes sense. */
export function senseFault(rule: Rule): string | undefined {
  return wordsFault(rule) ?? scopeFault(rule) ?? scheduleFault(rule) ?? kindFault(rule) ?? typeFault(rule) ?? gradeFault(rule);
}

/** An alert without words tells nobody anything, and a placeholder that is none would stand on the wall as it was written. */
function wordsFault({ name, message }: Rule): string | undefined {
  if (name.zh.trim() === '' && name.en.trim() === '') return 'name is empty; give one in zh or en at least.';
  for (const lang of ['zh', 'en'] as const) {
    if (message[lang].trim() === '') return `message.${lang} is empty, so its alerts would say nothing.`;
    const unknown = [...message[lang].matchAll(/\{([^{}]*)\}/g)].find(([, word = '']) => !isPlaceholder(word));
    if (unknown !== undefined) return `message.${lang} has ${unknown[0]}; there are ${PLACEHOLDERS.map((word) => `{${word}}`).join(', ')}.`;
  }
  return undefined;
}

/** A worse band must not make less of the alert: re-graded down, nobody would be told that it got worse. */
function gradeFault(rule: Rule): string | undefined {
  if (!('bands' in rule)) return undefined;
  const bands: readonly { readonly severity: Severity }[] = rule.bands;
  const wrong = bands.findIndex(({ severity }, index) => index > 0 && severityRank(severity) > severityRank(bands[index - 1]!.severity)); // index - 1 is within
  return wrong === -1 ? undefined : `bands must go from mild to severe: ${bands[wrong]?.severity} after ${bands[wrong - 1]?.severity} does not.`;
}

function scopeFault({ scope }: Rule): string | undefined {
  for (const [name, list] of Object.entries(scope ?? {})) if (list.length === 0) return `scope.${name} is empty, so the rule would concern no device; leave it out to concern all.`;
  return undefined;
}

function scheduleFault({ schedule }: Rule): string | undefined {
  if (schedule === undefined) return undefined;
  const { hours, weekdays, holidays } = schedule;
  if (hours === undefined && weekdays === undefined && holidays === undefined) return 'schedule is empty; leave it out for a rule that always holds.';
  if (weekdays?.length === 0) return 'schedule.weekdays is empty, so the rule would never hold.';
  if (hours !== undefined && (hours[0] === hours[1] || (hours[0] === 24 && hours[1] === 0))) return 'schedule.hours begins and ends at the same hour; leave it out for the whole day.';
  return undefined;
}

function kindFault(rule: Rule): string | undefined {
  const { kinds } = rule;
  // An AQI rule listens to all pollutants, and one of them is enough.
  const metrics: readonly MetricKey[] = rule.type === 'aqi' ? ['pm2_5'] : metricsOf(rule);
  for (const metric of metrics) {
    const stranger = kinds.find((kind) => !(REPORTERS[metric] ?? SENSORS).includes(kind));
    if (stranger !== undefined) return `kinds has ${stranger}, which does not report ${metric}.`;
  }
  for (const event of eventsOf(rule)) {
    const isGates = (GATE_EVENTS as readonly string[]).includes(event);
    if (!isGates && kinds.every((kind) => GATES.includes(kind))) return `There is no event ${event} of gates; there are ${GATE_EVENTS.join(', ')}.`;
    const stranger = kinds.find((kind) => !GATES.includes(kind));
    if (isGates && stranger !== undefined && !NOT_ONLY_GATES.includes(event)) return `kinds has ${stranger}, which has no event ${event}.`;
  }
  return undefined;
}

function typeFault(rule: Rule): string | undefined {
  switch (rule.type) {
    case 'threshold': return limitFault(rule.metric, [...rule.bands.map(({ limit }) => limit), rule.clearAt], 'bands and clearAt') ?? orderFault(rule.bands.map(({ limit }) => limit), rule.direction, 'bands')
      ?? clearFault(rule.clearAt, rule.bands[0]?.limit, rule.direction);
    case 'range': return rangeFault(rule);
    case 'state': return METRICS[rule.metric].type === 'boolean' ? undefined : `${rule.metric} is a figure, and a state rule asks for true or false.`;
    case 'change': return changeFault(rule);
    case 'count': return limitFault(rule.metric, [rule.limit], 'limit') ?? windowFault(rule.withinS);
    case 'event': return windowFault(rule.withinS) ?? (rule.clearOn.includes(rule.event) ? `clearOn has ${rule.event} itself, so the rule would clear what it raises.` : undefined);
    case 'silence': return rule.intervals >= 1 ? undefined : 'intervals must be 1 or more: no device reports more often than its own interval.';
    case 'combined': return treeFault(leavesOf(rule.when));
    case 'aqi': return finiteFault([...rule.bands.map(({ limit }) => limit), rule.clearAt], 'bands and clearAt') ?? (rule.bands.some(({ limit }) => limit > 500) ? 'bands has a limit above 500, the highest AQI there is.' : undefined)
      ?? orderFault(rule.bands.map(({ limit }) => limit), 'above', 'bands') ?? clearFault(rule.clearAt, rule.bands[0]?.limit, 'above');
    case 'noise': return finiteFault([...rule.bands.map(({ over }) => over), rule.deadband], 'bands and deadband') ?? orderFault(rule.bands.map(({ over }) => over), 'above', 'bands')
      ?? (rule.deadband < 0 ? 'deadband must be 0 or more.' : undefined);
  }
}

const finiteFault = (figures: readonly number[], part: string): string | undefined => figures.every(Number.isFinite) ? undefined : `${part} must be finite figures.`;
const windowFault = (withinS: number): string | undefined => withinS > 0 ? undefined : 'withinS is 0: nothing happens within no time.';

function limitFault(metric: MetricKey, limits: readonly number[], part: string): string | undefined {
  const { type, min, max } = METRICS[metric];
  if (type === 'boolean') return `${metric} is true or false; a state rule asks for that.`;
  const fault = finiteFault(limits, part);
  if (fault !== undefined) return fault;
  return limits.every((limit) => limit >= min && limit <= max) ? undefined : `${part} must lie within ${min} and ${max}, the range of ${metric}: no other value is accepted from a device.`;
}

/** From mild to severe, each further out than the one before. */
function orderFault(limits: readonly number[], direction: 'above' | 'below', part: string): string | undefined {
  const sign = direction === 'above' ? 1 : -1;
  const wrong = limits.findIndex((limit, index) => index > 0 && (limit - limits[index - 1]!) * sign <= 0); // index - 1 is within
  return wrong === -1 ? undefined : `${part} must go from mild to severe: ${limits[wrong]} after ${limits[wrong - 1]} does not.`;
}

function clearFault(clearAt: number, first: number | undefined, direction: 'above' | 'below'): string | undefined {
  if (first === undefined || (direction === 'above' ? clearAt <= first : clearAt >= first)) return undefined;
  return `clearAt ${clearAt} is on the wrong side of the first band, ${first}: the alert would clear while it is raised.`;
}

function rangeFault({ metric, bands, deadband }: Extract<Rule, { type: 'range' }>): string | undefined {
  const fault = limitFault(metric, bands.flatMap(({ low, high }) => [low, high]), 'bands') ?? finiteFault([deadband], 'deadband');
  if (fault !== undefined) return fault;
  const crossed = bands.find(({ low, high }) => low >= high);
  if (crossed !== undefined) return `bands has low ${crossed.low} and high ${crossed.high}: low must be less.`;
  const wrong = bands.findIndex(({ low, high }, index) => index > 0 && !isWider({ low, high }, bands[index - 1]!)); // index - 1 is within
  if (wrong !== -1) return `bands must widen from mild to severe: ${bands[wrong]?.low} to ${bands[wrong]?.high} does not.`;
  const [first] = bands;
  if (deadband < 0 || (first !== undefined && first.low + deadband > first.high - deadband)) return `deadband ${deadband} leaves no value at which the alert would clear.`;
  return undefined;
}

const isWider = (band: { low: number; high: number }, than: { low: number; high: number }): boolean =>
  band.low <= than.low && band.high >= than.high && (band.low < than.low || band.high > than.high);

function changeFault({ metric, by, withinS }: { metric: MetricKey; by: number; withinS: number }): string | undefined {
  const { type, min, max } = METRICS[metric];
  if (type === 'boolean') return `${metric} is true or false, and does not rise or fall.`;
  if (!Number.isFinite(by) || by <= 0) return 'by must be a finite figure above 0.';
  return by > max - min ? `by ${by} is more than ${metric} can change, ${max - min}.` : windowFault(withinS);
}

function treeFault(leaves: readonly RuleLeaf[]): string | undefined {
  if (leaves.length > CONDITION_LIMITS.leaves) return `when has ${leaves.length} conditions; ${CONDITION_LIMITS.leaves} are the most.`;
  for (const [index, leaf] of leaves.entries()) {
    const fault = leafFault(leaf);
    if (fault !== undefined) return `when, condition ${index + 1}: ${fault}`;
  }
  return undefined;
}

function leafFault(leaf: RuleLeaf): string | undefined {
  switch (leaf.type) {
    case 'compare': return limitFault(leaf.metric, [leaf.limit], 'limit');
    case 'outside': return limitFault(leaf.metric, [leaf.low, leaf.high], 'low and high') ?? (leaf.low < leaf.high ? undefined : `low ${leaf.low} must be less than high ${leaf.high}.`);
    case 'change': return changeFault(leaf);
    case 'state': return METRICS[leaf.metric].type === 'boolean' ? undefined : `${leaf.metric} is a figure, and a state asks for true or false.`;
    case 'event': return windowFault(leaf.withinS);
  }
}
