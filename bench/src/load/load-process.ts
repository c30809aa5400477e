import type { LoadMessage, LoadPlan } from './plan.js';
import { runLoad } from './run-load.js';

/** A process of its own, so that its CPU time is nobody else's; it ends with the one that started it. */
const say = (message: LoadMessage): void => { process.send?.(message); };

process.on('disconnect', () => process.exit(1));
process.once('message', (plan) => {
  // Only `startLoad` sends here, and only a plan.
  runLoad(plan as LoadPlan, (acknowledged) => say({ type: 'progress', acknowledged }), () => say({ type: 'opened' })).then(
    (result) => say({ type: 'done', result }),
    (error: unknown) => say({ type: 'failed', reason: error instanceof Error ? error.message : String(error) }));
});
