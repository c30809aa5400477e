import type { SimMessage } from '../fleet/message.js';
import type { Plan } from '../fleet/plan.js';
import type { Scheduler } from './scheduler.js';

export interface PumpDeps {
  readonly plan: Pick<Plan, 'nextDueMs' | 'takeDue'>;
  readonly scheduler: Scheduler;
  readonly send: (message: SimMessage) => void;
  readonly skip: (messages: number) => void;
}

/** Messages due within this time go out together, so that a high rate doesn't mean a timer per message. */
const BATCH_MS = 5;
/** What is later than this, after a suspended machine wakes up, is skipped instead of flooding the hub. */
const LATE_MS = 30_000;
const SKIP_STEP_MS = 1_000;

/** Sends each message of the plan when it is due, for as long as the scheduler runs. */
export function startPump({ plan, scheduler, send, skip }: PumpDeps): void {
  const pump = (): void => {
    const now = scheduler.now();
    for (let next = plan.nextDueMs; next !== undefined && next < now - LATE_MS; next = plan.nextDueMs) skip(plan.takeDue(next + SKIP_STEP_MS).length);
    for (const message of plan.takeDue(now)) send(message);
    if (plan.nextDueMs !== undefined) scheduler.at(Math.max(now + BATCH_MS, plan.nextDueMs), pump);
  };
  pump();
}
