import { along, numberOf, type Scenario } from './scenario.js';

const EMPTIED_MS = 200_000;
const LASTS_MS = 620_000;

/** A skip's worth of rubbish lands in a bin: over 80 % at once, past 95 % within a minute, emptied after three, then back to its habit. */
export const binOverflow: Scenario = {
  name: 'bin-overflow',
  summary: 'three bins fill past 80 and 95 %, and are emptied after some minutes',
  kinds: ['waste_bin'], devices: 3, isLocal: false, lastsMs: LASTS_MS,
  shape: (elapsedMs, base) => {
    const usual = numberOf(base.fill_level);
    if (elapsedMs < EMPTIED_MS) return { ...base, fill_level: Math.max(usual, along([[0, usual], [5_000, 84], [40_000, 97], [EMPTIED_MS, 99]], elapsedMs)) };
    return { ...base, fill_level: along([[EMPTIED_MS, 4], [LASTS_MS, usual]], elapsedMs) };
  },
};
