import type { EpochMs, Maintenance, NewMaintenance } from '@liandong/protocols';
import type { DeviceEntry } from '../devices/types.js';
import type { Principal } from '../identity/principal.js';

/** What raises nothing for a while, as the rule evaluator asks. From memory, in no time. */
export interface OutOfService {
  /** The same number as long as nothing goes out of service or comes back. */
  version(now: EpochMs): number;
  /** Why the device is out of service, for the timeline of alerts that end with it; undefined when it is in service. */
  why(entry: DeviceEntry, now: EpochMs): string | undefined;
}

export const nothingOutOfService: OutOfService = { version: () => 0, why: () => undefined };

export interface MaintenanceQuery { area?: string; open?: boolean; limit: number; cursor?: string }

/** Maintenance windows. Each method checks permission first; a window of an area out of the caller's does not exist (MAINTENANCE_NOT_FOUND). */
export interface MaintenanceService {
  /** Newest first; of a list of devices only those in sight. Throws AREA_NOT_FOUND, CURSOR_INVALID. */
  list(principal: Principal, query: MaintenanceQuery): Promise<{ data: Maintenance[]; next?: string }>;
  /** Throws VALIDATION_FAILED for times that do not work, AREA_NOT_FOUND, DEVICE_NOT_FOUND. */
  create(principal: Principal, window: NewMaintenance): Promise<Maintenance>;
  /** Ends it now; one that is over already stays as it is. Only who sees all of it may. */
  end(principal: Principal, id: string): Promise<void>;
}
