import type { MetricKey } from '../metrics.js';

export type Measured = MetricKey | 'distanceMm';
/** To the catalogue's unit: value × factor + offset. */
interface Conversion { readonly factor: number; readonly offset: number }

const times = (factor: number, offset = 0): Conversion => ({ factor, offset });
const SAME = times(1);
const PERCENT = { '%': SAME };
const MICROGRAMS = { 'ug/m3': SAME, 'mg/m3': times(1000) };
const MILLIGRAMS = { 'mg/m3': SAME, 'ug/m3': times(0.001) };

/** Units by metric, written as `plain` writes them. ppb and ppm of a gas are left out where the catalogue is by mass: without pressure and temperature they can't be converted. */
const UNITS: Partial<Record<Measured, Readonly<Record<string, Conversion>>>> = {
  fill_level: PERCENT, battery: PERCENT,
  humidity: { ...PERCENT, '%rh': SAME },
  temperature: { c: SAME, cel: SAME, degc: SAME, celsius: SAME, f: times(5 / 9, -160 / 9), degf: times(5 / 9, -160 / 9), fahrenheit: times(5 / 9, -160 / 9), k: times(1, -273.15) },
  pm2_5: MICROGRAMS, pm10: MICROGRAMS, o3: MICROGRAMS, no2: MICROGRAMS, so2: MICROGRAMS, tvoc: MICROGRAMS,
  co: MILLIGRAMS, hcho: MILLIGRAMS,
  co2: { ppm: SAME },
  noise: { db: SAME, dba: SAME, 'db(a)': SAME },
  illuminance: { lx: SAME, lux: SAME, klx: times(1000) },
  pressure: { hpa: SAME, mbar: SAME, kpa: times(10), pa: times(0.01), mmhg: times(1.33322387415), inhg: times(33.86388640341) },
  wind_speed: { 'm/s': SAME, 'km/h': times(1 / 3.6) },
  wind_direction: { deg: SAME },
  rain: { mm: SAME },
  rssi: { dbm: SAME }, snr: { db: SAME },
  distanceMm: { mm: SAME, cm: times(10), m: times(1000) },
};

/** Turns a number in `unit` into the catalogue's unit; undefined when the unit means nothing for this metric. */
export function converter(metric: Measured, unit: string): ((value: number) => number) | undefined {
  const units = UNITS[metric];
  const key = plain(unit);
  const conversion = units !== undefined && Object.hasOwn(units, key) ? units[key] : undefined;
  if (conversion === undefined) return undefined;
  const { factor, offset } = conversion;
  return factor === 1 && offset === 0 ? (value) => value : (value) => Math.round((value * factor + offset) * 1e6) / 1e6;
}

/** `µg/m³`, `ug/m^3` and `ug/m3` are one unit. */
const plain = (unit: string): string =>
  unit.slice(0, 32).replace(/[µμ]/g, 'u').replace(/\^?³|\^3/g, '3').replace(/[°º]/g, 'deg').replace(/\s/g, '').toLowerCase();
