import type { Alert, Area, Device, DeviceId, DeviceKind, EpochMs, EventRecord, JournalRecord, MetricKey, MetricValue, Rule, Seq } from '@liandong/protocols';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActiveAlerts } from '../../src/alerts/active-alerts.js';
import { createIdSource } from '../../src/alerts/alert-ids.js';
import { noClocks, type AlertClocks } from '../../src/alerts/alert-clocks.js';
import { createAlertService } from '../../src/alerts/alert-service.js';
import { createAlertWriter } from '../../src/alerts/alert-writer.js';
import { createShelfTimer } from '../../src/alerts/shelf-timer.js';
import { AreaTree } from '../../src/areas/area-tree.js';
import { createChangeLog } from '../../src/changes/change-log.js';
import { DayCalendar } from '../../src/calendar/day-calendar.js';
import type { Db } from '../../src/database/database.js';
import type { DeviceDirectory, DeviceEntry } from '../../src/devices/types.js';
import { createMaintenanceService } from '../../src/maintenance/maintenance-service.js';
import { MaintenanceWindows } from '../../src/maintenance/maintenance-windows.js';
import type { Principal } from '../../src/identity/principal.js';
import { createRuleEvaluator } from '../../src/rules/rule-evaluator.js';
import { createRuleService } from '../../src/rules/rule-service.js';
import { openTestDatabase } from '../support/databases.js';
import { rethrow } from '../support/rethrow.js';

/** 2026-11-02 10:00 at UTC+8. */
export const START = Date.UTC(2026, 10, 2, 2);
export const ADMIN: Principal = { name: 'admin', role: 'admin', area: undefined };
const AREAS: Area[] = [
  { id: 'city', level: 'city', name: '市' }, { id: 'street', level: 'subdistrict', parent: 'city', name: '街道' },
  { id: 'east', level: 'community', parent: 'street', name: '东' }, { id: 'west', level: 'community', parent: 'street', name: '西' },
  { id: 'east-1', level: 'grid', parent: 'east', name: '东一' },
];

/** An in-memory directory over a real area tree, as the device service keeps one. */
export class FakeDirectory implements DeviceDirectory {
  readonly #entries = new Map<DeviceId, DeviceEntry>();
  readonly #listeners = new Set<(id: DeviceId, entry: DeviceEntry | undefined) => void>();

  constructor(private readonly areas: AreaTree) {}
  get size(): number { return this.#entries.size; }
  get(id: DeviceId): DeviceEntry | undefined { return this.#entries.get(id); }
  values(): IterableIterator<DeviceEntry> { return this.#entries.values(); }
  authenticate(): undefined { return undefined; }
  onChange(listener: (id: DeviceId, entry: DeviceEntry | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  put(id: DeviceId, kind: DeviceKind, more: Partial<Device> = {}): void {
    const device: Device = { id, kind, name: `name of ${id}`, area: 'east', codec: 'native', reportingIntervalS: 60, status: 'online', ...more };
    const entry: DeviceEntry = { device, subdistrict: this.areas.ancestor(device.area, 'subdistrict')?.id ?? '', community: this.areas.ancestor(device.area, 'community')?.id ?? '', secretHash: Buffer.alloc(32) };
    this.#entries.set(id, entry);
    for (const listener of this.#listeners) listener(id, entry);
  }
  remove(id: DeviceId): void {
    this.#entries.delete(id);
    for (const listener of this.#listeners) listener(id, undefined);
  }
}

/** A hub's rules and alerts over a real database, with a clock that stands still until it is moved. */
export async function createRig(rules?: readonly Rule[], { clocksOf = async () => noClocks }: { clocksOf?: (db: Db, areas: AreaTree) => Promise<AlertClocks> } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'liandong-rules-'));
  const clock = { at: START, now: () => clock.at };
  const areas = new AreaTree(rethrow);
  AREAS.forEach((area) => areas.put(area));
  const directory = new FakeDirectory(areas);
  const days = new DayCalendar();
  const published: Alert[] = [];
  const errors: unknown[] = [];
  let seq: Seq = 0;
  let parts = await open();
  if (rules !== undefined) await setRules(parts.db, rules);

  async function open() {
    const db = await openTestDatabase(folder);
    const onError = (error: unknown): void => { errors.push(error); };
    const changes = createChangeLog({ db, clock, onError });
    const activeAlerts = createActiveAlerts({ db });
    const clocks = await clocksOf(db, areas);
    const ids = createIdSource({ clock, random: (bytes) => new Uint8Array(bytes).fill(7) });
    const outOfService = new MaintenanceWindows({ areas });
    await outOfService.load(db, clock.now());
    const evaluator = createRuleEvaluator({ db, clock, ids, changes, activeAlerts, clocks, directory, areas, days, outOfService, onError });
    const rules = createRuleService({ db, clock, areas, directory, evaluator });
    const writer = createAlertWriter({ db, clock, changes, activeAlerts, clocks });
    const service = createAlertService({ db, clock, areas, writer });
    const shelfTimer = createShelfTimer({ db, clock, writer, onError });
    const maintenance = createMaintenanceService({ db, clock, ids, areas, directory, windows: outOfService });
    changes.onChange((change) => { if (change.kind === 'alert') published.push(change.alert); });
    return { db, changes, activeAlerts, clocks, evaluator, writer, service, shelfTimer, outOfService, maintenance, rules };
  }

  const sample = (device: DeviceId, values: Partial<Record<MetricKey, MetricValue>>, ts: EpochMs = clock.at): JournalRecord => ({ type: 'telemetry', device, ts, at: clock.at, values });
  async function feed(...records: JournalRecord[]): Promise<void> {
    const first = seq + 1;
    seq += records.length;
    await parts.evaluator.handle({ first, last: seq, records });
  }

  return {
    clock, areas, directory, days, published, errors, sample, feed,
    /** As the journal would, after batches that were handed to the evaluator by hand. */
    feedAt: async (first: Seq, ...records: JournalRecord[]): Promise<void> => parts.evaluator.handle({ first, last: first + records.length - 1, records }),
    get db() { return parts.db; }, get evaluator() { return parts.evaluator; }, get service() { return parts.service; }, get activeAlerts() { return parts.activeAlerts; },
    get writer() { return parts.writer; }, get changes() { return parts.changes; }, get shelfTimer() { return parts.shelfTimer; }, get clocks() { return parts.clocks; }, get outOfService() { return parts.outOfService; }, get maintenance() { return parts.maintenance; }, get rules() { return parts.rules; },
    get seq() { return seq; },
    event: (device: DeviceId, event: string, id: string, ts: EpochMs = clock.at): EventRecord => ({ type: 'event', device, id, ts, at: clock.at, event, data: {} }),
    send: (device: DeviceId, metric: MetricKey, value: MetricValue, ts?: EpochMs) => feed(sample(device, { [metric]: value }, ts)),
    /** Lets hub time pass in steps of a second, as the timer would. */
    async pass(seconds: number): Promise<void> {
      for (let second = 0; second < seconds; second += 1) {
        clock.at += 1_000;
        await parts.evaluator.tick();
      }
    },
    alerts: async (): Promise<Alert[]> => (await parts.service.list(ADMIN, { limit: 1000 })).data,
    active: async (): Promise<Alert[]> => (await parts.service.list(ADMIN, { limit: 1000, active: true })).data,
    /** Notes of its timeline, oldest first. */
    notes: async (id: string): Promise<string[]> => (await parts.service.get(ADMIN, id)).timeline.flatMap((entry) => entry.note ?? []),
    timeline: async (id: string): Promise<string[]> => (await parts.service.get(ADMIN, id)).timeline.map((entry) => entry.change),
    /** As after kill -9: nothing is flushed, what was not committed is gone. */
    async crash(): Promise<void> {
      await parts.db.destroy();
      await parts.evaluator.stop(); // releases the timer; its last write fails, as the database is gone
      errors.length = 0;
      parts = await open();
      await parts.evaluator.start();
    },
    async restart(): Promise<void> {
      await parts.evaluator.stop();
      await parts.db.destroy();
      parts = await open();
      await parts.evaluator.start();
    },
    async close(): Promise<void> {
      await parts.evaluator.stop();
      await parts.db.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type Rig = Awaited<ReturnType<typeof createRig>>;

export async function setRules(db: Db, rules: readonly Rule[]): Promise<void> {
  await db.insertInto('rule').values(rules.map((rule) => ({ id: rule.id, body: JSON.stringify(rule), enabled: rule.enabled ? 1 : 0 }))).execute();
}

/** What every test rule has, to be filled in by type; a rule without a figure says just the device (`message`). */
export const common = (id: string, kinds: DeviceKind[] = ['waste_bin'], message = '{device} {value} {limit}') =>
  ({ id, name: { zh: id, en: id }, message: { zh: message, en: message }, kinds, enabled: true, onDelayS: 0, offDelayS: 0 });
