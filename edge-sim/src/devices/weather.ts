import { driftAt, streamOf } from '../random.js';
import { bump, hourOf, isWeekend, seasonTemperature } from './day.js';

const HOUR_MS = 3_600_000;
/**
 * Half the daily swing in °C. With the drift the whole stays under the 10 °C rise that means fire, even when --speed
 * squeezes a day into minutes.
 */
const SWING = 3.2;
const DRIFT = 1.2;

/** The sky over the whole sub-district; each sensor adds its own place to it. All pure in simulated time. */
export interface Weather {
  temperature(simMs: number): number;
  humidity(simMs: number): number;
  pressure(simMs: number): number;
  /** PM2.5 in µg/m³: a slow walk with morning and evening peaks. */
  fineDust(simMs: number): number;
  /** 0–1: how much traffic is on the roads. */
  traffic(simMs: number): number;
}

export function createWeather(seed: number): Weather {
  const [warm, wet, air, dust] = ['temperature', 'humidity', 'pressure', 'dust'].map((name) => streamOf(seed, `weather/${name}`)) as [number, number, number, number]; // four names in
  const daily = (simMs: number): number => Math.cos((2 * Math.PI * (hourOf(simMs) - 14.5)) / 24);
  const traffic = (simMs: number): number => {
    const hour = hourOf(simMs);
    const rush = bump(hour, 7.8, 1.1) + 0.9 * bump(hour, 17.9, 1.4);
    return Math.min(1, (isWeekend(simMs) ? 0.45 : 1) * rush + 0.35 * bump(hour, 13, 4));
  };
  return {
    traffic,
    temperature: (simMs) => seasonTemperature(simMs) + SWING * daily(simMs) + DRIFT * driftAt(warm, simMs / (5 * HOUR_MS)),
    humidity: (simMs) => 62 - 16 * daily(simMs) + 9 * driftAt(wet, simMs / (4 * HOUR_MS)),
    pressure: (simMs) => 1015 + 7 * driftAt(air, simMs / (18 * HOUR_MS)),
    fineDust: (simMs) => 21 + 8 * driftAt(dust, simMs / (6 * HOUR_MS)) + 2.5 * driftAt(dust ^ 1, simMs / (HOUR_MS / 2))
      + 6 * bump(hourOf(simMs), 8, 1.6) + 5 * bump(hourOf(simMs), 19, 2),
  };
}
