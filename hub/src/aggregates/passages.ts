import { FEWEST_PEOPLE, PASSAGE_RANGE_MS, WINDOW_MS, type AreaId, type DeviceId, type EpochMs, type PassageList, type PassageRow } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceDirectory } from '../devices/types.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { emptyRange, longRange } from '../range-errors.js';
import { breathe } from '../breathe.js';
import { createLane } from '../telemetry/lane.js';
import type { TelemetryStore } from '../telemetry/types.js';
import type { Places } from './places.js';
import { startOf } from './stages.js';

export interface PassageQuery { readonly area?: AreaId | undefined; readonly from?: EpochMs | undefined; readonly to: EpochMs }

/** How many passages there were at gates, never whose. */
export interface Passages {
  /** By area, then time; hours that are published. Throws AREA_NOT_FOUND, VALIDATION_FAILED (range), STORE_UNAVAILABLE. */
  list(principal: Principal, query: PassageQuery): Promise<PassageList>;
}
export interface PassagesDependencies {
  readonly store: Pick<TelemetryStore, 'events'>;
  readonly directory: DeviceDirectory;
  readonly areas: AreaTree;
  readonly places: Places;
  readonly watermark: () => EpochMs;
}

const DAY_MS = 86_400_000;
const PAGE = 1_000;

interface Hour { passages: number; readonly people: Set<string> }

/**
 * An hour of a community is shown when FEWEST_PEOPLE different pseudonyms passed, and else it is as if nobody had. There is one size of area and of window, sums above it are of what
 * is shown, and an hour is shown when it is over: so no number can be taken from another to learn of a few people, and none grows while somebody watches it.
 */
export function createPassages({ store, directory, areas, places, watermark }: PassagesDependencies): Passages {
  /** One request at a time goes through the events of all gates. */
  const oneByOne = createLane();

  function rangeOf({ from, to }: PassageQuery): { from: EpochMs; to: EpochMs } {
    const first = startOf(from ?? to - DAY_MS, '1h');
    const last = Math.max(startOf(Math.min(to, watermark()), '1h'), first);
    if (from !== undefined && from >= to) throw emptyRange(to);
    if (to - first > PASSAGE_RANGE_MS + WINDOW_MS['1h']) throw longRange(to - PASSAGE_RANGE_MS, { zh: `最多查 ${PASSAGE_RANGE_MS / DAY_MS} 天。`, en: `A range is ${PASSAGE_RANGE_MS / DAY_MS} days at most.` });
    return { from: first, to: last };
  }

  async function countGate(device: DeviceId, community: AreaId, range: { from: EpochMs; to: EpochMs }, hours: Map<EpochMs, Hour>): Promise<void> {
    let cursor: string | undefined;
    do {
      const { data, next } = await store.events({ device, ...range }, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      for (const { ts, type, data: { credential } } of data) {
        const start = startOf(ts, '1h');
        if (type !== 'granted' || places.at(device, start)?.community !== community) continue;
        const hour = hours.get(start) ?? { passages: 0, people: new Set<string>() };
        hours.set(start, hour);
        hour.passages += 1;
        if (typeof credential === 'string') hour.people.add(credential);
      }
      cursor = next;
      await breathe();
    } while (cursor !== undefined);
  }

  async function shownOf(community: AreaId, range: { from: EpochMs; to: EpochMs }): Promise<[EpochMs, number][]> {
    const hours = new Map<EpochMs, Hour>();
    for (const device of places.devicesOf(community)) {
      if (device !== undefined && isGate(device)) await countGate(device, community, range, hours);
    }
    return [...hours].filter(([, { people }]) => people.size >= FEWEST_PEOPLE).map(([start, { passages }]) => [start, passages]);
  }

  /** One that is deleted may have been a gate. */
  function isGate(device: DeviceId): boolean {
    const kind = directory.get(device)?.device.kind;
    return kind === undefined || kind === 'access_gate' || kind === 'vehicle_gate';
  }

  return {
    async list(principal, query) {
      requirePermission(principal, 'aggregate:read');
      const { area } = query;
      areas.requireVisible(principal, area);
      const range = rangeOf(query);
      const sums = new Map<string, PassageRow>();
      const communities = areas.all().filter(({ id, level }) => level === 'community' && (area === undefined ? areas.isVisible(principal, id) : areas.contains(area, id)));
      await oneByOne(async () => {
        for (const { id: community } of communities) {
          for (const [start, passages] of range.from < range.to ? await shownOf(community, range) : []) {
            for (const { id } of areas.lineage(community)) {
              if (area === undefined ? !areas.isVisible(principal, id) : id !== area) continue;
              const row = sums.get(`${id} ${start}`);
              sums.set(`${id} ${start}`, { area: id, start, end: start + WINDOW_MS['1h'], passages: (row?.passages ?? 0) + passages });
            }
          }
        }
      });
      return { data: [...sums.values()].sort((a, b) => (a.area < b.area ? -1 : a.area > b.area ? 1 : a.start - b.start)), watermark: watermark() };
    },
  };
}
