import { binOverflow } from './bin-overflow.js';
import { gateForced } from './gate-forced.js';
import { loudNight } from './loud-night.js';
import type { Scenario } from './scenario.js';
import { sensorSilent } from './sensor-silent.js';
import { smog } from './smog.js';

/** Every scenario that can be asked for by name. */
export const SCENARIOS: readonly Scenario[] = [binOverflow, gateForced, sensorSilent, smog, loudNight];

export const scenarioByName: ReadonlyMap<string, Scenario> = new Map(SCENARIOS.map((scenario) => [scenario.name, scenario]));
