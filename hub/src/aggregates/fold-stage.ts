import { WINDOW_MS, type AreaId, type DeviceId, type EpochMs, type MetricKey } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Db } from '../database/database.js';
import { breathe } from '../breathe.js';
import { coverageOf } from './community-stage.js';
import type { DirtyKey } from './dirty.js';
import { Members } from './members.js';
import type { Places } from './places.js';
import { readRows, type Outcome, type StoredAggregate } from './published-rows.js';
import { STAGE_WINDOW, type Stage } from './stages.js';
import { Tally } from './tally.js';

/** What lies below what; made anew for each run, as areas are only ever added. */
export class Levels {
  readonly #children = new Map<AreaId, AreaId[]>();
  readonly #communities = new Map<AreaId, AreaId[]>();

  constructor(private readonly areas: AreaTree) {
    for (const { id, parent, level } of areas.all()) {
      if (parent !== undefined) this.#children.set(parent, [...this.#children.get(parent) ?? [], id]);
      if (level === 'community') for (const above of areas.lineage(id)) this.#communities.set(above.id, [...this.#communities.get(above.id) ?? [], id]);
    }
  }

  children(area: AreaId): readonly AreaId[] { return this.#children.get(area) ?? []; }
  /** The communities in it; of a grid, the one around it. */
  communities(area: AreaId): readonly AreaId[] {
    const community = this.#communities.get(area) ?? this.areas.ancestor(area, 'community')?.id;
    return typeof community === 'string' ? [community] : community ?? [];
  }
}

interface FoldContext { readonly db: Db; readonly places: Places; readonly levels: Levels }

/** One metric and start at a time, as they share what has to be read. */
export async function workOutFolds(stage: Exclude<Stage, 'community'>, keys: readonly DirtyKey[], context: FoldContext): Promise<Outcome[]> {
  const groups = new Map<string, DirtyKey[]>();
  for (const key of keys) {
    const name = `${key.metric} ${key.start}`;
    groups.set(name, [...groups.get(name) ?? [], key]);
  }
  const outcomes: Outcome[] = [];
  for (const group of groups.values()) {
    outcomes.push(...await (stage === 'hour' || stage === 'day' ? foldTime(stage, group, context) : foldAreas(stage, group, context)));
    await breathe();
  }
  return outcomes;
}

/** The same quarter hour of the areas directly below. Each device is in one of them. */
async function foldAreas(stage: 'subdistrict' | 'city', keys: readonly DirtyKey[], { db, places, levels }: FoldContext): Promise<Outcome[]> {
  const { metric, start } = keys[0]!; // no group is empty
  const parts = byArea(await readRows(db, STAGE_WINDOW[stage], { areas: keys.flatMap(({ area }) => levels.children(area)), metrics: [metric], from: start, to: start }));
  const expected = expectation(places, metric, start, start + WINDOW_MS['15m']);
  return keys.flatMap(({ area }) => {
    const rows = levels.children(area).flatMap((child) => parts.get(child) ?? []);
    if (rows.length === 0) return [];
    const figures = sumOf(rows);
    const coverage = coverageOf(figures.count, levels.communities(area).reduce((sum, community) => sum + expected(community, community), 0));
    return [{ area, metric, start, figures, devices: rows.reduce((sum, row) => sum + row.devices, 0), coverage, members: undefined }];
  });
}

/** The area's own shorter windows. A device in several of them counts once, also when it has moved. */
async function foldTime(stage: 'hour' | 'day', keys: readonly DirtyKey[], { db, places, levels }: FoldContext): Promise<Outcome[]> {
  const { metric, start } = keys[0]!; // no group is empty
  const end = start + WINDOW_MS[STAGE_WINDOW[stage]];
  const areas = new Set(keys.flatMap(({ area }) => [area, ...levels.communities(area)]));
  const parts = byArea(await readRows(db, stage === 'hour' ? '15m' : '1h', { areas, metrics: [metric], from: start, to: end - 1 }));
  const expected = expectation(places, metric, start, end);
  const outcomes: Outcome[] = [];
  for (const { area } of keys) {
    const rows = parts.get(area);
    if (rows === undefined) continue;
    const communities = levels.communities(area);
    const isLeaf = communities.length === 1 && (communities[0] === area || rows[0]!.members !== null); // a grid, or a community itself
    const members = isLeaf ? unionOf(rows) : undefined;
    const devices = new Set<DeviceId>();
    for (const community of communities) {
      const slots = places.devicesOf(community);
      for (const slot of (members ?? unionOf(parts.get(community) ?? [])).slots()) if (slots[slot] !== undefined) devices.add(slots[slot]);
    }
    const figures = sumOf(rows);
    const coverage = coverageOf(figures.count, communities.reduce((sum, community) => sum + expected(community, isLeaf ? area : community), 0));
    outcomes.push({ area, metric, start, figures, devices: devices.size, coverage, members: stage === 'hour' ? members : undefined });
  }
  return outcomes;
}

/** Worked out once for each area, as every area above asks for it. */
function expectation(places: Places, metric: MetricKey, start: EpochMs, end: EpochMs): (community: AreaId, area: AreaId) => number {
  const known = new Map<AreaId, number>();
  return (community, area) => {
    const found = known.get(area) ?? places.expected(community, area, metric, start, end);
    known.set(area, found);
    return found;
  };
}

function byArea(rows: readonly StoredAggregate[]): Map<AreaId, StoredAggregate[]> {
  const found = new Map<AreaId, StoredAggregate[]>();
  for (const row of rows) {
    const list = found.get(row.area);
    if (list === undefined) found.set(row.area, [row]);
    else list.push(row);
  }
  return found;
}

function sumOf(rows: readonly StoredAggregate[]): Tally {
  const tally = new Tally();
  for (const row of rows) tally.add({ ...row, lastTs: row.last_ts });
  return tally;
}

function unionOf(rows: readonly StoredAggregate[]): Members {
  const union = new Members();
  for (const row of rows) union.addAll(Members.parse(row.members));
  return union;
}
