import type { MetricValue } from '../metrics.js';
import type { FieldMap } from './fields.js';

/**
 * Field names that decoders on LoRaWAN servers emit, with the unit they have in all of those decoders.
 *
 * Left out because the name doesn't say the unit: `tvoc` (Milesight: an index or ug/m3 under one name), `o3`, `no2`, `so2`, `co` (ppm or ug/m3),
 * `light`, `light_level`, `luminosity` (lx, per cent or a level), `noise`, `sound` (which weighting), `wind_speed` (m/s or km/h), `rain` (since
 * when), `temp` (tenths in some), `tilt` (an angle in some), `relativeHumidity` (a fraction in FIWARE), `battery_level` (LoRaWAN's 0–254 in some),
 * `Bat`, `BatV`, `vdd`, `battery_voltage` (volts: no honest per cent without the cell's curve). A payload codec reads such devices from their bytes.
 * A pressure in Pa or kPa can't be taken for hPa: both fall outside the range.
 */
export const lorawanFields: FieldMap = {
  fill_level: { metric: 'fill_level' },
  lid_open: { metric: 'lid_open' },
  tilted: { metric: 'tilted' },
  position: { metric: 'tilted', read: milesightPosition },
  temperature: { metric: 'temperature' },
  Temperature: { metric: 'temperature' },
  temperature_c: { metric: 'temperature' },
  temperatureC: { metric: 'temperature' },
  humidity: { metric: 'humidity' },
  Humidity: { metric: 'humidity' },
  battery: { metric: 'battery', read: batteryPercent },
  battery_percent: { metric: 'battery' },
  battery_percentage: { metric: 'battery' },
  batteryPercent: { metric: 'battery' },
  distance: { metric: 'distanceMm', read: wholeMillimetres },
  distance_mm: { metric: 'distanceMm' },
  distanceMm: { metric: 'distanceMm' },
  distance_cm: { metric: 'distanceMm', scale: 10 },
  co2: { metric: 'co2' },
  CO2: { metric: 'co2' },
  co2_ppm: { metric: 'co2' },
  pm2_5: { metric: 'pm2_5' },
  PM2_5: { metric: 'pm2_5' },
  pm25: { metric: 'pm2_5' },
  'pm2.5': { metric: 'pm2_5' },
  'PM2.5': { metric: 'pm2_5' },
  pm10: { metric: 'pm10' },
  PM10: { metric: 'pm10' },
  pressure: { metric: 'pressure' },
  barometric_pressure: { metric: 'pressure' },
  hcho: { metric: 'hcho' },
  illuminance: { metric: 'illuminance' },
  illumination: { metric: 'illuminance' },
  lux: { metric: 'illuminance' },
  LAeq: { metric: 'noise' },
  laeq: { metric: 'noise' },
  wind_direction: { metric: 'wind_direction' },
};

/** Milesight's decoders say `normal` or `tilt`. */
function milesightPosition(value: unknown): MetricValue | undefined {
  return value === 'tilt' ? true : value === 'normal' ? false : undefined;
}

/** Up to 5 it may as well be volts, as many decoders mean by `battery`. */
function batteryPercent(value: unknown): MetricValue | undefined {
  return typeof value === 'number' && (value > 5 || value <= 0) ? value : undefined;
}

/** Milesight, Elsys and Decentlab mean millimetres by `distance`, always whole; a fraction is somebody's metres or centimetres. */
function wholeMillimetres(value: unknown): MetricValue | undefined {
  return Number.isInteger(value) ? value as number : undefined; // isInteger
}
