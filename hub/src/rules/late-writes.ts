import type { EpochMs } from '@liandong/protocols';
import type { ActiveAlerts } from '../alerts/active-alerts.js';
import type { DeviceMemory } from './device-memory.js';
import type { Effects } from './effects.js';
import type { InTurns } from './in-turns.js';

/** Of a small fleet all are written with one tick. */
const FEWEST_AGED = 500;
/** Devices of one turn: what is critical waits for no more. */
const DEVICES_PER_TURN = 50;
/** Where turns are slow, as in a storm, the rest is left to the next tick: what is due by time waits for the end of this one. */
const LONGEST_MS = 500;

/** Hands what may be written late, times last seen and windows, to transactions. */
export class LateWrites {
  /** Those that are still to hand over theirs. */
  #aging: MapIterator<DeviceMemory> | undefined;

  constructor(private readonly dependencies: { devices: ReadonlyMap<string, DeviceMemory>; activeAlerts: ActiveAlerts; effects: Effects }) {}

  /** Some devices with each `gatherSome` from now on. */
  begin(): void {
    this.#aging ??= this.dependencies.devices.values();
  }

  /** Memory was given up. */
  forget(): void { this.#aging = undefined; }

  /** A tenth of the devices, in turns: all at once would keep the next alert waiting. Fewer, one turn at least, where that takes long. */
  *gatherSome(startedAt: EpochMs): InTurns {
    const most = Math.max(FEWEST_AGED, this.dependencies.devices.size / 10);
    for (let gathered = 1; gathered <= most; gathered += 1) {
      const next = this.#aging?.next();
      if (next === undefined || next.done === true) {
        this.#aging = undefined;
        return;
      }
      this.#gather(next.value);
      if (gathered % DEVICES_PER_TURN === 0 && (yield) - startedAt >= LONGEST_MS) return;
    }
  }

  /** The last words of this process: also repetitions held back from screens. */
  gatherAll(): void {
    const { devices, effects } = this.dependencies;
    for (const device of devices.values()) this.#gather(device);
    for (const active of effects.repeated) effects.publishRepeat(active, Infinity);
  }

  #gather(device: DeviceMemory): void {
    const { activeAlerts, effects } = this.dependencies;
    for (const active of activeAlerts.ofDevice(device.id)) if (active.seenAt > active.alert.lastAt) effects.seen(active);
    if (!device.isAged) return;
    effects.sighted(device);
    for (const condition of device.conditions.values()) if (condition.isAged) effects.changed(condition);
  }
}
