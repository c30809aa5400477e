import type { EpochMs } from '@liandong/protocols';

/** Steps of alerts after which a turn ends with a commit: a person who acknowledges, and what is critical, waits for no more than these. */
export const STEPS_PER_TURN = 100;

/** Work in turns: it yields where one is full, and goes on when it is given the time at which the next one begins. Meanwhile anything may have changed. */
export type InTurns<Result = void> = Generator<undefined, Result, EpochMs>;
