import type { MetricKey } from './metrics.js';

/** Levels of the individual index (IAQI) at the breakpoints, HJ 633-2026. */
export const IAQI_LEVELS = [0, 50, 100, 150, 200, 300, 400, 500] as const;

/** One column of the standard's table: concentrations at the levels above, in the metric's unit of the catalogue (ug/m3; CO in mg/m3). */
interface Column {
  readonly breakpoints: readonly number[];
  /** The index of whatever lies above the last breakpoint, where the column ends before 500. */
  readonly above: number;
}
const column = (...breakpoints: number[]): Column => ({ breakpoints, above: IAQI_LEVELS[breakpoints.length - 1] ?? 500 });

/**
 * HJ 633-2026, in force since 2026-03-01, table of IAQI breakpoints per pollutant and averaging time.
 * SO2 above 800 in 1 h counts as 200, O3 above 800 in 8 h as 300: those columns end there.
 */
export const AQI_COLUMNS = {
  pm2_5_24h: column(0, 35, 60, 115, 150, 250, 350, 500),
  pm10_24h: column(0, 50, 120, 250, 350, 420, 500, 600),
  so2_24h: column(0, 50, 150, 475, 800, 1600, 2100, 2620),
  so2_1h: column(0, 150, 500, 650, 800),
  no2_24h: column(0, 40, 80, 180, 280, 565, 750, 940),
  no2_1h: column(0, 100, 200, 700, 1200, 2340, 3090, 3840),
  co_24h: column(0, 2, 4, 14, 24, 36, 48, 60),
  co_1h: column(0, 5, 10, 35, 60, 90, 120, 150),
  o3_8h: column(0, 100, 160, 215, 265, 800),
  o3_1h: column(0, 160, 200, 300, 400, 800, 1000, 1200),
} as const satisfies Record<string, Column>;
export type AqiColumn = keyof typeof AQI_COLUMNS;

export const POLLUTANTS = ['pm2_5', 'pm10', 'so2', 'no2', 'co', 'o3'] as const satisfies readonly MetricKey[];
export type Pollutant = (typeof POLLUTANTS)[number];
/** Mean concentrations; a pollutant nobody measures is left out. */
export type Concentrations = Partial<Record<Pollutant, number>>;

/** The real-time index takes 1 h means; the 1 h mean of PM is read in the daily column. */
export const REAL_TIME_COLUMNS: Readonly<Record<Pollutant, AqiColumn>> =
  { pm2_5: 'pm2_5_24h', pm10: 'pm10_24h', so2: 'so2_1h', no2: 'no2_1h', co: 'co_1h', o3: 'o3_1h' };
/** The daily index takes 24 h means, and of O3 the highest 8 h mean. */
export const DAILY_COLUMNS: Readonly<Record<Pollutant, AqiColumn>> =
  { pm2_5: 'pm2_5_24h', pm10: 'pm10_24h', so2: 'so2_24h', no2: 'no2_24h', co: 'co_24h', o3: 'o3_8h' };

/** A primary pollutant is named above this index only. */
export const PRIMARY_ABOVE = 50;
/** What binary fractions add to a figure that is whole on paper. */
const ROUNDING = 1e-9;

/**
 * The individual index of one concentration, 0–500: a straight line between the breakpoints, rounded up to a whole number.
 * Undefined for what is no concentration: below zero, NaN, infinite.
 */
export function iaqi(name: AqiColumn, concentration: number): number | undefined {
  if (!Number.isFinite(concentration) || concentration < 0) return undefined;
  const { breakpoints, above }: Column = AQI_COLUMNS[name];
  const upper = breakpoints.findIndex((breakpoint) => concentration <= breakpoint);
  if (upper === -1) return above;
  if (upper === 0) return 0;
  const [low, high] = [breakpoints[upper - 1]!, breakpoints[upper]!]; // 0 < upper < length
  const [from, to] = [IAQI_LEVELS[upper - 1]!, IAQI_LEVELS[upper]!]; // no column is longer than the levels
  return from + Math.ceil((to - from) * (concentration - low) / (high - low) - ROUNDING);
}

export interface Aqi {
  /** 0–500, the worst of the individual ones. */
  readonly aqi: number;
  readonly iaqi: Readonly<Partial<Record<Pollutant, number>>>;
  /** Whose index it is, when it is above 50; several may share the first place. */
  readonly primary: readonly Pollutant[];
}

/** The index of these means; undefined without a single usable one. */
export function aqiOf(means: Concentrations, columns: Readonly<Record<Pollutant, AqiColumn>> = REAL_TIME_COLUMNS): Aqi | undefined {
  const parts: Partial<Record<Pollutant, number>> = {};
  let aqi = -1;
  for (const pollutant of POLLUTANTS) {
    const index = iaqi(columns[pollutant], means[pollutant] ?? NaN);
    if (index === undefined) continue;
    parts[pollutant] = index;
    aqi = Math.max(aqi, index);
  }
  if (aqi < 0) return undefined;
  return { aqi, iaqi: parts, primary: aqi > PRIMARY_ABOVE ? POLLUTANTS.filter((pollutant) => parts[pollutant] === aqi) : [] };
}

/** The six categories up to their highest index, with the standard's colours. */
export const AQI_CATEGORIES = [
  { upTo: 50, label: { zh: '优', en: 'Excellent' }, colour: '#00E400' },
  { upTo: 100, label: { zh: '良', en: 'Good' }, colour: '#FFFF00' },
  { upTo: 150, label: { zh: '轻度污染', en: 'Lightly polluted' }, colour: '#FF7E00' },
  { upTo: 200, label: { zh: '中度污染', en: 'Moderately polluted' }, colour: '#FF0000' },
  { upTo: 300, label: { zh: '重度污染', en: 'Heavily polluted' }, colour: '#99004C' },
  { upTo: 500, label: { zh: '严重污染', en: 'Severely polluted' }, colour: '#7E0023' },
] as const;
/** The category of an index; above 500 it stays the worst. */
export const aqiCategory = (aqi: number): (typeof AQI_CATEGORIES)[number] => AQI_CATEGORIES.find(({ upTo }) => aqi <= upTo) ?? AQI_CATEGORIES[5];
