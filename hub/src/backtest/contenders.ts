import { familyOf, type DeviceId, type Rule } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { DeviceEntry } from '../devices/types.js';
import { breathe } from '../breathe.js';
import { isNearer, nearness, placeOf } from '../rules/scope.js';

const DEVICES_PER_TURN = 500;

/** Ids of the devices on which the rule is in force beside these other enabled rules: in its scope, and no nearer one of its family is. Places are those of now. */
export async function devicesUnder(rule: Rule, others: readonly Rule[], entries: readonly DeviceEntry[], areas: Pick<AreaTree, 'lineage'>): Promise<Set<DeviceId>> {
  const family = others.filter((other) => familyOf(other) === familyOf(rule));
  const found = new Set<DeviceId>();
  for (const [index, entry] of entries.entries()) {
    if (index % DEVICES_PER_TURN === DEVICES_PER_TURN - 1) await breathe();
    const place = placeOf(entry, areas);
    const near = nearness(rule, place);
    if (near === undefined) continue;
    const isOverridden = family.some((other) => {
      const otherNear = nearness(other, place);
      return otherNear !== undefined && isNearer({ rule: other, nearness: otherNear }, { rule, nearness: near });
    });
    if (!isOverridden) found.add(entry.device.id);
  }
  return found;
}

/** What never raises anything has no history that says something: not accepted yet, or gone. One in maintenance has. */
export const hasHistory = ({ device: { accepted, status } }: DeviceEntry): boolean => accepted !== false && status !== 'retired';
