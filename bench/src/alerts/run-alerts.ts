import { loadavg } from 'node:os';
import type { RunDependencies } from '../run.js';
import { runPart } from '../run-part.js';
import type { PartOptions } from '../support/part-options.js';
import { measureLatency, type LatencyResult } from './measure-latency.js';
import { measureRules, type RulesResult } from './measure-rules.js';
import { measureStorms, type StormTurns } from './measure-storm.js';

/** `loadBefore`: over the last minute before it began, with what this run did before it. */
export type Measured<Result> = (Result & { readonly loadBefore: number }) | { readonly failure: string };
export interface AlertReport { readonly rules?: Measured<RulesResult>; readonly alerts?: Measured<LatencyResult>; readonly storm?: Measured<StormTurns>; /** The same with a load that yields. */ readonly yielding?: Measured<StormTurns>; /** A storm that outruns the hub. */ readonly outrun?: Measured<StormTurns> }

/** One measurement after the other, each with processes of its own. One that fails does not stop the next. */
export async function runAlerts(dependencies: RunDependencies): Promise<AlertReport> {
  const { rules, alerts, storm, yielding, outrun } = dependencies.options;
  return {
    ...(rules === undefined ? {} : { rules: await runOne('Rules', (told) => measureRules(rules, told), dependencies) }),
    ...(alerts === undefined ? {} : { alerts: await runOne('Alerts', (told) => measureLatency(alerts, told), dependencies) }),
    ...(storm === undefined ? {} : { storm: await runOne('Storm', (told) => measureStorms(storm, told), dependencies) }),
    ...(yielding === undefined ? {} : { yielding: await runOne('Storm whose load yields', (told) => measureStorms(yielding, told), dependencies) }),
    ...(outrun === undefined ? {} : { outrun: await runOne('Storm that outruns the hub', (told) => measureStorms(outrun, told), dependencies) }),
  };
}

async function runOne<Result>(name: string, run: (told: PartOptions) => Promise<Result>, dependencies: RunDependencies): Promise<Measured<Result>> {
  return runPart(name, async (told) => {
    const loadBefore = loadavg()[0] ?? 0;
    return { ...await run(told), loadBefore };
  }, dependencies);
}
