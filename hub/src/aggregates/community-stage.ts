import type { AreaId, DeviceId, EpochMs, MetricKey } from '@liandong/protocols';
import { breathe } from '../breathe.js';
import type { TelemetryStore } from '../telemetry/types.js';
import type { DirtyKey } from './dirty.js';
import { Members } from './members.js';
import type { Places } from './places.js';
import { rowKey, type Outcome } from './published-rows.js';
import { QUARTER_MS } from './stages.js';
import { Tally } from './tally.js';

/** Summaries of one question to the store; a single community's window may be more. */
const MOST_SUMMARIES = 100_000;
const SUMMARIES_A_BREATH = 500;

/** What has to be asked for some windows, and the windows. */
export interface Question { readonly keys: DirtyKey[]; readonly devices: Set<DeviceId>; readonly metrics: Set<MetricKey>; readonly from: EpochMs; readonly to: EpochMs }

/** As many of the windows, in their order, as one question may be about: it names devices, metrics and a range, and all of their product is answered. */
export function questionOf(keys: readonly DirtyKey[], places: Places): Question {
  const question = { keys: [] as DirtyKey[], devices: new Set<DeviceId>(), metrics: new Set<MetricKey>(), from: Infinity, to: -Infinity };
  let previous: AreaId | undefined;
  for (const key of keys) {
    const more = key.area === previous ? [] : places.devicesOf(key.area).filter((device) => device !== undefined && !question.devices.has(device));
    previous = key.area;
    const [from, to] = [Math.min(question.from, key.start), Math.max(question.to, key.start + QUARTER_MS)];
    const metrics = question.metrics.size + (question.metrics.has(key.metric) ? 0 : 1);
    if (question.keys.length > 0 && (question.devices.size + more.length) * metrics * (to - from) / QUARTER_MS > MOST_SUMMARIES) break;
    for (const device of more) if (device !== undefined) question.devices.add(device);
    question.metrics.add(key.metric);
    question.keys.push(key);
    [question.from, question.to] = [from, to];
  }
  return question;
}

/** The community and its grids, from what the store holds of each device. A window without a value has no outcome. */
export async function workOutCommunities({ keys, devices, metrics, from, to }: Question, { store, places }: { store: Pick<TelemetryStore, 'summarise'>; places: Places }): Promise<Outcome[]> {
  const wanted = new Set(keys.map(rowKey));
  const sums = new Map<string, { community: AreaId; area: AreaId; metric: MetricKey; start: EpochMs; figures: Tally; members: Members; devices: number }>();
  let added = 0;
  for (const summary of await store.summarise({ devices: [...devices], metrics: [...metrics], from, to, everyMs: QUARTER_MS })) {
    const { device, metric, start } = summary;
    const place = places.at(device, start);
    if (place === undefined || !wanted.has(rowKey({ area: place.community, metric, start }))) continue;
    for (const area of new Set([place.community, place.area])) {
      const key = rowKey({ area, metric, start });
      const sum = sums.get(key) ?? { community: place.community, area, metric, start, figures: new Tally(), members: new Members(), devices: 0 };
      sums.set(key, sum);
      sum.figures.add(summary);
      sum.members.add(place.slot);
      sum.devices += 1;
    }
    added += 1;
    if (added % SUMMARIES_A_BREATH === 0) await breathe();
  }
  const outcomes: Outcome[] = [];
  for (const { community, ...sum } of sums.values()) {
    outcomes.push({ ...sum, coverage: coverageOf(sum.figures.count, places.expected(community, sum.area, sum.metric, sum.start, sum.start + QUARTER_MS)) });
    await breathe(); // each goes through all devices of the community
  }
  return outcomes;
}

/** Received ÷ expected; what was not expected at all is not missing either. */
export const coverageOf = (count: number, expected: number): number => expected > 0 ? Math.min(1, count / expected) : 1;
