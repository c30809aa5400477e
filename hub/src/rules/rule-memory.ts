import type { DeviceId, EpochMs, Seq } from '@liandong/protocols';
import type { ActiveAlert, ActiveAlerts } from '../alerts/active-alerts.js';
import type { Days } from '../calendar/day-calendar.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import type { OutOfService } from '../maintenance/types.js';
import { whyUnused, whyUnwatched } from '../maintenance/why-unwatched.js';
import { push } from '../push.js';
import type { CompiledRule } from './compile.js';
import { DeviceMemory, type Succession } from './device-memory.js';
import type { Effects } from './effects.js';
import { DEVICE_REMOVED, NO_RULE, OTHER_THING, outOfService, ruleOff, type Ending } from './ending.js';
import { STEPS_PER_TURN, type InTurns } from './in-turns.js';
import { LateWrites } from './late-writes.js';
import { overtakenAlerts } from './overtaken.js';
import type { RuleSet } from './rule-set.js';
import { breathe } from '../breathe.js';
import { loadRuleState, type Forgotten, type SavedDevice } from './rule-state.js';
import type { RulesInForce } from './rules-in-force.js';
import { SilenceGroups, isGroupAlert } from './silence-groups.js';

/** Devices that are looked after before sockets and timers have a turn. */
const DEVICES_PER_TURN = 500;

/** Steps of alerts by which a turn is half full: the rest is left to what the turn is for. */
const STEPS_OF_SETTLING = STEPS_PER_TURN / 2;

/** The conditions of all devices: read from the database at start and after a failed write, in step with the directory afterwards. */
export class RuleMemory {
  isLoaded = false;
  /** Moves when other rules have come into force, on every device. */
  rulesVersion = 0;
  /** What of it may be written a little later. */
  readonly late: LateWrites;
  readonly #devices = new Map<DeviceId, DeviceMemory>();
  /** Signs of life outlive a reload: they are not in the database. */
  readonly #heard = new Map<DeviceId, EpochMs>();
  #orphans: ActiveAlert[] = [];
  #forgotten: Forgotten = { devices: [], conditions: [] };
  readonly #groups: SilenceGroups;
  /** Other rules have come into force, or they went out of service or came back, and they have still to be given that: before anything else is made of them. */
  readonly #unsettled = new Set<DeviceMemory>();
  /** Devices may have moved while nobody looked. */
  #areAreasUnknown = true;
  /** Of what is out of service, when it was last looked at. */
  #serviceVersion = NaN;
  /** Of the calendar, when conditions were last looked at. */
  #daysVersion = NaN;

  constructor(private readonly dependencies: { db: Db; activeAlerts: ActiveAlerts; directory: DeviceDirectory; effects: Effects; inForce: RulesInForce; days: Days; outOfService: OutOfService }) {
    this.#groups = new SilenceGroups(dependencies);
    this.late = new LateWrites({ ...dependencies, devices: this.#devices });
  }

  async load(now: EpochMs): Promise<void> {
    const { db, activeAlerts, directory, effects, days, inForce } = this.dependencies;
    // A person may have cleared an alert since memory was forgotten: what its old condition asked for is not to be written over what stands in the database.
    effects.forget();
    inForce.renew();
    await activeAlerts.load();
    const saved = await loadRuleState(db);
    const alertsOf = new Map<DeviceId, ActiveAlert[]>();
    const overtaken = await overtakenAlerts(activeAlerts.values(), { db, days, inForce: inForce.compiled });
    for (const active of activeAlerts.values()) if (active.alert.deviceId !== undefined && !overtaken.has(active)) push(alertsOf, active.alert.deviceId, active);
    const adopted = new Set<ActiveAlert>();
    for (const entry of directory.values()) this.#restore(this.#add(entry, now), saved.get(entry.device.id), alertsOf.get(entry.device.id) ?? [], adopted, now);
    // Alerts of rules or devices that are gone since, or overtaken; devices that are gone.
    this.#orphans = [...activeAlerts.values()].filter((active) => !adopted.has(active) && !isGroupAlert(active));
    this.#forgotten.devices.push(...[...saved.keys()].filter((id) => !this.#devices.has(id)));
    this.#areAreasUnknown = true;
    this.#groups.lookAnew();
    this.isLoaded = true;
  }

  /** Are there devices that have still to be given what `applyChanges` was told of? */
  get isUnsettled(): boolean { return this.#unsettled.size > 0; }

  /** Forgets everything that isn't on disk, except when devices were last heard. */
  unload(): void {
    for (const { id, heardAt } of this.#devices.values()) this.#heard.set(id, heardAt);
    this.#devices.clear();
    this.#unsettled.clear();
    this.dependencies.effects.forget();
    this.late.forget();
    this.isLoaded = false;
  }

  /** Undefined for a device that doesn't exist. */
  device(id: DeviceId): DeviceMemory | undefined {
    return this.#devices.get(id);
  }

  /** The same, under the rules that are in force now. */
  settled(id: DeviceId, now: EpochMs): DeviceMemory | undefined {
    const device = this.#devices.get(id);
    if (device === undefined || !this.isUnsettled) return device;
    this.#settle(device, now);
    return this.#devices.get(id); // it may be gone, or another one
  }

  /** The last record of the reader's journal that has had an effect on some device before its turn; 0: none. */
  furthestDone(reader: string): Seq {
    let furthest = 0;
    for (const { doneUpTo } of this.#devices.values()) if (doneUpTo?.reader === reader) furthest = Math.max(furthest, doneUpTo.seq);
    return furthest;
  }

  /**
   * Follows rules, areas, maintenance and the directory. Answers what is remembered of rules and devices that are gone, which has to go too. Where alerts of many devices end by it, those of as many as fill half a turn: somebody
   * who switches off the rule of a storm would keep what is critical waiting for seconds. The others have theirs with the next call (`isUnsettled`), or when something is to be made of them.
   */
  async applyChanges(touched: Set<DeviceId>, now: EpochMs): Promise<Forgotten> {
    const { effects, inForce } = this.dependencies;
    for (const orphan of this.#orphans) effects.clear(orphan, now, this.#whyOrphaned(orphan));
    this.#orphans = [];
    if (touched.size > 0 || inForce.isChanged) this.#groups.lookAnew();
    for (const id of touched) if (this.#follow(id, now)) this.#forgotten.devices.push(id);
    this.#followService(now);
    if (touched.size > 0 || this.#areAreasUnknown) this.#moveAlerts(now);
    this.#areAreasUnknown = false;
    touched.clear();
    if (inForce.renew()) {
      for (const device of this.#devices.values()) this.#unsettled.add(device);
      this.rulesVersion += 1;
    }
    await this.#settleSome(now);
    const forgotten = this.#forgotten;
    this.#forgotten = { devices: [], conditions: [] };
    return forgotten;
  }

  /** What comes with time alone. `listeningSince`: undefined while silence can't be judged. */
  *tick(now: EpochMs, listeningSince: EpochMs | undefined): InTurns {
    const { effects } = this.dependencies;
    this.#followCalendar();
    // Most of them wait for minutes: the next alert must not wait for a look at each.
    for (const [condition, due] of effects.waiting) {
      if (due > now) continue;
      this.#settle(condition.device, now);
      if (!effects.waiting.has(condition)) continue; // of a rule that is in force there no more
      if (condition.tick(now)) effects.waiting.set(condition, condition.nextDue(now));
      else effects.waiting.delete(condition);
      if (effects.gathered.isFull) now = yield;
    }
    for (const active of effects.repeated) {
      effects.publishRepeat(active, now);
      if (effects.gathered.isFull) now = yield;
    }
    if (listeningSince !== undefined && !this.isUnsettled) yield* this.#groups.check(this.#devices, now, listeningSince);
  }

  /** After a step back of the hub's clock. */
  limitTimes(now: EpochMs): void {
    for (const device of this.#devices.values()) device.limitTimes(now);
    this.#lookAnew();
  }

  /** A schedule may begin or end by it at once, and not with the hour. */
  #followCalendar(): void {
    const { version } = this.dependencies.days;
    if (version === this.#daysVersion) return;
    this.#daysVersion = version;
    this.#lookAnew();
  }

  /** Whatever was to be looked at later is looked at now. */
  #lookAnew(): void {
    const { effects } = this.dependencies;
    for (const condition of effects.waiting.keys()) effects.wait(condition);
    this.#groups.lookAnew();
  }

  /** An active alert is where its device is: whoever looks after the device has to see it. */
  #moveAlerts(now: EpochMs): void {
    const { activeAlerts, directory, effects } = this.dependencies;
    for (const active of activeAlerts.values()) {
      const area = active.alert.deviceId === undefined ? undefined : directory.get(active.alert.deviceId)?.device.area;
      if (area !== undefined && area !== active.alert.area) effects.move(active, area, now);
    }
  }

  /** Maintenance windows begin and end with time, and by hand. */
  #followService(now: EpochMs): void {
    const version = this.dependencies.outOfService.version(now);
    if (version === this.#serviceVersion) return;
    this.#serviceVersion = version;
    this.#groups.lookAnew();
    for (const device of this.#devices.values()) if (device.isWatched !== (this.#whyUnwatched(device.entry, now) === undefined)) this.#unsettled.add(device);
  }

  /** One whose device is there lost its rule, or was overtaken by another version of it. */
  #whyOrphaned({ alert: { deviceId = '', ruleId } }: ActiveAlert): Ending {
    const device = this.#devices.get(deviceId);
    if (device === undefined) return DEVICE_REMOVED;
    return device.ruleSet.byId.has(ruleId) ? OTHER_THING : NO_RULE;
  }

  #whyUnwatched(entry: DeviceEntry, now: EpochMs): string | undefined {
    return whyUnwatched(entry, this.dependencies.outOfService, now);
  }

  /** Answers whether the device is gone. */
  #follow(id: DeviceId, now: EpochMs): boolean {
    const entry = this.dependencies.directory.get(id);
    const known = this.#devices.get(id);
    if (entry === undefined || (known !== undefined && known.entry.device.kind !== entry.device.kind)) {
      known?.reset(now, DEVICE_REMOVED);
      this.#devices.delete(id);
      if (known !== undefined) this.#unsettled.delete(known);
      this.#heard.delete(id);
      if (entry !== undefined) this.#add(entry, now);
      return true;
    }
    const device = known ?? this.#add(entry, now);
    const wasWatched = device.isWatched;
    const why = this.#lookAfter(device, entry, now);
    device.update(entry);
    this.#refit(device, now);
    if (why !== undefined) this.#standDown(device, why, now);
    else if (!wasWatched) this.#bringBack(device, now);
    return false;
  }

  /** Answers why it isn't watched, if so. */
  #lookAfter(device: DeviceMemory, entry: DeviceEntry, now: EpochMs): string | undefined {
    const why = this.#whyUnwatched(entry, now);
    device.isFollowed = whyUnused(entry) === undefined;
    device.isWatched = why === undefined;
    return why;
  }

  #standDown(device: DeviceMemory, why: string, now: EpochMs): void {
    if (device.isFollowed) device.withhold(now, outOfService(why));
    else device.reset(now, outOfService(why));
  }

  /** Out of maintenance, or newly accepted: what stands is told with the tick, as far as its delays have run out, and a full silence window begins. */
  #bringBack(device: DeviceMemory, now: EpochMs): void {
    if (device.heardAt !== -Infinity) device.heardAt = now;
    this.#awaitDelays(device);
  }

  #awaitDelays(device: DeviceMemory): void {
    for (const condition of device.conditions.values()) if (condition.isWaiting) this.dependencies.effects.wait(condition);
  }

  async #settleSome(now: EpochMs): Promise<void> {
    let turn = 0;
    for (const device of this.#unsettled) {
      if (this.dependencies.effects.gathered.transitions.length >= STEPS_OF_SETTLING) return;
      this.#settle(device, now);
      turn += 1;
      if (turn % DEVICES_PER_TURN === 0) await breathe();
    }
  }

  #settle(device: DeviceMemory, now: EpochMs): void {
    if (!this.#unsettled.delete(device)) return;
    if (this.#follow(device.id, now)) this.#forgotten.devices.push(device.id);
    if (this.isUnsettled) return;
    this.rulesVersion += 1;
    this.#groups.lookAnew();
  }

  /** Gives the device the rules that are in force where it stands now. */
  #refit(device: DeviceMemory, now: EpochMs): void {
    const rules = this.dependencies.inForce.on(device.entry);
    if (rules === device.ruleSet) return;
    for (const succession of device.useRules(rules)) this.#succeed(succession, rules, now);
  }

  #succeed({ before, after }: Succession, rules: RuleSet, now: EpochMs): void {
    const { effects } = this.dependencies;
    effects.waiting.delete(before);
    if (after === undefined) return before.end(now, whyEnded(before.rule, rules));
    after.lapseFrom(now);
    if (after.active !== undefined) effects.reassign(after.active, after.rule);
  }

  #add(entry: DeviceEntry, now: EpochMs): DeviceMemory {
    const { effects, inForce } = this.dependencies;
    const { id, lastSeenAt } = entry.device;
    const device = new DeviceMemory(entry, inForce.on(entry), effects, Math.max(this.#heard.get(id) ?? -Infinity, lastSeenAt ?? -Infinity));
    this.#lookAfter(device, entry, now);
    this.#devices.set(id, device);
    return device;
  }

  #restore(device: DeviceMemory, saved: SavedDevice | undefined, alerts: readonly ActiveAlert[], adopted: Set<ActiveAlert>, now: EpochMs): void {
    if (saved?.sightings !== undefined) device.load(saved.sightings);
    for (const active of alerts) {
      const condition = device.condition(active.alert.ruleId);
      condition?.adopt(active);
      if (condition !== undefined) adopted.add(active);
    }
    for (const [ruleId, state] of saved?.conditions ?? []) {
      const condition = device.condition(ruleId);
      // Of a rule that isn't in force here any more: one that comes back begins afresh.
      if (condition === undefined) this.#forgotten.conditions.push({ rule: ruleId, device: device.id });
      else condition.load(state);
    }
    for (const condition of device.conditions.values()) condition.lapseFrom(now);
    this.#awaitDelays(device);
    const why = this.#whyUnwatched(device.entry, now);
    if (why !== undefined) this.#standDown(device, why, now);
  }
}

/** Of one family never two stand. */
function whyEnded({ family, rule: { id } }: CompiledRule, rules: RuleSet): Ending {
  if (rules.byId.has(id)) return OTHER_THING;
  const nearer = [...rules.byId.values()].find((rule) => rule.family === family);
  return nearer === undefined ? NO_RULE : ruleOff(`rule ${nearer.rule.id} applies instead`);
}
