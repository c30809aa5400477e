import { SILENCE_GROUP, type DeviceId, type EpochMs, type Label } from '@liandong/protocols';
import type { ActiveAlert, ActiveAlerts } from '../alerts/active-alerts.js';
import { nextHour } from '../clock.js';
import type { DeviceMemory } from './device-memory.js';
import type { Effects } from './effects.js';

export const isGroupAlert = ({ alert: { ruleId } }: ActiveAlert): boolean => ruleId === SILENCE_GROUP;

/** This share of the devices silent at once has one cause, from so many devices on. */
const SHARE = 0.6;
const FEWEST = { gateway: 3, community: 5 } as const;
/** Looks at all devices are not further apart than this, whatever was found. */
const LONGEST_UNSEEN_MS = 5_000;
/** In silence windows: half of one without a word is late; who fell silent more than one window ago did so for a reason of its own. */
const LATE = 0.5;
const OVERDUE = 1;
const GONE = 2;
/** Devices found silent in one look; the others are a second later. When a city goes dark, the next alert must not wait for all of them. */
const MOST_AT_ONCE = 1_000;

/** How many more devices may be found silent in this look. */
interface Budget { left: number }

/** How it stands with the devices that would share a cause. */
interface Tally {
  readonly kind: keyof typeof FEWEST;
  readonly id: string;
  readonly devices: DeviceMemory[];
  late: number;
  overdue: number;
}

type Devices = ReadonlyMap<DeviceId, DeviceMemory>;

/**
 * One alert when a gateway goes, not forty. Devices that fall silent within one window, together with their gateway or with most of those
 * behind it, or with most of a community, are raised as children of one parent. While most of them are late and so about to be silent, the
 * first ones wait for the others, a window at most. When most are back, the others have another window to come back in; then the parent clears, and who
 * is still silent stands for itself. It clears at once when all are back.
 */
export class SilenceGroups {
  /** Since when most are back, by parent; a restart begins to count anew. */
  readonly #returningSince = new Map<string, EpochMs>();
  /** Nobody can have fallen silent before; -Infinity: that has to be found out anew. */
  #quietUntil: EpochMs = -Infinity;

  constructor(private readonly dependencies: { activeAlerts: ActiveAlerts; effects: Effects }) {}

  /** Devices, what is asked of them, or the clock may be others by now. */
  lookAnew(): void {
    this.#quietUntil = -Infinity;
  }

  check(devices: Devices, now: EpochMs, listeningSince: EpochMs): void {
    const parents = this.#parents();
    if (parents.size === 0 && now < this.#quietUntil) return;
    const windows = new Map<DeviceMemory, number>();
    let isNews = false;
    let silentAfter = Math.min(now + LONGEST_UNSEEN_MS, nextHour(now)); // with a full hour a schedule may begin
    for (const device of devices.values()) {
      const passed = device.isWatched ? device.silentWindows(now, listeningSince) : -1;
      if (passed < 0) continue;
      windows.set(device, passed);
      isNews ||= passed > OVERDUE && device.isFallingSilent(now, listeningSince);
      silentAfter = Math.min(silentAfter, device.silentAfter);
    }
    this.#quietUntil = isNews ? -Infinity : silentAfter;
    if (parents.size > 0) this.#clearPast(parents, devices, now);
    if (!isNews) return;

    const joined = new Set<ActiveAlert>();
    const budget: Budget = { left: MOST_AT_ONCE };
    const gateways = tallies(windows, parents, 'gateway', ({ entry: { device } }) => device.kind === 'gateway' ? device.id : device.gateway);
    const inGroup = new Set<DeviceMemory>();
    for (const tally of gateways.values()) {
      const gateway = devices.get(tally.id);
      if (gateway === undefined || (!parents.has(keyOf(tally)) && !isGatewayGone(tally, gateway, windows) && !isCommon(tally, tally.overdue))) continue;
      if (this.#join(tally, parents, { windows, now, listeningSince, gateway, joined, budget })) for (const device of tally.devices) inGroup.add(device);
    }
    const communities = tallies(new Map([...windows].filter(([device]) => !inGroup.has(device))), parents, 'community', ({ entry }) => entry.community);
    for (const tally of communities.values()) {
      if (!parents.has(keyOf(tally)) && !isCommon(tally, tally.overdue)) continue;
      if (this.#join(tally, parents, { windows, now, listeningSince, gateway: undefined, joined, budget })) for (const device of tally.devices) inGroup.add(device);
    }
    this.#noteGrowth(joined, now);
    for (const [device, passed] of windows) {
      if (inGroup.has(device) || passed <= OVERDUE) continue;
      if (passed <= GONE && isWaiting(device, { gateways, communities, windows, devices })) continue;
      if (!look(device, budget, now, listeningSince)) break;
    }
  }

  /** Active parents by what they stand for; read from the shared alerts, so that a restart finds them again. */
  #parents(): Map<string, ActiveAlert> {
    const parents = new Map<string, ActiveAlert>();
    for (const active of this.dependencies.activeAlerts.ofNoRule()) {
      const { deviceId, area } = active.alert;
      if (isGroupAlert(active)) parents.set(deviceId === undefined ? `community ${area}` : `gateway ${deviceId}`, active);
    }
    return parents;
  }

  #clearPast(parents: Map<string, ActiveAlert>, devices: Devices, now: EpochMs): void {
    const { activeAlerts, effects } = this.dependencies;
    // One pass over the alerts, however many parents: this runs every second.
    const childrenOf = new Map([...parents.values()].map(({ alert }): [string, ActiveAlert[]] => [alert.id, []]));
    for (const active of activeAlerts.values()) if (active.alert.groupId !== undefined) childrenOf.get(active.alert.groupId)?.push(active);
    for (const [key, parent] of parents) {
      const children = childrenOf.get(parent.alert.id) ?? [];
      if (children.length > 0 && !this.#hasWaited(parent, children, devices, now)) continue;
      this.#returningSince.delete(parent.alert.id);
      for (const child of children) effects.regroup(child, undefined, now);
      effects.clear(parent, now);
      parents.delete(key);
    }
  }

  /** Are most back for so long that each of the others should have been heard? */
  #hasWaited({ alert: { id, value = 0 } }: ActiveAlert, children: readonly ActiveAlert[], devices: Devices, now: EpochMs): boolean {
    if (children.length * 2 >= value) {
      this.#returningSince.delete(id);
      return false;
    }
    const since = Math.min(this.#returningSince.get(id) ?? now, now); // the hub's clock may have been set back
    this.#returningSince.set(id, since);
    const longestMs = Math.max(...children.map(({ alert: { deviceId } }) => deviceId === undefined ? 0 : devices.get(deviceId)?.silenceWindowMs ?? 0).filter(Number.isFinite));
    return now - since > longestMs;
  }

  /** Puts all that is newly silent under the parent, which is made if need be. False: there is nothing to put there. */
  #join(tally: Tally, parents: Map<string, ActiveAlert>, { windows, now, listeningSince, gateway, joined, budget }: { windows: ReadonlyMap<DeviceMemory, number>; now: EpochMs; listeningSince: EpochMs; gateway: DeviceMemory | undefined; joined: Set<ActiveAlert>; budget: Budget }): boolean {
    const silent = tally.devices.filter((device) => isRecent(windows.get(device)));
    if (!silent.some((device) => device !== gateway)) return false;
    if (budget.left <= 0) return true; // they wait for the next look, and no parent stands without a child
    let parent = parents.get(keyOf(tally));
    if (parent === undefined) {
      parent = this.dependencies.effects.raiseParent(parentOf(tally, silent, gateway), now);
      parents.set(keyOf(tally), parent);
    }
    joined.add(parent);
    const { id } = parent.alert;
    for (const device of silent) {
      if (!look(device, budget, now, listeningSince, id)) break;
      for (const condition of device.silences) {
        condition.groupId = id;
        if (condition.active !== undefined && condition.active.alert.groupId === undefined) this.dependencies.effects.regroup(condition.active, id, now);
      }
    }
    return true;
  }

  /** A parent says how many it stood for at most. One pass over the alerts, however many parents: when the uplink of all gateways goes, each has forty. */
  #noteGrowth(parents: ReadonlySet<ActiveAlert>, now: EpochMs): void {
    if (parents.size === 0) return;
    const counts = new Map([...parents].map(({ alert }): [string, number] => [alert.id, 0]));
    for (const { alert: { groupId } } of this.dependencies.activeAlerts.values()) {
      const count = groupId === undefined ? undefined : counts.get(groupId);
      if (groupId !== undefined && count !== undefined) counts.set(groupId, count + 1);
    }
    for (const parent of parents) {
      const value = counts.get(parent.alert.id) ?? 0;
      if (value > (parent.alert.value ?? 0)) this.dependencies.effects.repeat(parent, { value }, now);
    }
  }
}

/** False, with nothing done, when it would be one too many. */
function look(device: DeviceMemory, budget: Budget, now: EpochMs, listeningSince: EpochMs, groupId?: string): boolean {
  if (!device.isFallingSilent(now, listeningSince)) return true;
  if (budget.left <= 0) return false;
  device.checkSilence(now, listeningSince, groupId);
  budget.left -= 1;
  return true;
}

/** Devices by what they would share, without those that have been gone for long. */
function tallies(windows: ReadonlyMap<DeviceMemory, number>, parents: ReadonlyMap<string, ActiveAlert>, kind: Tally['kind'], shared: (device: DeviceMemory) => string | undefined): Map<string, Tally> {
  const found = new Map<string, Tally>();
  const parentIds = new Set([...parents.values()].map(({ alert }) => alert.id));
  for (const [device, passed] of windows) {
    const id = shared(device);
    if (id === undefined || (passed > GONE && device.id !== id && !isChild(device, parentIds))) continue;
    const tally = found.get(id) ?? { kind, id, devices: [], late: 0, overdue: 0 };
    found.set(id, tally);
    tally.devices.push(device);
    // The gateway itself is no device behind it.
    if (kind === 'gateway' && device.id === id) continue;
    if (passed > LATE) tally.late += 1;
    if (passed > OVERDUE) tally.overdue += 1;
  }
  return found;
}

const isRecent = (passed: number | undefined): boolean => passed !== undefined && passed > OVERDUE;
const keyOf = ({ kind, id }: Tally): string => `${kind} ${id}`;

const isChild = (device: DeviceMemory, parentIds: ReadonlySet<string>): boolean =>
  parentIds.size > 0 && device.silences.some(({ groupId }) => groupId !== undefined && parentIds.has(groupId));

/** Most of them, and enough of them to be no coincidence. */
function isCommon({ kind, id, devices }: Tally, count: number): boolean {
  const all = devices.filter((device) => kind !== 'gateway' || device.id !== id).length;
  return all >= FEWEST[kind] && count >= SHARE * all;
}

const isGatewayGone = (tally: Tally, gateway: DeviceMemory, windows: ReadonlyMap<DeviceMemory, number>): boolean =>
  tally.overdue > 0 && (windows.get(gateway) ?? 0) > OVERDUE;

/** Is it about to turn out that others have fallen silent with it? */
function isWaiting(device: DeviceMemory, { gateways, communities, windows, devices }: { gateways: ReadonlyMap<string, Tally>; communities: ReadonlyMap<string, Tally>; windows: ReadonlyMap<DeviceMemory, number>; devices: Devices }): boolean {
  const { device: { kind, id, gateway: carrier }, community } = device.entry;
  const gatewayId = kind === 'gateway' ? id : carrier;
  const gateway = gatewayId === undefined ? undefined : devices.get(gatewayId);
  const behind = gatewayId === undefined ? undefined : gateways.get(gatewayId);
  if (behind !== undefined && isCommon(behind, behind.late)) return true;
  if (gateway !== undefined && gateway !== device && (windows.get(gateway) ?? 0) > LATE && (windows.get(gateway) ?? 0) <= OVERDUE) return true;
  const around = communities.get(community);
  return around !== undefined && isCommon(around, around.late);
}

function parentOf({ id }: Tally, silent: readonly DeviceMemory[], gateway: DeviceMemory | undefined): Parameters<Effects['raiseParent']>[0] {
  const first = silent.find((device) => device !== gateway) ?? silent[0];
  const shared = { ruleId: SILENCE_GROUP, severity: 'major' as const, value: silent.length };
  if (gateway === undefined) return { ...shared, area: id, kind: first?.entry.device.kind ?? 'env_sensor', message: COMMUNITY_WORDS };
  const { name, area } = gateway.entry.device;
  return { ...shared, deviceId: id, area, kind: 'gateway', message: { zh: `${name} 下多台设备失联`, en: `Devices behind ${name} are silent` } };
}

const COMMUNITY_WORDS: Label = { zh: '多数设备同时失联，疑似停电或断网', en: 'Most devices fell silent at once: power or network may be out' };
