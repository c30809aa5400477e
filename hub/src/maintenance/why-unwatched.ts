import type { EpochMs } from '@liandong/protocols';
import type { DeviceEntry } from '../devices/types.js';
import type { OutOfService } from './types.js';

/** Before its acceptance and after retirement nothing counts that a device sends. */
export const whyUnused = ({ device: { accepted, status } }: DeviceEntry): string | undefined =>
  accepted === false ? 'not accepted' : status === 'retired' ? status : undefined;

/** Why nothing is to be raised of the device, as timelines say it; undefined when it is in service. */
export const whyUnwatched = (entry: DeviceEntry, outOfService: OutOfService, now: EpochMs): string | undefined =>
  whyUnused(entry) ?? (entry.device.status === 'maintenance' ? 'maintenance' : outOfService.why(entry, now));
