import type { DeviceId } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { RandomBytes } from '../identity/secrets.js';
import type { LatestValues } from '../realtime/types.js';
import { createArrivals } from './arrivals.js';
import { createClaimService, type ClaimService } from './claim-service.js';
import type { WritableDeviceDirectory } from './device-directory.js';
import type { DeviceService } from './device-service.js';
import type { DiscoveredRepository } from './discovered-repository.js';
import { createDiscoveredService, type DiscoveredService } from './discovered-service.js';
import { createInstallationService, type InstallationService } from './installation-service.js';
import { createLabelService, type LabelService } from './label-service.js';
import type { LastPayloads } from './last-payloads.js';
import type { PhotoService } from './photo-service.js';
import type { SignIns } from './sign-ins.js';

/** Everything between the box and the green light, for the REST routes. */
export interface Provisioning {
  readonly claims: ClaimService;
  readonly installations: InstallationService;
  readonly discovered: DiscoveredService;
  readonly labels: LabelService;
  readonly photos: PhotoService;
}

export interface ProvisioningDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: AreaTree;
  readonly directory: WritableDeviceDirectory;
  readonly devices: DeviceService;
  readonly changes: ChangeLog;
  readonly latest: LatestValues;
  readonly payloads: LastPayloads;
  readonly signIns: SignIns;
  readonly discovered: DiscoveredRepository;
  readonly photos: PhotoService;
  readonly random?: RandomBytes;
}

export function createProvisioning({ db, clock, areas, directory, devices, changes, latest, payloads, signIns, discovered, photos, random }: ProvisioningDependencies): Provisioning {
  const arrivals = createArrivals({ payloads, latest });
  const claims = createClaimService({ db, clock, areas, directory, devices, changes, arrivals, ...(random === undefined ? {} : { random }) });
  return {
    claims, photos,
    installations: createInstallationService({ db, devices, claims, latest, payloads, signIns }),
    discovered: createDiscoveredService({ areas, directory, devices, discovered }),
    labels: createLabelService({ areas, devices, claims }),
  };
}

/** For the device service: what is kept of a device outside its tables goes with it. */
export const forgetInstallation = ({ payloads, signIns, photos }: { payloads: LastPayloads; signIns: SignIns; photos: PhotoService }) => async (id: DeviceId): Promise<void> => {
  payloads.forget(id);
  signIns.forget(id);
  await photos.forget(id);
};
