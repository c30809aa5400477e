import type { Rule, RulePreview } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { Principal } from '../identity/principal.js';
import { isNearer, nearness, placeOf } from './scope.js';
import { breathe } from '../breathe.js';

const DEVICES_PER_TURN = 500;
/** Communities, ids and rules that are named. */
const NAMED = 10;

/** Whom the rule would concern; `family`: the other enabled rules of its family. */
export async function previewRule(rule: Rule, family: readonly Rule[], { principal, areas, directory }: { principal: Principal; areas: AreaTree; directory: DeviceDirectory }): Promise<RulePreview> {
  const counts = { of: 0, devices: 0, inForce: 0 };
  const sample: string[] = [];
  const [byKind, byArea, overrides, overriddenBy] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  for (const entry of [...directory.values()]) {
    const { device, community } = entry;
    if (device.status === 'retired' || !areas.isVisible(principal, device.area)) continue;
    counts.of += 1;
    if (counts.of % DEVICES_PER_TURN === 0) await breathe();
    const place = placeOf(entry, areas);
    const near = nearness(rule, place);
    if (near === undefined) continue;
    counts.devices += 1;
    if (sample.length < NAMED) sample.push(device.id);
    add(byKind, device.kind);
    add(byArea, community);
    let stands = true;
    for (const other of family) {
      const otherNear = nearness(other, place);
      if (otherNear === undefined) continue;
      if (isNearer({ rule, nearness: near }, { rule: other, nearness: otherNear })) add(overrides, other.id);
      else {
        stands = false;
        add(overriddenBy, other.id);
      }
    }
    if (stands) counts.inForce += 1;
  }
  return {
    ...counts, matchesEverything: counts.of > 0 && counts.devices === counts.of, byKind: Object.fromEntries(byKind), sample,
    byArea: most(byArea).map(([area, devices]) => ({ area, name: areas.get(area)?.name ?? area, devices })),
    overrides: most(overrides).map(([id, devices]) => ({ id, devices })), overriddenBy: most(overriddenBy).map(([id, devices]) => ({ id, devices })),
  };
}

function add(counts: Map<string, number>, key: string): void { counts.set(key, (counts.get(key) ?? 0) + 1); }

const most = (counts: ReadonlyMap<string, number>): [string, number][] => [...counts].sort(([idA, a], [idB, b]) => b - a || (idA < idB ? -1 : 1)).slice(0, NAMED);
