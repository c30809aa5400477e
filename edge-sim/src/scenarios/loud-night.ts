import { along, numberOf, type Scenario } from './scenario.js';

const LASTS_MS = 1_200_000;
const RISE = [[0, 0], [15_000, 27], [1_170_000, 26], [LASTS_MS, 0]] as const;

/** Loud music by a sensor: some 27 dB over its usual level for twenty minutes, over the limits and the delays of day and night alike. */
export const loudNight: Scenario = {
  name: 'loud-night',
  summary: 'one place is far too loud for twenty minutes',
  kinds: ['env_sensor'], devices: 1, isLocal: false, lastsMs: LASTS_MS,
  shape: (elapsedMs, base) => ({ ...base, noise: numberOf(base.noise) + along(RISE, elapsedMs) }),
};
