import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { ticksPerSecond } from './process-usage.js';

/** Field of /proc/stat's first line after `cpu` (proc(5)): time a guest's processors wanted to run and the host ran something else. */
const STEAL = 8 - 1;

/** Ticks that the host took, over all processors, since the machine began; out of the text of /proc/stat. */
export const stolenTicksOf = (stat: string): number => Number(stat.slice(0, stat.indexOf('\n')).trim().split(/\s+/)[STEAL + 1] ?? 0);

/** Per cent of the machine's processor time that its host took between the call and the call of what it answers: what is slow then needn't be the program. */
export function watchStolen(): () => number {
  const stolen = (): number => stolenTicksOf(readFileSync('/proc/stat', 'utf8'));
  const [before, startedAt] = [stolen(), performance.now()];
  return () => (stolen() - before) / ticksPerSecond() / ((performance.now() - startedAt) / 1000 * cpus().length) * 100;
}
