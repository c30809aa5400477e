import type { EpochMs, Maintenance } from '@liandong/protocols';
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
  #version = 0;
  /** What is in force was worked out for times from here on, and before there. */
  #knownFrom = Infinity;
  #knownTo = -Infinity;

  constructor(private readonly dependencies: { areas: Pick<AreaTree, 'contains'> }) {}

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
    const window = this.#inForce.find(({ area, devices }) => devices?.includes(device.id) ?? (area !== undefined && this.dependencies.areas.contains(area, device.area)));
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
    this.#inForce = inForce;
    if (!isSame) this.#version += 1;
  }
}
