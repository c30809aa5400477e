import { fileURLToPath } from 'node:url';
import type { DeviceLoad } from '../load/plan.js';
import { forkProgram, type ForkedProgram } from '../support/fork-program.js';
import { percentile } from '../support/percentile.js';
import type { Resources } from '../support/resources.js';

/** `seen`: what an alert is known by beside its device, the rule that raised it or the event itself. `first`: of the events each gate has one of. */
export type ProbeOrder =
  | { readonly type: 'open'; readonly url: string; readonly token: string; readonly mqttPort: number; readonly gates: readonly DeviceLoad[]; readonly seen: 'rule' | 'event' }
  | { readonly type: 'send'; readonly first: number; readonly count: number; readonly perS: number };
export type ProbeAnswer = { readonly type: 'opened' } | { readonly type: 'sent'; readonly latenciesMs: readonly number[] };

export interface Latency { readonly count: number; readonly p50: number; readonly p99: number; readonly max: number }

export const openProbe = (resources: Resources): ForkedProgram<ProbeOrder, ProbeAnswer> =>
  forkProgram('probe', fileURLToPath(new URL('probe-process.js', import.meta.url)), resources);

export function latencyOf(samples: readonly number[]): Latency {
  const sorted = [...samples].sort((a, b) => a - b);
  return { count: sorted.length, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: percentile(sorted, 1) };
}
