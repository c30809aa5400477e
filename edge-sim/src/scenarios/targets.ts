import type { SimDevice } from '../fleet/roster.js';
import { streamOf, unitAt } from '../random.js';
import type { Scenario } from './scenario.js';

/** Which devices a scenario takes, by seed and draw; fewer than asked for when the fleet is small, none when it has no such kind. */
export function chooseTargets({ scenario, roster, seed, draw, count }: { scenario: Scenario; roster: readonly SimDevice[]; seed: number; draw: number; count: number }): SimDevice[] {
  const stream = streamOf(seed, `scenario/${scenario.name}`);
  const able = roster.filter((device) => scenario.kinds.includes(device.kind));
  const first = able[Math.floor(unitAt(stream, draw) * able.length)];
  if (first === undefined) return [];
  const near = scenario.isLocal ? able.filter((device) => device.community === first.community) : able;
  const start = near.indexOf(first);
  return [...near.slice(start), ...near.slice(0, start)].slice(0, count);
}
