import type { AreaId, DeviceId, EpochMs, MetricKey } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import { breathe } from '../breathe.js';
import { QUARTER_MS, startOf } from './stages.js';

/** Where a device stood from `since` until before `until`. */
export interface Place { readonly device: DeviceId; readonly since: EpochMs; until: EpochMs | undefined; area: AreaId; community: AreaId; slot: number; intervalS: number }

/** Rows of one statement. */
const ROWS = 500;

/**
 * Where devices stood when, and since when each reports which metric: by this a window is worked out the same way whenever that happens.
 * A move or another reporting interval counts from the next quarter hour on, so that a window belongs to one place. All in memory; what is
 * new is written by whoever asks for a transaction first, and found again at the next start if nobody could.
 */
export class Places {
  readonly #directory: DeviceDirectory;
  readonly #clock: Clock;
  readonly #places = new Map<DeviceId, Place[]>();
  /** Devices that ever stood in a community, by their slots. */
  readonly #slots = new Map<AreaId, (DeviceId | undefined)[]>();
  readonly #series = new Map<DeviceId, Map<MetricKey, EpochMs>>();
  readonly #newPlaces = new Set<Place>();
  readonly #newSeries = new Map<string, { device: DeviceId; metric: MetricKey; first_ts: EpochMs }>();
  readonly #moves: Place[] = [];
  #unsubscribe: (() => void) | undefined;

  constructor({ directory, clock }: { directory: DeviceDirectory; clock: Clock }) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /** Reads what is known, catches up with the registry and follows it from now on. */
  async load(db: Db): Promise<void> {
    for (const known of [this.#places, this.#slots, this.#series]) known.clear();
    for (const { device, since, until, area, community, slot, interval_s: intervalS } of await db.selectFrom('aggregate_place').selectAll().orderBy('since').execute()) {
      this.#put({ device, since, until: until ?? undefined, area, community, slot, intervalS });
    }
    for (const { device, metric, first_ts: first } of await db.selectFrom('aggregate_series').selectAll().execute()) this.#seriesOf(device).set(metric as MetricKey, first); // written from typed records
    const created = new Map((await db.selectFrom('device').select(['id', 'created_at']).execute()).map((row) => [row.id, row.created_at]));
    for (const [device, places] of this.#places) if (this.#directory.get(device) === undefined && places.at(-1)?.until === undefined) this.#follow(device, undefined);
    for (const entry of this.#directory.values()) this.#follow(entry.device.id, entry, created.get(entry.device.id));
    this.#unsubscribe?.();
    this.#unsubscribe = this.#directory.onChange((id, entry) => { this.#follow(id, entry); });
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Where a device stood when a window began; one that is younger than the window, where it first stood. Undefined: nobody knows the device. */
  at(device: DeviceId, start: EpochMs): Place | undefined {
    const places = this.#places.get(device);
    if (places === undefined) return undefined;
    for (let index = places.length - 1; index > 0; index -= 1) if (places[index]!.since <= start) return places[index]; // within the list
    return places[0];
  }

  /** Devices that ever stood in this community, by slot; a slot may be empty. */
  devicesOf(community: AreaId): readonly (DeviceId | undefined)[] { return this.#slots.get(community) ?? []; }
  /** Since when a device has reported each metric. */
  metricsOf(device: DeviceId): ReadonlyMap<MetricKey, EpochMs> { return this.#series.get(device) ?? NOTHING; }

  /** Samples to be expected of a metric in a community, or in one of its grids, between two times: of devices that stood there and had begun to report it. */
  expected(community: AreaId, area: AreaId, metric: MetricKey, start: EpochMs, end: EpochMs): number {
    let samples = 0;
    for (const device of this.devicesOf(community)) {
      const first = device === undefined ? undefined : this.#series.get(device)?.get(metric);
      if (device === undefined || first === undefined || first >= end) continue;
      for (const place of this.#places.get(device) ?? []) {
        if (place.community !== community || (area !== community && place.area !== area)) continue;
        const ms = Math.min(place.until ?? Infinity, end) - Math.max(place.since, first, start);
        if (ms > 0) samples += ms / (place.intervalS * 1000);
      }
    }
    return samples;
  }

  /** Notes when a series began; answers when it was thought to have begun before, if it is longer now. */
  noteSample(device: DeviceId, metric: MetricKey, ts: EpochMs): EpochMs | undefined {
    const series = this.#seriesOf(device);
    const first = series.get(metric);
    if (first !== undefined && first <= ts) return undefined;
    series.set(metric, ts);
    this.#newSeries.set(`${device} ${metric}`, { device, metric, first_ts: ts });
    return first;
  }

  get hasNews(): boolean { return this.#newPlaces.size + this.#newSeries.size + this.#moves.length > 0; }

  /** Writes what is new. Answers what to call once that is committed, and places that devices have moved to: what they said ahead of their time is there now. */
  async write(trx: Transaction<Database>): Promise<{ moves: readonly Place[]; committed: () => void }> {
    const [places, series, moves] = [[...this.#newPlaces], [...this.#newSeries.values()], [...this.#moves]];
    const written = places.map(({ device, since, until, area, community, slot, intervalS }) => ({ device, since, until: until ?? null, area, community, slot, interval_s: intervalS }));
    for (let from = 0; from < written.length; from += ROWS) {
      await trx.insertInto('aggregate_place').values(written.slice(from, from + ROWS)).onConflict((conflict) => conflict.columns(['device', 'since']).doUpdateSet((e) => ({
        until: e.ref('excluded.until'), area: e.ref('excluded.area'), community: e.ref('excluded.community'), slot: e.ref('excluded.slot'), interval_s: e.ref('excluded.interval_s'),
      }))).execute();
      await breathe();
    }
    for (let from = 0; from < series.length; from += ROWS) {
      await trx.insertInto('aggregate_series').values(series.slice(from, from + ROWS)).onConflict((conflict) => conflict.columns(['device', 'metric']).doUpdateSet((e) => ({ first_ts: e.ref('excluded.first_ts') }))).execute();
      await breathe();
    }
    return {
      moves,
      committed: () => {
        // What changed again meanwhile is still new.
        for (const [index, place] of places.entries()) if (isWritten(place, written[index]!)) this.#newPlaces.delete(place); // one row a place
        for (const row of series) if (this.#newSeries.get(`${row.device} ${row.metric}`) === row) this.#newSeries.delete(`${row.device} ${row.metric}`);
        this.#moves.splice(0, moves.length);
      },
    };
  }

  #follow(id: DeviceId, entry: DeviceEntry | undefined, createdAt?: EpochMs): void {
    const places = this.#places.get(id);
    const last = places?.at(-1);
    const now = this.#clock.now();
    if (entry === undefined || entry.device.status === 'retired') {
      if (last === undefined || last.until !== undefined) return;
      last.until = Math.max(now, last.since);
      this.#newPlaces.add(last);
      return;
    }
    const { community, device: { area, reportingIntervalS: intervalS } } = entry;
    if (last !== undefined && last.until === undefined && last.area === area && last.community === community && last.intervalS === intervalS) return;
    if (last === undefined) return this.#add({ device: id, since: createdAt ?? now, until: undefined, area, community, slot: this.#slotOf(community, id), intervalS });
    const isMoved = last.area !== area || last.community !== community;
    const since = Math.max(startOf(now + QUARTER_MS - 1, '15m'), last.since);
    if (since > last.since) {
      last.until = Math.min(last.until ?? since, since);
      this.#newPlaces.add(last);
      this.#add({ device: id, since, until: undefined, area, community, slot: this.#slotOf(community, id), intervalS });
    } else {
      Object.assign(last, { until: undefined, area, community, slot: this.#slotOf(community, id), intervalS });
      this.#newPlaces.add(last);
    }
    if (isMoved) this.#moves.push({ ...places!.at(-1)! }); // there was one before
  }

  #add(place: Place): void {
    this.#put(place);
    this.#newPlaces.add(place);
  }

  #put(place: Place): void {
    const places = this.#places.get(place.device);
    if (places === undefined) this.#places.set(place.device, [place]);
    else places.push(place);
    const slots = this.#slots.get(place.community) ?? [];
    slots[place.slot] = place.device;
    this.#slots.set(place.community, slots);
  }

  /** The same device keeps its slot, also when it comes back. */
  #slotOf(community: AreaId, device: DeviceId): number {
    const slots = this.#slots.get(community) ?? [];
    this.#slots.set(community, slots);
    const known = slots.indexOf(device);
    if (known >= 0) return known;
    return slots.push(device) - 1;
  }

  #seriesOf(device: DeviceId): Map<MetricKey, EpochMs> {
    const known = this.#series.get(device);
    if (known !== undefined) return known;
    const made = new Map<MetricKey, EpochMs>();
    this.#series.set(device, made);
    return made;
  }
}

const NOTHING: ReadonlyMap<MetricKey, EpochMs> = new Map();

const isWritten = (place: Place, row: { until: EpochMs | null; area: AreaId; community: AreaId; interval_s: number }): boolean =>
  (place.until ?? null) === row.until && place.area === row.area && place.community === row.community && place.intervalS === row.interval_s;
