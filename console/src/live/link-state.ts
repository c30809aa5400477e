import type { Device, EpochMs } from '@liandong/protocols';

/** How a device is connected. `late` is online still, but its report is overdue; `waiting` was never seen. */
export const LINK_STATES = ['online', 'late', 'offline', 'waiting'] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** A report is late after this many of the device's own intervals. */
export const LATE_INTERVALS = 1.5;

/** Undefined for a device that isn't expected to report: in maintenance or retired. */
export function linkState(device: Device, now: EpochMs): LinkState | undefined {
  if (device.status === 'provisioned') return 'waiting';
  if (device.status === 'offline') return 'offline';
  if (device.status !== 'online') return undefined;
  return device.lastSeenAt !== undefined && now - device.lastSeenAt > device.reportingIntervalS * 1000 * LATE_INTERVALS ? 'late' : 'online';
}

export type LinkCounts = Record<LinkState, number>;
export function countLinks(devices: Iterable<Device>, now: EpochMs): LinkCounts {
  const counts: LinkCounts = { online: 0, late: 0, offline: 0, waiting: 0 };
  for (const device of devices) {
    const state = linkState(device, now);
    if (state !== undefined) counts[state] += 1;
  }
  return counts;
}
