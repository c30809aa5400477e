import type { EpochMs } from '@liandong/protocols';

/** What a rule type remembers besides the condition. */
export interface Extra {
  save(): unknown;
  load(saved: unknown): void;
  /** After a step back of the hub's clock or the device's: forgets what lies after this. */
  limitTimes(now: EpochMs): void;
  /** Does it change by hub time alone? Then it is ticked. */
  readonly isTicking?: boolean;
  /** Hub time at which `tick` has something to do; Infinity: never. */
  readonly dueAt?: EpochMs;
  tick?(now: EpochMs): void;
}
