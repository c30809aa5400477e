import { useThrottleFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef } from 'vue';
import type { Device, Seq, TelemetryDelta } from '@liandong/protocols';
import { hubApi, readAll } from '../api/hub-api.js';
import { deviceTotals } from '../live/device-totals.js';
import type { DeviceChange } from '../live/latest-changes.js';
import { createLatestValues } from '../live/latest-values.js';
import { useClockStore } from './clock.js';

/** Devices a screen reads at most (count). */
const DEVICE_LIMIT = 20_000;
const CHANGE_LIMIT = 50;
/** Thousands of devices change within seconds, at an import or a power cut: what counts all of them is drawn anew this often (ms). */
const SHOW_EVERY_MS = 250;
/** Live packets held while the devices are being read (count). */
const HELD_LIMIT = 400;

/** Devices and their latest values. */
export const useFleetStore = defineStore('fleet', () => {
  const clock = useClockStore();
  const byId = shallowRef(new Map<string, Device>());
  const seqById = new Map<string, Seq>();
  const latest = createLatestValues({ lastSeenAt: (id) => byId.value.get(id)?.lastSeenAt });
  /** Moves whenever a latest value has changed. */
  const valuesVersion = ref(0);
  const changes = shallowRef<readonly DeviceChange[]>([]);
  const [isLoaded, isCapped] = [ref(false), ref(false)];
  const all = computed(() => [...byId.value.values()]);
  /** The devices in use, counted the one way every part of the screen does. */
  const totals = computed(() => deviceTotals(all.value));
  let held: TelemetryDelta[] | undefined;
  /** Of the newest change that came by the socket. */
  let newestSeq: Seq = 0;
  let recent: readonly DeviceChange[] = [];
  /** A change that comes alone shows at once, those of a burst together. */
  const show = useThrottleFn(() => { triggerRef(byId); changes.value = recent; }, SHOW_EVERY_MS, true);

  /** Reads the devices at the start of a subscription. Live packets wait for it: how old their first values are depends on it. */
  async function load(): Promise<void> {
    latest.begin();
    held = [];
    const from = newestSeq;
    try {
      const { data, capped } = await readAll((query) => hubApi.devices(query), {}, DEVICE_LIMIT, showFirst);
      byId.value = new Map([...data.map((device): [string, Device] => [device.id, device]), ...changedSince(from)]);
      [isLoaded.value, isCapped.value] = [true, capped];
    } finally {
      const waiting = held ?? [];
      held = undefined;
      waiting.forEach(applyTelemetry);
    }
  }
  /** What the socket brought while the pages were read is newer than they are. */
  function changedSince(from: Seq): [string, Device][] {
    return [...seqById].flatMap(([id, seq]): [string, Device][] => {
      const device = seq > from ? byId.value.get(id) : undefined;
      return device === undefined ? [] : [[id, device]];
    });
  }
  /** The first page of 10,000 devices is on the screen while the others still come; a later load replaces everything at once. */
  function showFirst(data: readonly Device[]): void {
    if (isLoaded.value || byId.value.size > 0) return;
    byId.value = new Map(data.map((device) => [device.id, device]));
  }
  async function refreshLatest(id: string): Promise<void> {
    latest.applyLatest(id, await hubApi.latest(id));
    valuesVersion.value += 1;
  }
  function applyDevice(seq: Seq, device: Device): void {
    if ((seqById.get(device.id) ?? -1) >= seq) return;
    const isStatusChange = byId.value.get(device.id)?.status !== device.status;
    seqById.set(device.id, seq);
    newestSeq = Math.max(newestSeq, seq);
    byId.value.set(device.id, device);
    if (isStatusChange) recent = [{ seq, at: clock.hubNow, device }, ...recent].slice(0, CHANGE_LIMIT);
    void show();
  }
  function applyTelemetry(delta: TelemetryDelta): void {
    if (held !== undefined && held.length < HELD_LIMIT) { held.push(delta); return; }
    for (const id of latest.applyDelta(delta)) {
      const device = byId.value.get(id);
      // Not reactive on purpose: ages are read anew every second anyway.
      if (device !== undefined) device.lastSeenAt = Math.max(device.lastSeenAt ?? 0, delta.ts);
    }
    valuesVersion.value += 1;
  }
  const valuesOf = (id: string) => latest.get(id);
  return { byId, all, totals, changes, valuesVersion, isLoaded, isCapped, load, refreshLatest, applyDevice, applyTelemetry, valuesOf };
});
