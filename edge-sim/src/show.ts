import type { PlanOptions } from './fleet/plan.js';
import { createRoster, type SimDevice } from './fleet/roster.js';
import type { Options } from './options.js';
import { createNight, type Night } from './scenarios/night/night.js';
import { createNightRoster } from './scenarios/night/night-roster.js';
import { demoScript, scenarioScript } from './scenarios/scripts.js';

/** What a run plays: on which fleet, by which plan, and what is done to its connections. */
export interface Show {
  readonly roster: readonly SimDevice[];
  /** `fleet`: those of the roster that are there. */
  play(fleet: readonly SimDevice[], startMs: number): Played;
}

export interface Played {
  readonly plan: PlanOptions;
  readonly night?: Night;
}

/** 22:00 at UTC+8 of an ordinary Monday: which one it is makes no difference to what is said. */
const NIGHTFALL = Date.parse('2026-11-23T22:00:00+08:00');

export const createShow = (options: Options): Show => options.night === undefined ? ordinaryShow(options) : nightShow(options, options.night);

function ordinaryShow({ devices, messagesPerSecond, prefix, seed, speed, isDemo, scenarios }: Options): Show {
  return {
    roster: createRoster({ size: devices, messagesPerSecond, prefix }),
    play(fleet, startMs) {
      const deps = { roster: fleet, seed };
      const script = isDemo ? demoScript(deps) : scenarios.length > 0 ? scenarioScript(scenarios, deps) : undefined;
      return { plan: { roster: fleet, seed, startMs, speed, isCalm: isDemo, isPaced: messagesPerSecond !== undefined, script } };
    },
  };
}

/** Nothing happens in it but its acts, so that whoever watches knows what to expect. */
function nightShow({ prefix, seed }: Options, { compress }: NonNullable<Options['night']>): Show {
  return {
    roster: createNightRoster({ compress, prefix }),
    play(fleet, startMs) {
      const night = createNight({ roster: fleet, seed, compress });
      return { night, plan: { roster: fleet, seed, startMs, speed: compress, compress, dayMs: NIGHTFALL, isCalm: true, isPaced: false, script: night.script } };
    },
  };
}
