import { METRICS, type MetricKey } from '@liandong/protocols';

/** The least an axis spans, so that ordinary jitter looks like jitter (in the metric's unit). Own choice: what a person on duty would call a change. */
const LEAST_SPAN: Partial<Record<MetricKey, number>> = {
  fill_level: 20, temperature: 5, battery: 20, humidity: 20, pm2_5: 40, pm10: 40, co2: 200, co: 2, o3: 50, no2: 50, so2: 50, noise: 15,
  illuminance: 200, pressure: 10, tvoc: 200, hcho: 0.1, wind_speed: 4, wind_direction: 90, rain: 5, rssi: 20, snr: 10,
};
/** Room below the lowest point and above the highest, for their labels (share of the span). */
const PADDING = 0.16;
const TICKS = 5;

/** Ends and step of the vertical axis: round figures, never past what the metric can be. */
export function axisOf(metric: MetricKey, lowest: number, highest: number): { min: number; max: number; interval: number } {
  const { min: least, max: most } = METRICS[metric];
  const span = Math.max(highest - lowest, LEAST_SPAN[metric] ?? 1);
  const middle = (lowest + highest) / 2;
  const interval = roundStep(span * (1 + 2 * PADDING) / TICKS);
  const [from, to] = [middle - span * (0.5 + PADDING), middle + span * (0.5 + PADDING)].map((value) => value / interval) as [number, number]; // two in, two out
  return { min: Math.max(least, tidy(Math.floor(from) * interval)), max: Math.min(most, tidy(Math.ceil(to) * interval)), interval };
}

/** The next of 1, 2, 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return (([1, 2, 5] as const).find((factor) => factor * power >= step * 0.999) ?? 10) * power;
}

/** 0.30000000000000004 is 0.3. */
const tidy = (value: number): number => Number(value.toPrecision(12));
