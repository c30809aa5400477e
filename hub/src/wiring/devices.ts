import type { AreaTree } from '../areas/area-tree.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { DataPaths } from '../data-dir.js';
import type { Db } from '../database/database.js';
import { createDeviceDirectory } from '../devices/device-directory.js';
import { createDevicePresence } from '../devices/device-presence.js';
import { createDeviceService, type DeviceService } from '../devices/device-service.js';
import { createDiscoveredRepository } from '../devices/discovered-repository.js';
import { createLastPayloads } from '../devices/last-payloads.js';
import { createPhotoService } from '../devices/photo-service.js';
import { forgetInstallation } from '../devices/provisioning.js';
import { createRefusalLog } from '../devices/refusal-log.js';
import { createSignIns } from '../devices/sign-ins.js';
import type { AuditLog } from '../identity/types.js';

export interface DeviceWiring {
  readonly config: Config; readonly db: Db; readonly clock: Clock; readonly paths: Pick<DataPaths, 'photos'>; readonly areas: AreaTree; readonly changes: ChangeLog; readonly audit: AuditLog;
  readonly onError: (error: unknown) => void;
}

/** The devices and what is known of each besides its measurements. */
export function wireDevices({ config, db, clock, paths, areas, changes, audit, onError }: DeviceWiring) {
  const directory = createDeviceDirectory({ onError });
  const refusals = createRefusalLog({ db, clock, directory, onError });
  const presence = createDevicePresence({ db, clock, directory, changes, onError });
  const payloads = createLastPayloads({ clock });
  const signIns = createSignIns({ clock, directory });
  const photos = createPhotoService({ db, folder: paths.photos, devices: () => devices, audit });
  const devices: DeviceService = createDeviceService({ db, clock, areas, directory, refusals, changes, reservedIds: reservedIds(config), onRemoved: forgetInstallation({ payloads, signIns, photos }) });
  const discovered = createDiscoveredRepository({ db, directory, onError });
  return { directory, refusals, presence, payloads, signIns, photos, devices, discovered };
}

/** Ids that would be taken for something else: words of the REST paths, and the hub's own user at the broker. */
export const reservedIds = ({ mqttUrl }: Config): ReadonlySet<string> =>
  new Set(['import', 'claim', 'discovered', 'labels', ...(mqttUrl === undefined ? [] : [decodeURIComponent(mqttUrl.username)])]);
