import type { FleetsResult } from '../fleets/measure-fleets.js';
import { whole } from './tables.js';

/** What the project has set itself: CPU time a message with many devices, in times of that with few. */
export const FLEETS_TARGET_TIMES = 1.25;
const HEADER = ['devices', '', 'CPU µs a message', 'PUBACK p50 ms', 'p99', 'MiB at rest', 'peak MiB'];

export function fleetsCells(result: FleetsResult): string[][] {
  if ('failure' in result) return [HEADER, ['fleets', 'FAILED', '–', '–', '–', '–', '–']];
  return [HEADER, ...[result.few, result.many].map(({ devices, cpuUsPerMessage, pubackMs, restMiB, peakRssMiB }) =>
    [whole(devices), '', cpuUsPerMessage.toFixed(1), pubackMs.p50.toFixed(1), pubackMs.p99.toFixed(1), whole(restMiB), whole(peakRssMiB)])];
}

export function fleetsNotes(result: FleetsResult): string[] {
  if ('failure' in result) return [`fleets FAILED: ${result.failure}`];
  const { size, few, many } = result;
  const times = many.cpuUsPerMessage / few.cpuUsPerMessage;
  return [
    `fleets: a message of ${whole(many.devices)} devices costs ${times.toFixed(2)} times the CPU of one of ${whole(few.devices)} (target: at most ${FLEETS_TARGET_TIMES}, ${times <= FLEETS_TARGET_TIMES ? 'met' : 'MISSED'})`,
    `fleets: ${whole(size.messagesPerS)} messages/s for ${size.seconds} s, ${size.rounds} turns each, from connections of their own to two embedded hubs; connecting is not counted, what the hub does for idle devices is`,
  ];
}
