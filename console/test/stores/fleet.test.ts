import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Device } from '@liandong/protocols';
import { hubApi } from '../../src/api/hub-api.js';
import { useFleetStore } from '../../src/stores/fleet.js';

const deviceOf = (id: string, status: Device['status']): Device => ({ id, name: id, kind: 'waste_bin', area: 'beiguan', codec: 'native', reportingIntervalS: 60, status });

describe('the fleet store', () => {
  beforeEach(() => setActivePinia(createPinia()));
  afterEach(() => vi.restoreAllMocks());

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
});
