/** Classes of sound environment, GB 3096-2008: 0 quiet care, 1 homes and schools, 2 homes mixed with trade, 3 industry, 4a beside main roads. */
export const NOISE_CLASSES = ['0', '1', '2', '3', '4a'] as const;
export type NoiseClass = (typeof NOISE_CLASSES)[number];

/** Limits of the equivalent sound level in dB(A), GB 3096-2008, 5.1, table 1. */
export const NOISE_LIMITS: Readonly<Record<NoiseClass, { readonly day: number; readonly night: number }>> = {
  '0': { day: 50, night: 40 }, '1': { day: 55, night: 45 }, '2': { day: 60, night: 50 }, '3': { day: 65, night: 55 }, '4a': { day: 70, night: 55 },
};

/** Day is 06:00–22:00 local time, the rest is night: [first hour, hour it ends before]. */
export const NOISE_DAY_HOURS = [6, 22] as const;
/** Is this hour of the day (0–23, UTC+8) night in the standard's sense? */
export const isNoiseNight = (hour: number): boolean => hour < NOISE_DAY_HOURS[0] || hour >= NOISE_DAY_HOURS[1];
