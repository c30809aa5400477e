import type { DeviceId, EpochMs, JournalRecord } from '@liandong/protocols';

/** More than a device can have in flight at once. */
const REMEMBERED_PER_DEVICE = 64;

interface Remembered { fingerprint: number; ts: EpochMs }
interface DeviceMemory { readonly messages: Remembered[]; newest: EpochMs }

/**
 * A message without `ts` gets server time. Two things could go wrong with that, and this keeps them right:
 * a redelivery (DUP flag) would look like another reading, so it gets the time of the first;
 * two messages in one millisecond would replace one another, so a device's server times are strictly increasing.
 */
export class RedeliveryTimes {
  readonly #byDevice = new Map<DeviceId, DeviceMemory>();

  /** Server time for a message without `ts`. */
  timeFor(message: { device: DeviceId; fingerprint: number; isRedelivery: boolean; now: EpochMs }): EpochMs {
    const memory = this.#memoryOf(message.device);
    if (message.isRedelivery) {
      const first = memory.messages.findLast((known) => known.fingerprint === message.fingerprint);
      if (first !== undefined) return first.ts;
    }
    const ts = Math.max(message.now, memory.newest + 1);
    this.#remember(memory, { fingerprint: message.fingerprint, ts });
    return ts;
  }

  /** At start: what the journal took before the hub stopped may be redelivered now. */
  seed(record: JournalRecord): void {
    if ((record.type === 'telemetry' || record.type === 'event') && record.fingerprint !== undefined) {
      this.#remember(this.#memoryOf(record.device), { fingerprint: record.fingerprint, ts: record.ts });
    }
  }

  #memoryOf(device: DeviceId): DeviceMemory {
    let memory = this.#byDevice.get(device);
    if (memory === undefined) this.#byDevice.set(device, memory = { messages: [], newest: 0 });
    return memory;
  }

  #remember(memory: DeviceMemory, message: Remembered): void {
    memory.messages.push(message);
    if (memory.messages.length > REMEMBERED_PER_DEVICE) memory.messages.shift();
    memory.newest = Math.max(memory.newest, message.ts);
  }
}

/** FNV-1a over the payload, and which reading of it: 32 bits are plenty among a device's last few messages. */
export function fingerprintOf(payload: Uint8Array, index: number): number {
  let hash = 0x811c9dc5 ^ index;
  for (let i = 0; i < payload.length; i += 1) hash = Math.imul(hash ^ (payload[i] as number), 0x01000193); // i < length
  return hash >>> 0;
}
