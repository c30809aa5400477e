import type { GateStep } from '../devices/gate.js';
import type { Values } from '../devices/values.js';
import type { DeviceKind } from '@liandong/protocols';
import type { SimDevice } from '../fleet/roster.js';

/** A scripted happening, pure in the time since it began. Times are wall-clock ms, stretched for devices that report slowly. */
export interface Scenario {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  readonly kinds: readonly DeviceKind[];
  /** How many devices it takes when it is asked for by name, and whether they stand in one community. */
  readonly devices: number;
  readonly isLocal: boolean;
  readonly lastsMs: number;
  /** What the device reports instead of `base`; undefined: it reports nothing. */
  readonly shape?: (elapsedMs: number, base: Values) => Values | undefined;
  /** What the gate tells; while the act lasts nobody else passes. */
  readonly events?: readonly GateStep[];
}

/** A scenario at work on one device; times since the run, or the script's turn, began (ms). */
export interface Act {
  readonly scenario: Scenario;
  readonly device: SimDevice;
  readonly startsMs: number;
  /** How many times slower than written. */
  readonly pace: number;
}

/** Acts of each turn; a script with a period goes on for ever. */
export interface Script {
  readonly periodMs?: number;
  turn(number: number): Act[];
}

/** Timelines are written for a device that reports every ten seconds. */
const WRITTEN_FOR_MS = 10_000;

/** On a device that reports seldom the act begins after a first report: what was never heard can't fall silent. */
export function actOn(scenario: Scenario, device: SimDevice, startsMs: number): Act {
  const pace = Math.max(1, device.reportEveryMs / WRITTEN_FOR_MS);
  const waitMs = pace > 1 && scenario.shape !== undefined ? device.reportEveryMs : 0;
  return { scenario, device, startsMs: startsMs + waitMs, pace };
}

export const endsMs = ({ scenario, startsMs, pace }: Act): number => startsMs + scenario.lastsMs * pace;

/** A value on a line through points `[ms, value]`, level before the first and after the last. */
export function along(points: readonly (readonly [ms: number, value: number])[], elapsedMs: number): number {
  const next = points.findIndex(([ms]) => ms > elapsedMs);
  const [toMs, to] = points[next === -1 ? points.length - 1 : next] ?? [0, 0];
  const [fromMs, from] = points[next === -1 ? points.length - 1 : Math.max(0, next - 1)] ?? [toMs, to];
  return toMs === fromMs ? to : from + ((to - from) * (elapsedMs - fromMs)) / (toMs - fromMs);
}

/** A reading as a number; 0 when the device has none. */
export const numberOf = (value: number | boolean | undefined): number => typeof value === 'number' ? value : 0;
