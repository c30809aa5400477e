import type { CommunityProfile, DeviceKind, Location, NewDevice } from '@liandong/protocols';
import { streamOf, unitAt } from '../random.js';
import { GRIDS, type GridPlan } from './areas.js';
import { COMMUNITIES, toLocation } from './map.js';

/** Kinds the ordinary fleet is dealt from. */
export type SimKind = Exclude<DeviceKind, 'gateway'>;

/** One device of the fleet: what the hub is told of it and what its model needs. */
export interface SimDevice {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly community: string;
  /** The grid it stands in. */
  readonly area: string;
  readonly profile: CommunityProfile;
  readonly location: Location;
  /** Wall-clock time between two of its reports (ms). */
  readonly reportEveryMs: number;
  /** What the hub is promised: a report at least this often (s). */
  readonly reportingIntervalS: number;
  /** Has no connection of its own: this gateway speaks for it, and calls it so. */
  readonly carriedBy?: { readonly gateway: string; readonly externalId: string };
  /** Of a gateway: how it speaks for those it carries. */
  readonly carries?: { readonly codec: 'chirpstack'; readonly topicPrefix: string };
}

/** Dealt in this order, so that a small fleet has every kind and a bigger one begins with the smaller one's devices. */
const DEAL: readonly SimKind[] = [
  'waste_bin', 'access_gate', 'env_sensor', 'waste_bin', 'access_gate', 'env_sensor', 'waste_bin', 'env_sensor', 'waste_bin', 'vehicle_gate',
];
/** Shorter than real devices report, so that a watcher sees life (ms). */
const NATURAL_MS: Record<SimKind, number> = { waste_bin: 10_000, env_sensor: 5_000, access_gate: 20_000, vehicle_gate: 20_000 };
/** Reports come twice as often as promised: a reconnect of a few seconds is not silence. */
const PROMISE_FACTOR = 2;
export const promiseS = (reportEveryMs: number, leastS: number): number => Math.min(86_400, Math.max(leastS, Math.ceil((PROMISE_FACTOR * reportEveryMs) / 1000)));
const LETTER: Record<SimKind, string> = { waste_bin: 'b', env_sensor: 'e', access_gate: 'g', vehicle_gate: 'v' };
const GATE_SIDES = ['东门', '西门', '南门', '北门'] as const;
const BIN_SPOTS = ['3号楼前', '6号楼前', '路口', '便民店旁', '公交站旁', '9号楼后'] as const;

/**
 * The fleet of that size. Devices don't depend on the seed, so that a hub keeps its devices when the seed changes.
 * `messagesPerSecond` over the whole fleet replaces the natural pace of each kind; `prefix` begins every id and makes it another fleet.
 */
export function createRoster({ size, messagesPerSecond, prefix = '' }: { size: number; messagesPerSecond?: number | undefined; prefix?: string }): SimDevice[] {
  const counts = new Map<string, number>();
  return Array.from({ length: size }, (_, index) => {
    // a slice and a modulus of lists that aren't empty
    const kind = DEAL[index % DEAL.length] as SimKind;
    const community = COMMUNITIES[index % COMMUNITIES.length] as (typeof COMMUNITIES)[number];
    const key = `${community.id}-${LETTER[kind]}`;
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    const id = `${prefix}${key}${String(number).padStart(3, '0')}`;
    const grids = GRIDS.filter((grid) => grid.community === community);
    const grid = grids[number % grids.length] as GridPlan;
    const reportEveryMs = messagesPerSecond === undefined ? NATURAL_MS[kind] : (size / messagesPerSecond) * 1000;
    return {
      id, kind, community: community.id, profile: community.profile, area: grid.id, reportEveryMs,
      name: `${prefix === '' ? '' : `${prefix} `}${nameOf(kind, number, community.places)}`, location: placeIn(grid, id),
      reportingIntervalS: promiseS(reportEveryMs, 5),
    };
  });
}

/** What `POST /devices` is told. */
export const toNewDevice = ({ id, kind, name, area, location, reportingIntervalS, carriedBy, carries }: SimDevice): NewDevice =>
  ({ id, kind, name, area, location, reportingIntervalS, codec: 'native', ...carriedBy, ...carries });

const pick = (list: readonly string[], number: number): string => list[number % list.length] ?? '';

function nameOf(kind: SimKind, number: number, places: readonly string[]): string {
  const label = String(100 + number);
  const place = pick(places, number);
  switch (kind) {
    case 'waste_bin': return `桶 B-${label} ${place}${pick(BIN_SPOTS, Math.floor(number / places.length) + number)}`;
    case 'env_sensor': return `环境 E-${label} ${place}`;
    case 'access_gate': return `${place}${1 + (number * 2) % 11}号楼${pick(GATE_SIDES, number)} G-${label}`;
    case 'vehicle_gate': return `${place}${pick(GATE_SIDES, number)}车行口 V-${label}`;
  }
}

/** A place in the grid that depends on the device alone. Half a lattice step of scatter stays within the margin. */
export function placeIn(grid: GridPlan, id: string): Location {
  const stream = streamOf(0, `${id}/place`);
  const [x, y] = grid.points[Math.floor(unitAt(stream, 0) * grid.points.length)] ?? [0, 0];
  return toLocation([x + 9 * (unitAt(stream, 1) - 0.5), y + 9 * (unitAt(stream, 2) - 0.5)]);
}
