import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useAlertsStore } from '../../src/stores/alerts.js';
import { useClockStore } from '../../src/stores/clock.js';
import { useStormStore } from '../../src/stores/storm.js';
import { anAlert } from '../support/alerts.js';

describe('the alerts of a screen in a storm', () => {
  const document = { hidden: false };
  beforeEach(() => { vi.useFakeTimers(); vi.stubGlobal('document', document); document.hidden = false; setActivePinia(createPinia()); useClockStore().start(); });
  afterEach(() => { useClockStore().stop(); vi.useRealTimers(); vi.unstubAllGlobals(); });
  /** So many alerts in one second, ten at a time; every fifth that came before is acknowledged. */
  function second(from: number, count: number): void {
    const alerts = useAlertsStore();
    for (let i = 0; i < count; i += 1) {
      const seq = from + i;
      alerts.take(anAlert({ id: `s${i % 5 === 4 ? seq - 4 : seq}`, seq, severity: 'minor', acked: i % 5 === 4 }));
      if (i % 10 === 9) vi.advanceTimersByTime(1000 / (count / 10));
    }
  }

  it('says how many changes come and in how many passes they are shown, ends with the storm, and loses none of them', () => {
    const [alerts, storm] = [useAlertsStore(), useStormStore()];
    expect(storm.reading).toBeUndefined();
    for (let s = 0; s < 10; s += 1) second(100 + s * 800, 800);
    expect(storm.reading?.changes).toBeGreaterThan(500);
    expect(storm.reading?.passes).toBeGreaterThanOrEqual(4);
    expect(storm.reading?.passes).toBeLessThanOrEqual(11);
    vi.advanceTimersByTime(12_000);
    expect(storm.reading).toBeUndefined();
    expect([alerts.needing.length, alerts.acked.length]).toEqual([8000 * 0.6, 8000 * 0.2]);
  });

  it('moves once a second in the background, whatever the browser does to timers and pictures, and at once for a critical alert', () => {
    const alerts = useAlertsStore();
    const passes: number[] = [];
    const sounded: string[] = [];
    alerts.onChanged((applied) => { passes.push(applied.length); });
    alerts.onNews(({ id, severity }) => { if (severity === 'critical') sounded.push(id); });
    document.hidden = true;
    // Only the clock goes on: no timer fires, as in a tab that was left alone for five minutes.
    const now = vi.spyOn(performance, 'now');
    let at = 100_000;
    now.mockImplementation(() => at);
    for (let i = 0; i < 5000; i += 1) { at += 1; alerts.take(anAlert({ id: `h${i}`, seq: i + 1, severity: 'minor' })); }
    expect(passes.length).toBe(5);
    at += 500;
    alerts.take(anAlert({ id: 'fire', seq: 9000, severity: 'critical' }));
    expect([sounded, passes.length]).toEqual([['fire'], 6]);
    alerts.take(anAlert({ id: 'last', seq: 9001, severity: 'minor' }));
    expect(alerts.byId.has('last')).toBe(false);
    alerts.heard();
    expect(alerts.needing.length).toBe(5002);
    now.mockRestore();
  });
});
