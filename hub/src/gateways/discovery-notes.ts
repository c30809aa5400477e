import type { DeviceId, DeviceUplink, EpochMs } from '@liandong/protocols';
import { KEPT_BYTES, keptPayload } from '../devices/refused-payload.js';
import type { DiscoverySink } from './types.js';

const NOTE_EVERY_MS = 5000;
/** Devices remembered at once; names come from outside. */
const REMEMBERED = 10_000;
const LONGEST_NAME = 128;

/** Passes on what gateways say of unregistered devices, not more often than anybody needs it. */
export class DiscoveryNotes {
  readonly #notedAt = new Map<string, EpochMs>();
  /** Notes not passed on because more devices spoke within 5 s than are remembered. */
  dropped = 0;

  constructor(private readonly sink: DiscoverySink) {}

  note({ gateway, uplink, topic, payload, now }: { gateway: DeviceId; uplink: DeviceUplink; topic: string; payload: Uint8Array; now: EpochMs }): void {
    const { externalId, name, model } = uplink;
    if (externalId.length > LONGEST_NAME) return;
    const key = `${gateway} ${externalId}`;
    const last = this.#notedAt.get(key);
    if (last !== undefined && now - last < NOTE_EVERY_MS && now >= last) return;
    if (last === undefined && !this.#makeRoom(now)) {
      this.dropped += 1;
      return;
    }
    // Put anew at the end, so that the first ones are the oldest.
    this.#notedAt.delete(key);
    this.#notedAt.set(key, now);
    this.sink.note({
      gateway, externalId, ...(name === undefined ? {} : { name: name.slice(0, LONGEST_NAME) }), ...(model === undefined ? {} : { model: model.slice(0, LONGEST_NAME) }),
      sample: sampleOf(topic, payload), now,
    });
  }

  #makeRoom(now: EpochMs): boolean {
    if (this.#notedAt.size < REMEMBERED) return true;
    for (const [key, at] of this.#notedAt) {
      if (now - at < NOTE_EVERY_MS && now >= at) break;
      this.#notedAt.delete(key);
    }
    return this.#notedAt.size < REMEMBERED;
  }
}

/** A cut may fall within the last character. */
function sampleOf(topic: string, payload: Uint8Array): string {
  const head = Buffer.from(payload.subarray(0, KEPT_BYTES));
  const isText = !head.includes(0) && !head.toString('utf8').slice(0, -1).includes('\uFFFD');
  return isText ? keptPayload(topic, head, payload.length > KEPT_BYTES, 'not_for_us') : head.subarray(0, KEPT_BYTES / 2).toString('hex');
}
