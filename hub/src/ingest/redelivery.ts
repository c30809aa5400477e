import type { DeviceId, EpochMs, JournalRecord } from '@liandong/protocols';

/** More messages than a device has unacknowledged at once; beyond it the oldest is forgotten. */
const REMEMBERED_PER_DEVICE = 1024;
/** How far a device's times may run ahead of the hub's clock; further means that the clock was set back. */
const LONGEST_LEAD_MS = 60_000;

/** Where the readings of one message start in time, and when it came. */
interface Remembered { readonly base: EpochMs; readonly at: EpochMs }
interface DeviceMemory { readonly messages: Map<number, Remembered>; newest: EpochMs }

/** A message with `count` readings or events that need the hub's time. */
export interface TimelessMessage {
  readonly device: DeviceId;
  readonly fingerprint: number;
  /** It may have come before; only then is it looked for. */
  readonly isRedelivery: boolean;
  readonly count: number;
  readonly now: EpochMs;
}

/**
 * Readings without `ts` get server time. Two things could go wrong with that, and this keeps them right:
 * a redelivery (DUP flag, or a name that came before) would look like other readings, so it gets the times of the first;
 * two readings in one millisecond would replace one another, so a device's server times are strictly increasing.
 */
export class RedeliveryTimes {
  readonly #byDevice = new Map<DeviceId, DeviceMemory>();

  /** Time of the first of the message's readings; the next ones follow 1 ms apart. */
  baseFor({ device, fingerprint, isRedelivery, count, now }: TimelessMessage): EpochMs {
    const memory = this.#memoryOf(device);
    const first = isRedelivery ? memory.messages.get(fingerprint) : undefined;
    if (first !== undefined) return first.base;
    const lead = memory.newest + 1 - now;
    const base = lead > 0 && lead < LONGEST_LEAD_MS ? memory.newest + 1 : now;
    remember(memory, fingerprint, { base, at: now });
    memory.newest = base + count - 1;
    return base;
  }

  /** At start: what the journal took before the hub stopped may be redelivered now. Records come in their order. */
  seed(record: JournalRecord): void {
    if ((record.type !== 'telemetry' && record.type !== 'event') || record.fingerprint === undefined) return;
    const memory = this.#memoryOf(record.device);
    // Readings of one message came at one time; the same fingerprint later is a message of its own.
    if (memory.messages.get(record.fingerprint)?.at !== record.at) remember(memory, record.fingerprint, { base: record.ts, at: record.at });
    memory.newest = Math.max(memory.newest, record.ts);
  }

  #memoryOf(device: DeviceId): DeviceMemory {
    let memory = this.#byDevice.get(device);
    if (memory === undefined) this.#byDevice.set(device, memory = { messages: new Map(), newest: 0 });
    return memory;
  }
}

function remember({ messages }: DeviceMemory, fingerprint: number, message: Remembered): void {
  messages.delete(fingerprint); // to the end of the order
  messages.set(fingerprint, message);
  if (messages.size <= REMEMBERED_PER_DEVICE) return;
  for (const oldest of messages.keys()) return void messages.delete(oldest);
}

/** FNV-1a over packet id and payload: a redelivery has both the same (MQTT 3.1.1 clause 4.4). */
export function fingerprintOf(payload: Uint8Array, messageId: number): number {
  let hash = Math.imul(0x811c9dc5 ^ messageId, 0x01000193);
  for (let i = 0; i < payload.length; i += 1) hash = Math.imul(hash ^ (payload[i] as number), 0x01000193); // i < length
  return hash >>> 0;
}

/** The same for a message that has a name of its own. 53 bits: of such a one nothing but its name says that it came before. */
export function fingerprintOfName(name: string, part: number): number {
  let [low, high] = [0x811c9dc5 ^ part, 0x01000193 ^ part];
  for (let i = 0; i < name.length; i += 1) {
    low = Math.imul(low ^ name.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ name.charCodeAt(i), 0x85ebca6b) ^ (low >>> 15);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
