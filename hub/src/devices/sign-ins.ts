import type { DeviceId, EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceDirectory, SignInWatch } from './types.js';

/** When a device last signed in and last failed to; in memory only. */
export interface SignIns extends SignInWatch {
  of(device: DeviceId): { readonly succeededAt?: EpochMs; readonly failedAt?: EpochMs };
  forget(device: DeviceId): void;
}

/** Names that are no device's are not remembered, so nobody can fill memory with them: bounded by the number of devices. */
export function createSignIns({ clock, directory }: { clock: Clock; directory: Pick<DeviceDirectory, 'get'> }): SignIns {
  const times = new Map<DeviceId, { succeededAt?: EpochMs; failedAt?: EpochMs }>();
  return {
    failed(username) {
      if (directory.get(username) !== undefined) times.set(username, { ...times.get(username), failedAt: clock.now() });
    },
    succeeded(device) { times.set(device, { ...times.get(device), succeededAt: clock.now() }); },
    of: (device) => times.get(device) ?? {},
    forget(device) { times.delete(device); },
  };
}
