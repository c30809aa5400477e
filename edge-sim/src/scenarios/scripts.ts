import type { SimDevice } from '../fleet/roster.js';
import { binOverflow } from './bin-overflow.js';
import { gateForced } from './gate-forced.js';
import { loudNight } from './loud-night.js';
import { actOn, type Act, type Scenario, type Script } from './scenario.js';
import { sensorSilent } from './sensor-silent.js';
import { smog } from './smog.js';
import { chooseTargets } from './targets.js';

export interface ScriptDeps {
  readonly roster: readonly SimDevice[];
  readonly seed: number;
}

const FIRST_MS = 5_000;
const STAGGER_MS = 4_000;

/** The scenarios asked for, together, once, from five seconds after the start; the devices of one follow each other by seconds. */
export const scenarioScript = (scenarios: readonly Scenario[], deps: ScriptDeps): Script => ({
  turn: (number) => number > 0 ? [] : scenarios.flatMap((scenario) => acts(scenario, deps, { startsMs: FIRST_MS, draw: 0, count: scenario.devices })),
});

/** Minutes a turn of the demonstration takes. */
const DEMO_TURN_MIN = 30;
/** When in the turn, what, and on how many devices: an alert within the first half minute, seldom more than three at once. */
const DEMO: readonly { atMin: number; scenario: Scenario; count: number }[] = [
  { atMin: 0.13, scenario: binOverflow, count: 1 },
  { atMin: 2, scenario: gateForced, count: 1 },
  { atMin: 4.5, scenario: loudNight, count: 1 },
  { atMin: 7, scenario: binOverflow, count: 1 },
  { atMin: 8, scenario: smog, count: 2 },
  { atMin: 12, scenario: binOverflow, count: 1 },
  { atMin: 14, scenario: sensorSilent, count: 1 },
  { atMin: 17, scenario: gateForced, count: 1 },
  { atMin: 22, scenario: binOverflow, count: 1 },
  { atMin: 25, scenario: sensorSilent, count: 1 },
  { atMin: 27.5, scenario: gateForced, count: 1 },
];

/** What a newcomer watches: something happens every few minutes and passes again, on other devices each turn. */
export const demoScript = (deps: ScriptDeps): Script => ({
  periodMs: DEMO_TURN_MIN * 60_000,
  turn: (number) => DEMO.flatMap(({ atMin, scenario, count }, i) => acts(scenario, deps, { startsMs: atMin * 60_000, draw: number * DEMO.length + i, count })),
});

function acts(scenario: Scenario, { roster, seed }: ScriptDeps, { startsMs, draw, count }: { startsMs: number; draw: number; count: number }): Act[] {
  return chooseTargets({ scenario, roster, seed, draw, count }).map((device, i) => actOn(scenario, device, startsMs + i * STAGGER_MS));
}
