import type { Scenario } from './scenario.js';

/** A sensor hangs: connected, but it reports nothing for many times its interval, then comes back. */
export const sensorSilent: Scenario = {
  name: 'sensor-silent',
  summary: 'two sensors stop reporting for three minutes while still connected',
  kinds: ['env_sensor'], devices: 2, isLocal: false, lastsMs: 180_000,
  shape: () => undefined,
};
