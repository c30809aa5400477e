import type { Device } from '@liandong/protocols';

/** Devices in use, which is all but the retired ones; the parts add up to `total` (counts). `unseen` have never reported. */
export interface DeviceTotals { total: number; online: number; offline: number; unseen: number; maintenance: number; retired: number }

/** The one way the console counts devices. */
export function deviceTotals(devices: readonly Device[]): DeviceTotals {
  const counts = { online: 0, offline: 0, provisioned: 0, maintenance: 0, retired: 0 };
  for (const device of devices) counts[device.status] += 1;
  const { online, offline, provisioned: unseen, maintenance, retired } = counts;
  return { total: devices.length - retired, online, offline, unseen, maintenance, retired };
}
