import type { DeviceId } from '@liandong/protocols';
import type { CompiledQuery, Transaction } from 'kysely';
import type { Db } from '../database/database.js';
import { inParts, rowsStatement } from '../database/rows-statement.js';
import type { Database } from '../database/schema.js';
import type { Condition } from './condition.js';
import type { DeviceMemory, DoneUpTo, SavedSightings } from './device-memory.js';
import type { SavedCondition } from './saved-condition.js';

/** Stands in `rule_id` where the row is about the device itself; no rule can have this id. */
const SIGHTINGS = ':sightings';

/** What was remembered of a device. */
export interface SavedDevice { sightings: SavedSightings | undefined; conditions: Map<string, SavedCondition> }

/** Everything remembered, by device. */
export async function loadRuleState(db: Db): Promise<Map<DeviceId, SavedDevice>> {
  const saved = new Map<DeviceId, SavedDevice>();
  for (const row of await db.selectFrom('rule_state').selectAll().execute()) {
    const device = saved.get(row.device_id) ?? { sightings: undefined, conditions: new Map<string, SavedCondition>() };
    saved.set(row.device_id, device);
    if (row.rule_id === SIGHTINGS) device.sightings = JSON.parse(row.state) as SavedSightings; // written by savingRuleState
    else device.conditions.set(row.rule_id, JSON.parse(row.state) as SavedCondition); // written by savingRuleState
  }
  return saved;
}

type StateRow = Database['rule_state'];

/** The statements that write what these conditions and devices remember, and drop the rows of conditions with nothing to remember. `upTo`: see `SavedSightings`. */
export function* savingRuleState(trx: Transaction<Database>, conditions: Iterable<Condition>, devices: Iterable<DeviceMemory>, upTo?: DoneUpTo): Generator<CompiledQuery> {
  const rows: StateRow[] = [];
  for (const condition of conditions) {
    const saved = condition.save();
    const [rule_id, device_id] = [condition.rule.rule.id, condition.device.id];
    if (saved !== undefined) rows.push({ rule_id, device_id, state: JSON.stringify(saved) });
    else if (condition.isSaved) yield trx.deleteFrom('rule_state').where('rule_id', '=', rule_id).where('device_id', '=', device_id).compile();
    condition.isSaved = saved !== undefined;
    condition.isAged = false;
  }
  for (const device of devices) {
    rows.push({ rule_id: SIGHTINGS, device_id: device.id, state: JSON.stringify(device.save(upTo)) });
    device.isAged = false;
  }
  for (const part of inParts(rows)) yield putting(trx, part);
}

/** What nobody remembers any more: all of a device whose id may be used again for another one; of a device, what a rule remembered that isn't in force there. */
export interface Forgotten { readonly devices: DeviceId[]; readonly conditions: { rule: string; device: DeviceId }[] }

/** The statements that drop it. */
export function* forgetting(trx: Transaction<Database>, { devices, conditions }: Forgotten): Generator<CompiledQuery> {
  for (const device of devices) yield trx.deleteFrom('rule_state').where('device_id', '=', device).compile();
  for (const { rule, device } of conditions) yield trx.deleteFrom('rule_state').where('rule_id', '=', rule).where('device_id', '=', device).compile();
}

const putting = rowsStatement((db: Db, rows: readonly StateRow[]) => db.insertInto('rule_state').values(rows)
  .onConflict((conflict) => conflict.columns(['rule_id', 'device_id']).doUpdateSet((e) => ({ state: e.ref('excluded.state') }))).compile());
