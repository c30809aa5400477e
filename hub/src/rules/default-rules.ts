import type { DeviceKind, Label, Rule } from '@liandong/protocols';

/** Ids of the rules a new hub starts with begin so. */
export const DEFAULT_RULE_PREFIX = 'default-';

const base = (id: string, kinds: DeviceKind[], name: Label, message: Label) =>
  ({ id: `${DEFAULT_RULE_PREFIX}${id}`, kinds, name, message, enabled: true, onDelayS: 0, offDelayS: 0 });
const label = (zh: string, en: string): Label => ({ zh, en });
const GATES: DeviceKind[] = ['access_gate', 'vehicle_gate'];

/** Own defaults, from the figures of the domain page. */
const BINS: Rule[] = [
  {
    ...base('bin-fill', ['waste_bin'], label('垃圾桶满溢', 'Bin full'), label('{device} 满溢度 {value}，达到 {limit}', '{device} is {value} full (limit {limit})')),
    type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'major' }], clearAt: 70,
  },
  {
    ...base('bin-fire', ['waste_bin'], label('垃圾桶高温', 'Bin fire'), label('{device} 温度 {value}，疑似起火', '{device} is at {value}: fire suspected')), local: true,
    type: 'threshold', metric: 'temperature', direction: 'above', bands: [{ limit: 60, severity: 'critical' }], clearAt: 50,
  },
  {
    ...base('bin-heating', ['waste_bin'], label('垃圾桶快速升温', 'Bin heating up'), label('{device} 10 分钟内升温 {value}，疑似起火', '{device} rose by {value} within 10 min: fire suspected')), inhibitedBy: ['default-bin-fire'], local: true,
    type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600, severity: 'critical',
  },
  {
    // Five minutes, because emptying tips a bin too.
    ...base('bin-tilted', ['waste_bin'], label('垃圾桶倾倒', 'Bin tipped over'), label('{device} 已倾倒', '{device} has tipped over')), onDelayS: 300,
    type: 'state', metric: 'tilted', equals: true, severity: 'minor',
  },
  {
    ...base('battery', ['waste_bin', 'env_sensor', 'access_gate', 'vehicle_gate', 'gateway'], label('电量低', 'Battery low'), label('{device} 电量 {value}，低于 {limit}', '{device} battery at {value}, under {limit}')),
    type: 'threshold', metric: 'battery', direction: 'below', bands: [{ limit: 20, severity: 'info' }], clearAt: 25,
  },
];

/** Own defaults. A gate reports `held_open` after 60 s; 240 s more without `door_closed` make 300 s. */
const GATE_RULES: Rule[] = [
  {
    ...base('gate-forced', GATES, label('门被强行打开', 'Gate forced open'), label('{device} 被强行打开', '{device} was forced open')), local: true,
    type: 'event', event: 'forced_open', count: 1, withinS: 1, clearOn: ['door_closed'], severity: 'critical',
  },
  {
    ...base('gate-held', GATES, label('门未关', 'Gate held open'), label('{device} 开门超过 60 秒', '{device} has been open for over 60 s')), inhibitedBy: ['default-gate-held-long'],
    type: 'event', event: 'held_open', count: 1, withinS: 1, clearOn: ['door_closed'], severity: 'minor',
  },
  {
    ...base('gate-held-long', GATES, label('门长时间未关', 'Gate held open for long'), label('{device} 开门超过 300 秒', '{device} has been open for over 300 s')), onDelayS: 240,
    type: 'event', event: 'held_open', count: 1, withinS: 1, clearOn: ['door_closed'], severity: 'major',
  },
  {
    ...base('gate-denied', GATES, label('连续拒绝通行', 'Repeatedly denied'), label('{device} 60 秒内拒绝 {value} 次', '{device} denied {value} times within 60 s')),
    type: 'event', event: 'denied', count: 5, withinS: 60, clearOn: [], clearAfterS: 300, severity: 'minor',
  },
  {
    // There is no event for the end of it.
    ...base('gate-tamper', GATES, label('设备被拆动', 'Gate tampered with'), label('{device} 被拆动', '{device} was tampered with')), local: true,
    type: 'event', event: 'tamper', count: 1, withinS: 1, clearOn: [], clearAfterS: 1800, severity: 'major',
  },
];

/** Silent for 3 × the reporting interval. What a community can't do without for an hour weighs more. */
const SILENCE_RULES: Rule[] = ([['gateway', ['gateway'], 'major'], ['gate', GATES, 'minor'], ['sensor', ['waste_bin', 'env_sensor'], 'warning']] as const)
  .map(([id, kinds, severity]) => ({
    ...base(`silent-${id}`, [...kinds], label('设备失联', 'Device silent'), label('{device} 超过 {limit} 秒没有上报', '{device} has not reported for {limit} s')),
    type: 'silence', intervals: 3, severity,
  }));

/**
 * The real-time AQI of HJ 633-2026 from the hour's means: over 150 (moderate), over 200 (heavy), over 300 (severe); indices are whole. AQI 51–150 is ordinary
 * weather and raises nothing. The hour is delay enough, so that a passing lorry raises nothing.
 */
const AIR: Rule[] = [
  {
    ...base('air-aqi', ['env_sensor'], label('空气污染', 'Air pollution'), label('{device} 空气质量指数 {value}，首要污染物 {what}', '{device}: AQI {value}, mainly {what}')), offDelayS: 600,
    type: 'aqi', bands: [{ limit: 151, severity: 'warning' }, { limit: 201, severity: 'minor' }, { limit: 301, severity: 'major' }], clearAt: 140,
  },
];

/**
 * GB 3096-2008; class 2 (homes mixed with trade) where the device's installation names no other. Its limits are for long means, hence the delays; by night they
 * are 10 or 15 dB lower, so the same noise weighs more then.
 */
const NOISE: Rule[] = [
  {
    ...base('noise', ['env_sensor'], label('噪声超标', 'Noise over the limit'), label('{device} {what}噪声 {value}，限值 {limit}', '{device}: noise by {what} at {value} (limit {limit})')), onDelayS: 600, offDelayS: 300,
    type: 'noise', class: '2', bands: [{ over: 0, severity: 'info' }, { over: 5, severity: 'warning' }, { over: 15, severity: 'minor' }], deadband: 2,
  },
];

/** The rules in force on a new hub: bins, gates, silence, air, noise. */
export const DEFAULT_RULES: readonly Rule[] = [...BINS, ...GATE_RULES, ...SILENCE_RULES, ...AIR, ...NOISE];
