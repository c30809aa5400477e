import { DueHeap } from '../heap.js';

export interface Scheduler {
  now(): number;
  /** Runs `task` once at that time; tasks may plan further ones. */
  at(dueMs: number, task: () => void): void;
  after(delayMs: number, task: () => void): void;
  /** Drops every planned task; nothing runs afterwards. */
  stop(): void;
}

/** Every delay of the fleet on one timer: thousands of devices don't make thousands of timers. */
export function createScheduler(now: () => number): Scheduler {
  const tasks = new DueHeap<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let armedForMs = Infinity;
  let isStopped = false;

  const arm = (): void => {
    const next = tasks.nextDueMs;
    if (next === undefined || next >= armedForMs) return;
    clearTimeout(timer);
    armedForMs = next;
    timer = setTimeout(run, Math.max(1, next - now()));
  };
  const run = (): void => {
    armedForMs = Infinity;
    for (let due = tasks.pop(now()); due !== undefined && !isStopped; due = tasks.pop(now())) due.item();
    if (!isStopped) arm();
  };
  const at = (dueMs: number, task: () => void): void => {
    if (isStopped) return;
    tasks.push(dueMs, task);
    arm();
  };

  return {
    now,
    at,
    after: (delayMs, task) => at(now() + delayMs, task),
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      tasks.clear();
    },
  };
}
