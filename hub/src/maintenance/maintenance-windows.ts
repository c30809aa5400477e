import type { AreaId, DeviceId, EpochMs, Maintenance } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Db } from '../database/database.js';
import type { DeviceEntry } from '../devices/types.js';
import { toMaintenance } from './maintenance-rows.js';
import type { OutOfService } from './types.js';

/** A window that is over is kept this long: the hub's clock may be set back into it. */
const KEPT_MS = 86_400_000;

/** The windows that are open or to come, in memory. Asked several times a second, so that it looks only when one begins or ends. */
export class MaintenanceWindows implements OutOfService {
  readonly #windows = new Map<string, Maintenance>();
  #inForce: readonly Maintenance[] = [];
  /** Places in `#inForce`, of the first window that names the device or the area: when one begins, every device of the hub is asked for. */
  readonly #ofDevice = new Map<DeviceId, number>();
  readonly #ofArea = new Map<AreaId, number>();
  #version = 0;
  /** What is in force was worked out for times from here on, and before there. */
  #knownFrom = Infinity;
  #knownTo = -Infinity;

  constructor(private readonly dependencies: { areas: Pick<AreaTree, 'lineage'> }) {}

  async load(db: Db, now: EpochMs): Promise<void> {
    const rows = await db.selectFrom('maintenance').selectAll().where('ends_at', '>', now - KEPT_MS).where('ended_at', 'is', null).execute();
    this.#windows.clear();
    for (const row of rows) this.put(toMaintenance(row));
  }

  /** A new window, or one that was ended by hand. */
  put(window: Maintenance): void {
    if (window.endedAt === undefined) this.#windows.set(window.id, window);
    else this.#windows.delete(window.id);
    [this.#knownFrom, this.#knownTo] = [Infinity, -Infinity];
  }

  version(now: EpochMs): number {
    this.#look(now);
    return this.#version;
  }

  why({ device }: DeviceEntry, now: EpochMs): string | undefined {
    this.#look(now);
    if (this.#inForce.length === 0) return undefined;
    let first = this.#ofDevice.get(device.id) ?? Infinity;
    if (this.#ofArea.size > 0) for (const { id } of this.dependencies.areas.lineage(device.area)) first = Math.min(first, this.#ofArea.get(id) ?? Infinity);
    const window = this.#inForce[first];
    return window === undefined ? undefined : `maintenance: ${window.reason}`;
  }

  #look(now: EpochMs): void {
    if (now >= this.#knownFrom && now < this.#knownTo) return;
    [this.#knownFrom, this.#knownTo] = [-Infinity, Infinity];
    for (const { id, from, to } of this.#windows.values()) {
      if (to <= now - KEPT_MS) this.#windows.delete(id);
      for (const time of [from, to]) {
        if (time <= now) this.#knownFrom = Math.max(this.#knownFrom, time);
        else this.#knownTo = Math.min(this.#knownTo, time);
      }
    }
    const inForce = [...this.#windows.values()].filter(({ from, to }) => from <= now && now < to);
    const isSame = inForce.length === this.#inForce.length && inForce.every((window, index) => window === this.#inForce[index]);
    if (isSame) return;
    this.#inForce = inForce;
    this.#version += 1;
    this.#ofDevice.clear();
    this.#ofArea.clear();
    for (const [place, { area, devices }] of inForce.entries()) {
      if (devices !== undefined) for (const id of devices) putFirst(this.#ofDevice, id, place);
      else if (area !== undefined) putFirst(this.#ofArea, area, place);
    }
  }
}

function putFirst<K>(map: Map<K, number>, key: K, place: number): void {
  if (!map.has(key)) map.set(key, place);
}
