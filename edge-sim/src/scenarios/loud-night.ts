import { along, numberOf, type Scenario } from './scenario.js';

const LASTS_MS = 330_000;
const RISE = [[0, 0], [15_000, 27], [300_000, 26], [LASTS_MS, 0]] as const;

/** Loud music by a sensor: some 27 dB over its usual level, over the day and the night limits alike. */
export const loudNight: Scenario = {
  name: 'loud-night',
  summary: 'one place is far too loud for five minutes',
  kinds: ['env_sensor'], devices: 1, isLocal: false, lastsMs: LASTS_MS,
  shape: (elapsedMs, base) => ({ ...base, noise: numberOf(base.noise) + along(RISE, elapsedMs) }),
};
