import { NOISE_LIMITS, isNoiseNight, type EpochMs, type NoiseRule } from '@liandong/protocols';
import { hourOfDay } from '../clock.js';
import type { DeviceEntry } from '../devices/types.js';
import type { Condition } from './condition.js';
import type { SampleWatch } from './watches.js';

const DAY = { zh: '昼间', en: 'day' };
const NIGHT = { zh: '夜间', en: 'night' };

/** Strictly over the limit of its class at that hour of device time; the alert names the limit, and whether it is day or night. */
export function watchNoise({ class: ownClass, bands, deadband }: NoiseRule, condition: Condition): SampleWatch {
  return (ts, at, value) => {
    if (typeof value !== 'number') return;
    const { limit, isNight } = noiseLimit(ownClass, condition.device.entry, ts);
    const level = bands.findLastIndex(({ over }) => value > limit + over);
    if (level < 0) return condition.leave(value < limit - deadband, ts, at);
    condition.facts = { limit, what: isNight ? NIGHT : DAY };
    condition.enter(level, ts, at, value);
  };
}

/** The limit of the device's class, else of the rule's, at that hour of device time. */
export function noiseLimit(ownClass: NoiseRule['class'], { device: { install } }: DeviceEntry, ts: EpochMs): { limit: number; isNight: boolean } {
  const limits = NOISE_LIMITS[install?.noiseClass ?? ownClass];
  const isNight = isNoiseNight(hourOfDay(ts));
  return { limit: isNight ? limits.night : limits.day, isNight };
}
