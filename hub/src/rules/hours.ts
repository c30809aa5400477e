import type { EpochMs } from '@liandong/protocols';
import { hourOfDay } from '../clock.js';

/**
 * Is it a time at which a rule limited to these hours (UTC+8) applies? The first hour belongs to it, the last doesn't:
 * [6, 22] is 06:00–21:59, [22, 6] crosses midnight, equal hours mean the whole day.
 */
export function isWithinHours([from, to]: readonly [number, number], at: EpochMs): boolean {
  const hour = hourOfDay(at);
  if (from === to) return true;
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}
