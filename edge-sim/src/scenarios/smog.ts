import { along, numberOf, type Scenario } from './scenario.js';

const LASTS_MS = 540_000;
/** PM2.5 on top of the baseline (µg/m³): up in three minutes, four at the top, down in two. */
const PLUME = [[0, 0], [180_000, 165], [420_000, 150], [LASTS_MS, 0]] as const;

/** Smoke drifts over one community: its sensors rise together, dim and fall together. */
export const smog: Scenario = {
  name: 'smog',
  summary: 'PM2.5 and PM10 rise far over the limit across one community, then fall',
  kinds: ['env_sensor'], devices: 50, isLocal: true, lastsMs: LASTS_MS,
  shape: (elapsedMs, base) => {
    const plume = along(PLUME, elapsedMs);
    return { ...base, pm2_5: numberOf(base.pm2_5) + plume, pm10: numberOf(base.pm10) + 1.25 * plume };
  },
};
