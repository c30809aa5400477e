import { createHash } from 'node:crypto';
import type { Device, DeviceId, DeviceKind } from '@liandong/protocols';
import type { DeviceDirectory, DeviceEntry } from '../../src/devices/types.js';

/** A device directory without a database, for tests of what only reads it. */
export class MemoryDirectory implements DeviceDirectory {
  readonly #entries = new Map<DeviceId, DeviceEntry>();
  readonly #listeners = new Set<(id: DeviceId, entry: DeviceEntry | undefined) => void>();

  get size(): number { return this.#entries.size; }
  get(id: DeviceId): DeviceEntry | undefined { return this.#entries.get(id); }
  values(): IterableIterator<DeviceEntry> { return this.#entries.values(); }

  put(device: { id: DeviceId; secret: string; kind?: DeviceKind; community?: string; status?: DeviceEntry['device']['status']; more?: Partial<Device> }): DeviceEntry {
    const community = device.community ?? 'beiguan';
    const entry: DeviceEntry = {
      device: { id: device.id, name: device.id, kind: device.kind ?? 'waste_bin', area: community, codec: 'native', reportingIntervalS: 60, status: device.status ?? 'online', ...device.more },
      subdistrict: 'fuan', community, secretHash: createHash('sha256').update(device.secret).digest(),
    };
    this.#entries.set(device.id, entry);
    for (const listener of this.#listeners) listener(device.id, entry);
    return entry;
  }

  remove(id: DeviceId): void {
    this.#entries.delete(id);
    for (const listener of this.#listeners) listener(id, undefined);
  }

  authenticate(username: string, password: Buffer): DeviceEntry | undefined {
    const entry = this.#entries.get(username);
    return entry?.secretHash.equals(createHash('sha256').update(password).digest()) === true ? entry : undefined;
  }

  onChange(listener: (id: DeviceId, entry: DeviceEntry | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
