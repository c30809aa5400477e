/** China Standard Time, UTC+8 without summer time: daily curves follow the clock on the wall there. */
const CST_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
const YEAR_DAYS = 365.2425;

/** Days since 1970-01-01 at UTC+8. */
export const dayNumber = (simMs: number): number => Math.floor((simMs + CST_OFFSET_MS) / DAY_MS);
/** Hour of the day at UTC+8 with its fraction, in [0, 24). */
export const hourOf = (simMs: number): number => ((((simMs + CST_OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS) / 3_600_000;
/** Saturday and Sunday; 1970-01-01 was a Thursday. */
export const isWeekend = (simMs: number): boolean => [2, 3].includes((((dayNumber(simMs) % 7) + 7) % 7));

/** A bell around an hour of the day, 1 at its top and near 0 three widths away, round midnight too. */
export function bump(hour: number, centre: number, widthHours: number): number {
  const apart = Math.abs(hour - centre);
  const distance = Math.min(apart, 24 - apart) / widthHours;
  return Math.exp(-distance * distance);
}

/** 0 before `from`, 1 after `to`, smooth between. */
export function ease(x: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** 1 in the lively part of the day, 0 at night. It is 0 from 22 to 6, when the night limits of GB 3096-2008 hold. */
export const liveliness = (simMs: number): number => {
  const hour = hourOf(simMs);
  return ease(hour, 6, 7.5) * (1 - ease(hour, 20, 21.75));
};

/** Mean temperature of the season in °C, by the long-term means of the Jiaozhou plain: about 0 in January, 26 in late July. */
export const seasonTemperature = (simMs: number): number => 13 - 13 * Math.cos(2 * Math.PI * ((simMs / DAY_MS - 20) / YEAR_DAYS));
