import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import type { Device } from '@liandong/protocols';
import { hubApi } from '../../src/api/hub-api.js';
import { useFleetStore } from '../../src/stores/fleet.js';

const deviceOf = (id: string, status: Device['status'] = 'online'): Device => ({ id, name: id, kind: 'waste_bin', area: 'beiguan', codec: 'native', reportingIntervalS: 60, status });

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the fleet store', () => {
  it('keeps what the socket says while the pages are read: it is newer than they are', async () => {
    const fleet = useFleetStore();
    let answer: (page: { data: Device[] }) => void = () => undefined;
    vi.spyOn(hubApi, 'devices').mockImplementation(() => new Promise((resolve) => { answer = resolve; }));
    fleet.applyDevice(1, deviceOf('old', 'online'));
    const loading = fleet.load();
    fleet.applyDevice(2, deviceOf('bin-1', 'offline'));
    fleet.applyDevice(3, deviceOf('new', 'provisioned'));
    answer({ data: [deviceOf('bin-1', 'online'), deviceOf('old', 'offline')] });
    await loading;
    expect(fleet.all.map(({ id, status }) => [id, status]).sort()).toEqual([['bin-1', 'offline'], ['new', 'provisioned'], ['old', 'offline']]);
  });

  it('shows a change that comes alone at once', () => {
    const fleet = useFleetStore();
    fleet.applyDevice(1, deviceOf('b-1'));
    expect([fleet.totals.online, fleet.changes.map(({ seq }) => seq)]).toEqual([1, [1]]);
  });

  it('counts everything anew a few times, not thousands of times, when thousands of devices change', () => {
    const fleet = useFleetStore();
    let counted = 0;
    watch(() => fleet.totals, () => { counted += 1; }, { flush: 'sync' });
    for (let seq = 1; seq <= 5000; seq += 1) {
      fleet.applyDevice(seq, deviceOf(`b-${seq}`, 'offline'));
      if (seq % 50 === 0) vi.advanceTimersByTime(10); // a second in all
    }
    vi.advanceTimersByTime(1000);
    expect(fleet.totals).toMatchObject({ total: 5000, offline: 5000 });
    expect(fleet.changes[0]?.seq).toBe(5000);
    expect(counted).toBeLessThan(10);
  });
});
