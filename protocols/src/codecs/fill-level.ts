import type { Refusal } from '../refusals.js';
import type { Reading } from './decoded.js';

/** What the installer captured of a bin: from the sensor to the bottom, and from the sensor to "full" (mm). */
export interface BinInstall { readonly depthMm?: number; readonly deadZoneMm?: number }

/** A distance further beyond the bottom than this share of the depth is no echo of this bin. */
const BEYOND_BOTTOM = 1.1;

/**
 * Turns a measured distance into `fill_level`: (depth − distance) / (depth − dead zone), 0–100 %, to 0.1.
 * The distance itself is not kept. A reading without one comes back as it is; one that can't be turned comes back without it
 * (its `values` may then be empty) and with why.
 */
export function installFill(reading: Reading, install: BinInstall | undefined): { reading: Reading; refusal?: Refusal } {
  const { distanceMm, ...rest } = reading;
  if (distanceMm === undefined) return { reading };
  const { depthMm, deadZoneMm } = install ?? {};
  if (!isLength(depthMm) || depthMm === 0) return { reading: rest, refusal: { reason: 'missing_install', detail: 'depthMm' } };
  if (!isLength(deadZoneMm) || deadZoneMm >= depthMm) return { reading: rest, refusal: { reason: 'missing_install', detail: 'deadZoneMm' } };
  if (!Number.isFinite(distanceMm)) return { reading: rest, refusal: { reason: 'not_finite', detail: 'distanceMm' } };
  if (distanceMm < 0 || distanceMm > depthMm * BEYOND_BOTTOM) return { reading: rest, refusal: { reason: 'out_of_range', detail: 'distanceMm' } };
  const percent = ((depthMm - distanceMm) / (depthMm - deadZoneMm)) * 100;
  const fillLevel = Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10;
  return { reading: { ...rest, values: { ...rest.values, fill_level: fillLevel } } };
}

const isLength = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
