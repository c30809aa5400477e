import type { CommunityProfile } from '@liandong/protocols';
import { driftAt, streamOf, unitAt } from '../random.js';
import { liveliness } from './day.js';
import { createRadio } from './radio.js';
import type { TelemetryModel } from './values.js';
import { plausibleValues } from './values.js';
import type { Weather } from './weather.js';

/** LAeq in dB(A) by day and by night: under the limits of GB 3096-2008 for such a place, as a calm day is. */
const NOISE: Record<CommunityProfile, { day: number; night: number }> = {
  'urban': { day: 52, night: 42 },
  'old-estate': { day: 51, night: 41.5 },
  'commercial': { day: 54, night: 44 },
  'campus': { day: 50, night: 40 },
  'rural': { day: 44, night: 36 },
};

/** An outdoor station on a lamp post: air, noise and weather of its place. */
export function createEnvSensor({ seed, id, profile, weather }: { seed: number; id: string; profile: CommunityProfile; weather: Weather }): TelemetryModel {
  const place = streamOf(seed, `${id}/place`);
  const flutter = streamOf(seed, `${id}/flutter`);
  const radio = createRadio(seed, id);
  const local = (index: number): number => unitAt(place, index) * 2 - 1;
  const loudness = NOISE[profile];
  return (simMs) => {
    const lively = liveliness(simMs);
    const traffic = weather.traffic(simMs);
    const dust = weather.fineDust(simMs) * (1 + 0.12 * local(0)) + 1.2 * driftAt(flutter, simMs / 20_000);
    return plausibleValues({
      temperature: weather.temperature(simMs) + 0.6 * local(1) + 0.15 * driftAt(flutter ^ 1, simMs / 15_000),
      humidity: weather.humidity(simMs) + 3 * local(2) + 0.8 * driftAt(flutter ^ 2, simMs / 20_000),
      pm2_5: dust,
      pm10: dust * (1.42 + 0.06 * local(3)) + 5 + 1.5 * driftAt(flutter ^ 3, simMs / 20_000),
      co2: 424 + 38 * (1 - lively) + 46 * traffic + 10 * local(4) + 5 * driftAt(flutter ^ 4, simMs / 30_000),
      noise: loudness.night + (loudness.day - loudness.night) * lively + 2 * traffic * lively + local(5) + 1.6 * driftAt(flutter ^ 5, simMs / 7_000),
      pressure: weather.pressure(simMs) + 0.4 * local(6),
      ...radio(simMs),
    });
  };
}
