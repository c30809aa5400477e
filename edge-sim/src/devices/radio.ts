import { driftAt, streamOf, unitAt } from '../random.js';
import type { Values } from './values.js';

const DAY_MS = 86_400_000;
/** A cell lasts about ten months and is changed at a quarter left, before the hub's 20 % alert. */
const CELL_LIFE_DAYS = 300;
const USED_PERCENT = 74;

/** Battery (slowly down, then changed) and signal strength: what every simulated device has. */
export function createRadio(seed: number, id: string): (simMs: number) => Required<Pick<Values, 'battery' | 'rssi'>> {
  const cell = streamOf(seed, `${id}/battery`);
  const signal = streamOf(seed, `${id}/rssi`);
  const phase = unitAt(cell, 0);
  const reach = -62 - 34 * unitAt(signal, -1);
  return (simMs) => ({
    battery: 100 - USED_PERCENT * ((simMs / DAY_MS / CELL_LIFE_DAYS + phase) % 1),
    rssi: reach + 4 * driftAt(signal, simMs / 60_000),
  });
}
