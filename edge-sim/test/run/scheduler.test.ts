import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLimiter } from '../../src/run/limiter.js';
import { progressLine, startProgress } from '../../src/run/progress.js';
import { startPump } from '../../src/run/pump.js';
import { createScheduler } from '../../src/run/scheduler.js';
import { createTraffic } from '../../src/transport/traffic.js';

beforeEach(() => { vi.useFakeTimers({ now: 1_000_000 }); });
afterEach(() => { vi.useRealTimers(); });

describe('the scheduler', () => {
  it('runs tasks in order of time on one timer, also those planned by tasks', () => {
    const scheduler = createScheduler(Date.now);
    const ran: string[] = [];
    scheduler.after(300, () => ran.push('c'));
    scheduler.after(100, () => {
      ran.push('a');
      scheduler.after(100, () => ran.push('b'));
    });
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(250);
    expect(ran).toEqual(['a', 'b']);
    vi.advanceTimersByTime(60);
    expect(ran).toEqual(['a', 'b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('runs nothing after stop and leaves no timer behind', () => {
    const scheduler = createScheduler(Date.now);
    const task = vi.fn();
    scheduler.after(10, task);
    scheduler.stop();
    scheduler.after(10, task);
    vi.advanceTimersByTime(100);
    expect(task).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the pump', () => {
  const planOf = (times: number[]) => ({
    get nextDueMs() { return times[0]; },
    takeDue: (untilMs: number) => times.splice(0, times.filter((time) => time <= untilMs).length).map((dueMs) => ({ dueMs, device: 'd', kind: 'telemetry' as const, payload: '{}' })),
    obey: () => undefined,
  });

  it('sends each message when it is due', () => {
    const scheduler = createScheduler(Date.now);
    const sent: number[] = [];
    startPump({ plan: planOf([1_000_000, 1_000_500, 1_002_000]), scheduler, send: ({ dueMs }) => { sent.push(Date.now() - dueMs); }, skip: vi.fn() });
    vi.advanceTimersByTime(1_000);
    expect(sent).toHaveLength(2);
    vi.advanceTimersByTime(1_500);
    expect(sent).toHaveLength(3);
    for (const lateMs of sent) expect(lateMs).toBeLessThan(10);
  });

  it('skips what a suspended machine has slept through', () => {
    const sent = vi.fn();
    let skipped = 0;
    startPump({ plan: planOf([0, 500_000, 969_999, 975_000]), scheduler: createScheduler(Date.now), send: sent, skip: (count) => { skipped += count; } });
    expect(skipped).toBe(3);
    expect(sent).toHaveBeenCalledTimes(1);
  });
});

describe('the progress line', () => {
  it('names what matters, and the last error', () => {
    const traffic = { ...createTraffic(60), connected: 59, sent: 1204, acked: 1203, errors: 2, lastError: 'why' };
    expect(progressLine(traffic, 8.25)).toBe('devices 59/60 · sent 1,204 · acked 1,203 · 8.3 msg/s · errors 2 (last: why)');
  });

  it('rewrites one line a second on a terminal, and writes a line every ten elsewhere', () => {
    for (const [isTty, lines, mark] of [[true, 20, '\r'], [false, 2, '\n']] as const) {
      const written: string[] = [];
      const scheduler = createScheduler(Date.now);
      startProgress({ traffic: createTraffic(1), scheduler, output: { isTty, write: (text) => { written.push(text); } } });
      vi.advanceTimersByTime(20_100);
      scheduler.stop();
      expect(written).toHaveLength(lines);
      for (const text of written) expect(text.split(mark)).toHaveLength(2);
    }
  });
});

describe('the limiter', () => {
  it('runs no more than its limit at once, and goes on after a failure', async () => {
    const limit = createLimiter(2);
    let running = 0;
    let most = 0;
    const work = (fails: boolean) => limit(async () => {
      most = Math.max(most, running += 1);
      await Promise.resolve();
      running -= 1;
      if (fails) throw new Error('no');
    });
    const results = await Promise.allSettled([true, false, false, true, false].map(work));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(most).toBe(2);
  });
});
