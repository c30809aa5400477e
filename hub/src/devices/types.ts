import type { AreaId, Decoded, Device, DeviceId, DeviceStatus, EpochMs, Refusal } from '@liandong/protocols';

/** Everything the hot path needs of a device, by id, from memory. */
export interface DeviceEntry {
  readonly device: Device;
  /** Of the area the device is in. */
  readonly subdistrict: AreaId;
  readonly community: AreaId;
  /** SHA-256 of its secret. */
  readonly secretHash: Buffer;
}

/** All devices in memory, kept in step with the database by the device service and, for status and sightings, by presence. */
export interface DeviceDirectory {
  get(id: DeviceId): DeviceEntry | undefined;
  values(): IterableIterator<DeviceEntry>;
  readonly size: number;
  /** Sign-in on the embedded broker: the device's own secret, compared in constant time; a retired device can't sign in. */
  authenticate(username: string, password: Buffer): DeviceEntry | undefined;
  /** Told when a device is made, changed (place, credentials, status set by a person) or removed (`entry` undefined). */
  onChange(listener: (id: DeviceId, entry: DeviceEntry | undefined) => void): () => void;
}

/** Presence, seen by readers and the broker; kept on disk and announced as `device` changes by presence itself, at most one change per device and second. */
export interface PresenceSink {
  seen(sightings: ReadonlyMap<DeviceId, EpochMs>): Promise<void>;
  setStatus(device: DeviceId, status: Extract<DeviceStatus, 'online' | 'offline'>, at: EpochMs): Promise<void>;
}

/** One message and all that was refused of it. */
export interface RefusedMessage {
  readonly device: DeviceId | undefined;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Never empty; the last one is shown as the device's last refusal. */
  readonly refusals: readonly Refusal[];
}

/** Counts what was refused; never throws, never blocks. Called once per message, because the payload is copied each time. */
export interface RefusalSink {
  refuse(message: RefusedMessage): void;
}

/** Shown every decoded payload; keeps the latest of devices that are being installed. Never throws, never blocks. */
export interface PayloadSink {
  /** `isKept`: a reading or an event of it goes to the journal; what is too old does not. */
  note(sighting: { device: DeviceEntry; topic: string; payload: Uint8Array; decoded: Decoded; isKept: boolean }): void;
}

/** Told how sign-ins on the embedded broker end. */
export interface SignInWatch {
  /** The name as it was sent: it may be anybody's. */
  failed(username: string): void;
  succeeded(device: DeviceId): void;
}
