import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Resources } from '../support/resources.js';
import type { LoadMessage, LoadPlan, LoadResult } from './plan.js';

const PROGRAM = fileURLToPath(new URL('load-process.js', import.meta.url));

export interface FinishedLoad extends LoadResult {
  /** When it ended (ms of our `performance.now`). */
  readonly endedAt: number;
}

export interface LoadOptions {
  /** Every device is let in. */
  readonly onOpened?: () => void;
  /** All is acknowledged, and the devices of a plan that stays open are still there. */
  readonly whileOpen?: () => Promise<void>;
  /** It leaves the processor to whoever else needs it. */
  readonly yields?: boolean;
}

/** Runs a plan in a child process. Rejects with the reason when a connection fails or the child ends early. */
export async function startLoad(plan: LoadPlan, resources: Resources, onProgress: (acknowledged: number) => void, { onOpened, whileOpen, yields = false }: LoadOptions = {}): Promise<FinishedLoad> {
  const child = resources.own('load', fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  if (yields) child.giveWay();
  try {
    const finished = await new Promise<FinishedLoad>((resolve, reject) => {
      child.process.on('message', (raw) => {
        const message = raw as LoadMessage; // the child is our own program
        switch (message.type) {
          case 'opened': return onOpened?.();
          case 'progress': return onProgress(message.acknowledged);
          case 'done': return resolve({ ...message.result, endedAt: performance.now() });
          case 'failed': return reject(new Error(`the load stopped: ${message.reason}`));
        }
      });
      child.process.once('exit', (code) => reject(new Error(`the load process ended with code ${code ?? 'none'}`)));
      child.process.once('error', reject);
      child.process.send(plan);
    });
    await whileOpen?.();
    return finished;
  } finally {
    if (child.process.connected) child.process.disconnect(); // it ends by itself then; waiting for that would be measured
  }
}

/** The same, once every device is let in: hundreds that connect at a time are a load of another kind. */
export async function openLoad(plan: LoadPlan, resources: Resources, options: Pick<LoadOptions, 'yields'> = {}): Promise<{ readonly finished: Promise<FinishedLoad> }> {
  return new Promise((resolve, reject) => {
    const finished = startLoad(plan, resources, () => undefined, { ...options, onOpened: () => resolve({ finished }) });
    finished.catch(reject);
  });
}
