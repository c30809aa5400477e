import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import type { Device } from '@liandong/protocols';
import { useFleetStore } from '../../src/stores/fleet.js';

const device = (id: string, status: Device['status'] = 'online'): Device => ({ id, name: id, kind: 'waste_bin', area: 'a', codec: 'native', reportingIntervalS: 60, status });

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
});
afterEach(() => { vi.useRealTimers(); });

describe('the fleet on a screen', () => {
  it('shows a change that comes alone at once', () => {
    const fleet = useFleetStore();
    fleet.applyDevice(1, device('b-1'));
    expect([fleet.totals.online, fleet.changes.map(({ seq }) => seq)]).toEqual([1, [1]]);
  });

  it('counts everything anew a few times, not thousands of times, when thousands of devices change', () => {
    const fleet = useFleetStore();
    let counted = 0;
    watch(() => fleet.totals, () => { counted += 1; }, { flush: 'sync' });
    for (let seq = 1; seq <= 5000; seq += 1) {
      fleet.applyDevice(seq, device(`b-${seq}`, 'offline'));
      if (seq % 50 === 0) vi.advanceTimersByTime(10); // a second in all
    }
    vi.advanceTimersByTime(1000);
    expect(fleet.totals).toMatchObject({ total: 5000, offline: 5000 });
    expect(fleet.changes[0]?.seq).toBe(5000);
    expect(counted).toBeLessThan(10);
  });
});
