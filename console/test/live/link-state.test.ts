import { describe, expect, it } from 'vitest';
import type { Device } from '@liandong/protocols';
import { countLinks, linkState } from '../../src/live/link-state.js';

const NOW = 1_000_000_000;
const deviceOf = (status: Device['status'], agoS?: number, reportingIntervalS = 60): Device => ({ id: 'd', name: 'd', kind: 'waste_bin', area: 'a', codec: 'native', status, reportingIntervalS, ...(agoS === undefined ? {} : { lastSeenAt: NOW - agoS * 1000 }) });

describe('how a device is connected', () => {
  it.each([
    ['online', 0, 60, 'online'], ['online', 90, 60, 'online'], ['online', 90.1, 60, 'late'], ['online', 600, 600, 'online'], ['online', 901, 600, 'late'], ['online', -5, 60, 'online'], ['online', undefined, 60, 'online'],
    ['offline', 1, 60, 'offline'], ['provisioned', undefined, 60, 'waiting'], ['maintenance', 9999, 60, undefined], ['retired', 9999, 60, undefined],
  ] as const)('%s, seen %s s ago, every %i s: %s', (status, ago, interval, state) => { expect(linkState(deviceOf(status, ago, interval), NOW)).toBe(state); });
  it('counts each device once, and none that needn’t report', () => {
    expect(countLinks([deviceOf('online', 1), deviceOf('online', 500), deviceOf('offline', 500), deviceOf('provisioned'), deviceOf('retired')], NOW)).toEqual({ online: 1, late: 1, offline: 1, waiting: 1 });
  });
});
