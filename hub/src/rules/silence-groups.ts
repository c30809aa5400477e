import { SILENCE_GROUP, type DeviceId, type EpochMs, type Label } from '@liandong/protocols';
import type { ActiveAlert, ActiveAlerts } from '../alerts/active-alerts.js';
import { nextHour } from '../clock.js';
import type { DeviceMemory } from './device-memory.js';
import type { Effects } from './effects.js';
import type { InTurns } from './in-turns.js';

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
/** Devices found silent in one look; the others are a second later. When a city goes dark, delays and what else goes by time must not wait for all of them. */
const MOST_AT_ONCE = 1_000;

/** One look at all devices, which may take several turns. */
interface Look {
  /** Windows passed without a word, of those that can be silent. */
  readonly windows: ReadonlyMap<DeviceMemory, number>;
  readonly parents: Map<string, ActiveAlert>;
  readonly listeningSince: EpochMs;
  readonly version: number;
  /** Parents that children were looked for. */
  readonly joined: Set<ActiveAlert>;
  now: EpochMs;
  /** How many more devices may be found silent. */
  left: number;
}

/** How it stands with the devices that would share a cause. */
interface Tally {
  readonly kind: keyof typeof FEWEST;
  readonly id: string;
  readonly devices: DeviceMemory[];
  late: number;
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
  /** A look that was begun before it moved sees what is no more. */
  #version = 0;

  constructor(private readonly dependencies: { activeAlerts: ActiveAlerts; effects: Effects }) {}

  /** Devices, what is asked of them, or the clock may be others by now. */
  lookAnew(): void {
    this.#quietUntil = -Infinity;
    this.#version += 1;
  }

  /** What is no longer so after a turn is left to the next look. */
  *check(devices: Devices, now: EpochMs, listeningSince: EpochMs): InTurns {
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
    const look: Look = { windows, parents, listeningSince, version: this.#version, joined: new Set(), now, left: MOST_AT_ONCE };
    if (parents.size > 0 && !(yield* this.#clearPast(look, devices))) return;
    if (isNews) yield* this.#find(look, devices);
  }

  *#find(look: Look, devices: Devices): InTurns {
    const { windows, parents } = look;
    const gateways = tallies(windows, parents, 'gateway', ({ entry: { device } }) => device.kind === 'gateway' ? device.id : device.gateway);
    const inGroup = new Set<DeviceMemory>();
    for (const tally of gateways.values()) {
      const gateway = devices.get(tally.id);
      if (gateway === undefined || (!parents.has(keyOf(tally)) && !hasOneCause(tally, look, gateway))) continue;
      const outcome = yield* this.#join(tally, look, gateway);
      if (outcome === 'overtaken') return;
      if (outcome === 'joined') for (const device of tally.devices) inGroup.add(device);
    }
    const communities = tallies(new Map([...windows].filter(([device]) => !inGroup.has(device))), parents, 'community', ({ entry }) => entry.community);
    for (const tally of communities.values()) {
      if (!parents.has(keyOf(tally)) && !hasOneCause(tally, look)) continue;
      const outcome = yield* this.#join(tally, look, undefined);
      if (outcome === 'overtaken') return;
      if (outcome === 'joined') for (const device of tally.devices) inGroup.add(device);
    }
    this.#noteGrowth(look);
    for (const [device, passed] of windows) {
      if (inGroup.has(device) || passed <= OVERDUE) continue;
      if (passed <= GONE && isWaiting(device, { gateways, communities, windows, devices })) continue;
      if (!findSilent(device, look)) return;
      if (!(yield* this.#turn(look))) return;
    }
  }

  /** Ends a turn that is full. Answers whether the look still sees what is: devices, what is asked of them, and parents. */
  *#turn(look: Look): InTurns<boolean> {
    const { activeAlerts, effects } = this.dependencies;
    if (!effects.gathered.isFull) return true;
    look.now = yield;
    return look.version === this.#version && [...look.parents.values()].every((parent) => activeAlerts.byId(parent.alert.id) === parent);
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

  /** Answers whether the look still sees what is. */
  *#clearPast(look: Look, devices: Devices): InTurns<boolean> {
    const { parents } = look;
    const { activeAlerts, effects } = this.dependencies;
    // One pass over the alerts, however many parents: this runs every second.
    const childrenOf = new Map([...parents.values()].map(({ alert }): [string, ActiveAlert[]] => [alert.id, []]));
    for (const active of activeAlerts.values()) if (active.alert.groupId !== undefined) childrenOf.get(active.alert.groupId)?.push(active);
    for (const [key, parent] of parents) {
      const children = childrenOf.get(parent.alert.id) ?? [];
      // What has cleared since this began, in a turn between, is no child any more.
      const left = children.filter(({ alert }) => alert.active);
      if (left.length > 0 && !this.#hasWaited(parent, left, devices, look.now)) continue;
      for (const child of left) {
        if (child.alert.active) effects.regroup(child, undefined, look.now);
        if (!(yield* this.#turn(look))) return false;
      }
      this.#returningSince.delete(parent.alert.id);
      if (left.length === 0) effects.clearParent(parent, look.now);
      else effects.clear(parent, look.now);
      parents.delete(key);
    }
    return true;
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

  /** Puts all that is newly silent under the parent, which is made if need be. */
  *#join(tally: Tally, look: Look, gateway: DeviceMemory | undefined): InTurns<'joined' | 'nothing' | 'overtaken'> {
    const { windows, parents } = look;
    const silent = tally.devices.filter((device) => isRecent(windows.get(device)) && isSilent(device, look));
    if (!silent.some((device) => device !== gateway)) return 'nothing';
    if (look.left <= 0) return 'joined'; // they wait for the next look, and no parent stands without a child
    let parent = parents.get(keyOf(tally));
    if (parent === undefined) {
      parent = this.dependencies.effects.raiseParent(parentOf(tally, silent, gateway), look.now);
      parents.set(keyOf(tally), parent);
    }
    look.joined.add(parent);
    const { id } = parent.alert;
    for (const device of silent) {
      if (!isSilent(device, look)) continue; // heard in a turn between
      if (!findSilent(device, look, id)) break;
      for (const condition of device.silences) {
        condition.groupId = id;
        if (condition.active !== undefined && condition.active.alert.groupId === undefined) this.dependencies.effects.regroup(condition.active, id, look.now);
      }
      if (!(yield* this.#turn(look))) return 'overtaken';
    }
    return 'joined';
  }

  /** A parent says how many it stood for at most. One pass over the alerts, however many parents: when the uplink of all gateways goes, each has forty. */
  #noteGrowth({ joined: parents, now }: Look): void {
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

/** Is it silent as of this turn? In one between it may have been heard. */
const isSilent = (device: DeviceMemory, { now, listeningSince }: Look): boolean =>
  device.isFallingSilent(now, listeningSince) || device.silences.some(({ isMet, active }) => isMet && active !== undefined);

/** False, with nothing done, when it would be one too many. */
function findSilent(device: DeviceMemory, look: Look, groupId?: string): boolean {
  const { now, listeningSince } = look;
  if (!device.isFallingSilent(now, listeningSince)) return true;
  if (look.left <= 0) return false;
  device.checkSilence(now, listeningSince, groupId);
  look.left -= 1;
  return true;
}

/** Devices by what they would share, without those that have been gone for long. */
function tallies(windows: ReadonlyMap<DeviceMemory, number>, parents: ReadonlyMap<string, ActiveAlert>, kind: Tally['kind'], shared: (device: DeviceMemory) => string | undefined): Map<string, Tally> {
  const found = new Map<string, Tally>();
  const parentIds = new Set([...parents.values()].map(({ alert }) => alert.id));
  for (const [device, passed] of windows) {
    const id = shared(device);
    if (id === undefined || (passed > GONE && device.id !== id && !isChild(device, parentIds))) continue;
    const tally = found.get(id) ?? { kind, id, devices: [], late: 0 };
    found.set(id, tally);
    tally.devices.push(device);
    // The gateway itself is no device behind it.
    if (kind === 'gateway' && device.id === id) continue;
    if (passed > LATE) tally.late += 1;
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

/** Are they silent with their gateway, or most of them without it? As it is now: in a turn between they may have been heard. */
function hasOneCause(tally: Tally, { now, listeningSince }: Look, gateway?: DeviceMemory): boolean {
  const isOverdue = (device: DeviceMemory): boolean => device.silentWindows(now, listeningSince) > OVERDUE;
  const overdue = tally.devices.filter((device) => device !== gateway && isOverdue(device)).length;
  return isCommon(tally, overdue) || (overdue > 0 && gateway !== undefined && isOverdue(gateway));
}

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
