import type { Figures } from '../measure.js';
import { isGood, type RunReport } from './run-report.js';
import { whole } from './tables.js';

interface Yardstick {
  readonly workload: 'live' | 'drain';
  readonly what: string;
  readonly best: 'lowest' | 'highest';
  /** Undefined where a path has no such figure. */
  readonly of: (figures: Figures) => number | undefined;
  readonly show: (value: number) => string;
}

const us = (value: number): string => `${value.toFixed(1)} µs`;
const ms = (value: number): string => `${value.toFixed(1)} ms`;
/** Where a broker stands between, what comes behind it can be compared by itself. */
const consumerAlone = ({ parts }: Figures): number | undefined => parts.broker === undefined ? undefined : parts.consumer?.cpuUsPerMessage;
const memory = ({ parts }: Figures): number => Object.values(parts).reduce((sum, { peakRssMiB }) => sum + peakRssMiB, 0);

const YARDSTICKS: readonly Yardstick[] = [
  { workload: 'live', what: 'CPU a message, all processes', best: 'lowest', of: ({ cpuUsPerMessage }) => cpuUsPerMessage, show: us },
  { workload: 'live', what: 'CPU a message, hub or Telegraf alone behind Mosquitto', best: 'lowest', of: consumerAlone, show: us },
  { workload: 'live', what: 'PUBACK, 99th percentile', best: 'lowest', of: ({ pubackMs }) => pubackMs.p99, show: ms },
  { workload: 'live', what: 'peak memory, all processes', best: 'lowest', of: memory, show: (value) => `${whole(value)} MiB` },
  { workload: 'drain', what: 'messages a second', best: 'highest', of: ({ messagesPerS }) => messagesPerS, show: whole },
  { workload: 'drain', what: 'CPU a message, all processes', best: 'lowest', of: ({ cpuUsPerMessage }) => cpuUsPerMessage, show: us },
  { workload: 'drain', what: 'CPU a message, hub or Telegraf alone behind Mosquitto', best: 'lowest', of: consumerAlone, show: us },
  { workload: 'drain', what: 'peak memory, all processes', best: 'lowest', of: memory, show: (value) => `${whole(value)} MiB` },
];

/** Who wins and who loses by what, best first; only of runs in which every row was there. */
export function verdictsOf({ results }: RunReport): string[] {
  return YARDSTICKS.flatMap(({ workload, what, best, of, show }) => {
    const ranked = results.flatMap((result) => {
      const value = result.workload === workload && isGood(result) && result.figures !== undefined ? of(result.figures) : undefined;
      return value === undefined ? [] : [{ path: result.path.toUpperCase(), value }];
    }).sort((one, other) => best === 'lowest' ? one.value - other.value : other.value - one.value);
    return ranked.length < 2 ? [] : [`${workload}, ${what}: ${ranked.map(({ path, value }) => `${path} ${show(value)}`).join(', ')}`];
  });
}
