import { along, numberOf, type Scenario } from './scenario.js';

const LASTS_MS = 780_000;
/** PM2.5 on top of the baseline (µg/m³). It stays up for ten minutes: the hub alerts on what has lasted for five. */
const PLUME = [[0, 0], [90_000, 165], [660_000, 150], [LASTS_MS, 0]] as const;

/** Smoke drifts over one community: its sensors rise together, dim and fall together. */
export const smog: Scenario = {
  name: 'smog',
  summary: 'PM2.5 and PM10 rise far over the limit across one community for ten minutes, then fall',
  kinds: ['env_sensor'], devices: 50, isLocal: true, lastsMs: LASTS_MS,
  shape: (elapsedMs, base) => {
    const plume = along(PLUME, elapsedMs);
    return { ...base, pm2_5: numberOf(base.pm2_5) + plume, pm10: numberOf(base.pm10) + 1.05 * plume };
  },
};
