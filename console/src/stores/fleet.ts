import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef } from 'vue';
import type { Device, Seq, TelemetryDelta } from '@liandong/protocols';
import { hubApi, readAll } from '../api/hub-api.js';
import type { DeviceChange } from '../live/latest-changes.js';
import { createLatestValues } from '../live/latest-values.js';
import { useClockStore } from './clock.js';

/** Devices a screen reads at most (count). */
const DEVICE_LIMIT = 20_000;
/** Devices whose latest values are asked for at the start; those of the rest come with their next report (count). */
const PREFETCH_LIMIT = 200;
const PREFETCH_AT_ONCE = 4;
const CHANGE_LIMIT = 50;

/** Devices and their latest values. */
export const useFleetStore = defineStore('fleet', () => {
  const clock = useClockStore();
  const byId = shallowRef(new Map<string, Device>());
  const seqById = new Map<string, Seq>();
  const latest = createLatestValues();
  /** Moves whenever a latest value has changed. */
  const valuesVersion = ref(0);
  const changes = shallowRef<readonly DeviceChange[]>([]);
  const [isLoaded, isCapped] = [ref(false), ref(false)];
  const all = computed(() => [...byId.value.values()]);

  async function load(): Promise<void> {
    const { data, capped } = await readAll((query) => hubApi.devices(query), {}, DEVICE_LIMIT);
    byId.value = new Map(data.map((device) => [device.id, device]));
    [isLoaded.value, isCapped.value] = [true, capped];
  }
  /** Asks for the latest values of bins and sensors, a few at a time; one that fails is left to its next report. */
  async function prefetchLatest(): Promise<void> {
    const waiting = all.value.filter(({ id, kind }) => (kind === 'waste_bin' || kind === 'env_sensor') && latest.get(id) === undefined).slice(0, PREFETCH_LIMIT);
    const work = async () => {
      for (let device = waiting.pop(); device !== undefined; device = waiting.pop()) await refreshLatest(device.id);
    };
    await Promise.allSettled(Array.from({ length: PREFETCH_AT_ONCE }, work));
  }
  async function refreshLatest(id: string): Promise<void> {
    latest.applyLatest(id, await hubApi.latest(id));
    valuesVersion.value += 1;
  }
  function applyDevice(seq: Seq, device: Device): void {
    if ((seqById.get(device.id) ?? -1) >= seq) return;
    const isStatusChange = byId.value.get(device.id)?.status !== device.status;
    seqById.set(device.id, seq);
    byId.value.set(device.id, device);
    triggerRef(byId);
    if (isStatusChange) changes.value = [{ seq, at: clock.hubNow, device }, ...changes.value].slice(0, CHANGE_LIMIT);
  }
  /** @returns how many values the packet held */
  function applyTelemetry(delta: TelemetryDelta): number {
    for (const id of Object.keys(delta.devices)) {
      const device = byId.value.get(id);
      // Not reactive on purpose: ages are read anew every second anyway.
      if (device !== undefined) device.lastSeenAt = Math.max(device.lastSeenAt ?? 0, delta.ts);
    }
    valuesVersion.value += 1;
    return latest.applyDelta(delta);
  }
  const valuesOf = (id: string) => latest.get(id);
  return { byId, all, changes, valuesVersion, isLoaded, isCapped, load, prefetchLatest, refreshLatest, applyDevice, applyTelemetry, valuesOf };
});
