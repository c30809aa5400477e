import type { EdgeResult } from '../edge/measure-edge.js';
import { whole } from './tables.js';

/** What the project has set itself. */
export const EDGE_LIMITS = { restartS: 30, drainTimesLive: 5, p99Times: 2, idleRssMiB: 150 } as const;
const HEADER = ['edge', '', 'figure', 'aim'];

/** The second column marks what misses its aim. */
export function edgeCells(result: EdgeResult): string[][] {
  if ('failure' in result) return [HEADER, ['edge', 'FAILED', '–', '–']];
  const { size, idleRssMiB, restartS, drainPerS, quiet, draining, rows, expectedRows } = result;
  const row = (what: string, isMet: boolean, figure: string, aim: string): string[] => [what, isMet ? '' : 'missed', figure, aim];
  return [
    HEADER,
    row('memory at rest, MiB', idleRssMiB < EDGE_LIMITS.idleRssMiB, idleRssMiB.toFixed(0), `under ${EDGE_LIMITS.idleRssMiB}`),
    row(`start after kill -9 with ${whole(size.backlog)} messages waiting, s`, restartS <= EDGE_LIMITS.restartS, restartS.toFixed(1), `${EDGE_LIMITS.restartS} for 1,000,000`),
    row('backlog passed on, records/s', drainPerS >= EDGE_LIMITS.drainTimesLive * size.messagesPerS, whole(drainPerS), `${EDGE_LIMITS.drainTimesLive} × ${whole(size.messagesPerS)} live`),
    row('alert to a screen at the hub while all is quiet, p50 / p99, ms', true, `${quiet.p50.toFixed(0)} / ${quiet.p99.toFixed(0)}`, '–'),
    row('the same while the backlog drains', draining.p99 <= EDGE_LIMITS.p99Times * quiet.p99, `${draining.p50.toFixed(0)} / ${draining.p99.toFixed(0)}`, `p99 within ${EDGE_LIMITS.p99Times} ×`),
    row('rows of the backlog at the hub', rows === expectedRows, whole(rows), whole(expectedRows)),
  ];
}

export const edgeNotes = (result: EdgeResult): string[] => 'failure' in result ? [`edge FAILED: ${result.failure}`] : [
  `edge: ${whole(result.size.messagesPerS)} messages/s live through it before and during the drain, ${result.quiet.alerts} gates forced open each time; edge, hub and load share the machine`,
];
