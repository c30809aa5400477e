import { timingSafeEqual } from 'node:crypto';
import type { DeviceId } from '@liandong/protocols';
import { sha256 } from '../identity/secrets.js';
import { Listeners } from '../listeners.js';
import type { DeviceDirectory, DeviceEntry } from './types.js';

/** The directory as its owners, the device service and presence, see it. */
export interface WritableDeviceDirectory extends DeviceDirectory {
  /** Puts an entry without telling listeners: for loading. */
  load(entry: DeviceEntry): void;
  /** A person made or changed the device: listeners are told. */
  put(entry: DeviceEntry): void;
  /** The device is gone: listeners are told, the broker closes its connection. */
  remove(id: DeviceId): void;
}

/** Compared with when there is no such device, so that time does not tell which ids exist. */
const NOBODY = Buffer.alloc(32);

/** `onError`: told of a listener that threw. */
export function createDeviceDirectory({ onError }: { onError: (error: unknown) => void }): WritableDeviceDirectory {
  const entries = new Map<DeviceId, DeviceEntry>();
  const listeners = new Listeners<[DeviceId, DeviceEntry | undefined]>({ onError });

  return {
    get: (id) => entries.get(id),
    values: () => entries.values(),
    get size() { return entries.size; },
    authenticate(username, password) {
      const entry = entries.get(username);
      const isRight = timingSafeEqual(sha256(password), entry?.secretHash ?? NOBODY);
      return isRight && entry !== undefined && entry.device.status !== 'retired' ? entry : undefined;
    },
    onChange: (listener) => listeners.add(listener),
    load(entry) { entries.set(entry.device.id, entry); },
    put(entry) {
      entries.set(entry.device.id, entry);
      listeners.tell(entry.device.id, entry);
    },
    remove(id) {
      if (entries.delete(id)) listeners.tell(id, undefined);
    },
  };
}
