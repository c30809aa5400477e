import type { Device, EpochMs, MetricKey } from '@liandong/protocols';
import { hourOfDay } from '../format/time.js';
import { asNumber } from '../format/values.js';
import { deviceTotals, type DeviceTotals } from './device-totals.js';
import type { DeviceValues } from './latest-values.js';

/** Limits behind the figures: bins from the domain's defaults, noise class 2 from GB 3096-2008 (dB(A), day 06–22). */
export const FIGURE_LIMITS = { fillLevel: 80, noiseDay: 60, noiseNight: 50, battery: 20 } as const;

/** A count over the devices that have reported; `newestAt` is undefined when none has. */
export interface CountFigure { count: number; known: number; total: number; newestAt: EpochMs | undefined }
export interface PeakFigure { value: number; device: Device; at: EpochMs }
export interface KeyFigures {
  devices: DeviceTotals;
  bins: CountFigure;
  noise: CountFigure;
  battery: CountFigure;
  pm: PeakFigure | undefined;
}

type ValuesOf = (device: string) => DeviceValues | undefined;

/** The figures of the overview, from the devices and their latest values; a value older than 15 of its reporting intervals (at least 15 min) no longer speaks for now. */
export function keyFigures(devices: readonly Device[], valuesOf: ValuesOf, now: EpochMs): KeyFigures {
  const reading = (device: Device, metric: MetricKey) => currentReading(device, metric, valuesOf, now);
  const bins = devices.filter((device) => device.kind === 'waste_bin' && device.status !== 'retired');
  const sensors = devices.filter((device) => device.kind === 'env_sensor' && device.status !== 'retired');
  const noiseLimit = isDay(now) ? FIGURE_LIMITS.noiseDay : FIGURE_LIMITS.noiseNight;
  const withBattery = devices.filter((device) => reading(device, 'battery') !== undefined);
  return {
    devices: deviceTotals(devices),
    bins: countWhere(bins, (device) => reading(device, 'fill_level'), (value) => value >= FIGURE_LIMITS.fillLevel),
    noise: countWhere(sensors, (device) => reading(device, 'noise'), (value) => value > noiseLimit),
    battery: countWhere(withBattery, (device) => reading(device, 'battery'), (value) => value < FIGURE_LIMITS.battery),
    pm: peak(sensors, (device) => reading(device, 'pm2_5')),
  };
}

export const isDay = (at: EpochMs): boolean => hourOfDay(at) >= 6 && hourOfDay(at) < 22;

interface Reading { value: number; at: EpochMs }
function currentReading(device: Device, metric: MetricKey, valuesOf: ValuesOf, now: EpochMs): Reading | undefined {
  const found = valuesOf(device.id)?.[metric];
  if (found === undefined) return undefined;
  const staleAfterMs = Math.max(15 * 60_000, device.reportingIntervalS * 15_000);
  return now - found.ts > staleAfterMs ? undefined : { value: asNumber(found.value), at: found.ts };
}

function countWhere(devices: readonly Device[], read: (device: Device) => Reading | undefined, test: (value: number) => boolean): CountFigure {
  const readings = devices.map(read).filter((reading) => reading !== undefined);
  const newestAt = readings.length === 0 ? undefined : Math.max(...readings.map((reading) => reading.at));
  return { count: readings.filter((reading) => test(reading.value)).length, known: readings.length, total: devices.length, newestAt };
}

function peak(devices: readonly Device[], read: (device: Device) => Reading | undefined): PeakFigure | undefined {
  let best: PeakFigure | undefined;
  for (const device of devices) {
    const reading = read(device);
    if (reading !== undefined && (best === undefined || reading.value > best.value)) best = { value: reading.value, device, at: reading.at };
  }
  return best;
}
