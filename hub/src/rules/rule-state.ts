import type { DeviceId } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { Condition, SavedCondition } from './condition.js';
import type { DeviceMemory, SavedSightings } from './device-memory.js';

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
    if (row.rule_id === SIGHTINGS) device.sightings = JSON.parse(row.state) as SavedSightings; // written by saveSightings
    else device.conditions.set(row.rule_id, JSON.parse(row.state) as SavedCondition); // written by saveCondition
  }
  return saved;
}

export async function saveCondition(trx: Transaction<Database>, condition: Condition): Promise<void> {
  const saved = condition.save();
  const [ruleId, deviceId] = [condition.rule.rule.id, condition.device.id];
  if (saved !== undefined) await put(trx, ruleId, deviceId, saved);
  else if (condition.isSaved) await trx.deleteFrom('rule_state').where('rule_id', '=', ruleId).where('device_id', '=', deviceId).execute();
  condition.isSaved = saved !== undefined;
  condition.isAged = false;
}

export async function saveSightings(trx: Transaction<Database>, device: DeviceMemory): Promise<void> {
  await put(trx, SIGHTINGS, device.id, device.save());
  device.isAged = false;
}

/** For a device that is gone: its id may be used again for another one. */
export async function forgetDevice(trx: Transaction<Database>, device: DeviceId): Promise<void> {
  await trx.deleteFrom('rule_state').where('device_id', '=', device).execute();
}

async function put(trx: Transaction<Database>, ruleId: string, deviceId: DeviceId, body: unknown): Promise<void> {
  const state = JSON.stringify(body);
  await trx.insertInto('rule_state').values({ rule_id: ruleId, device_id: deviceId, state })
    .onConflict((conflict) => conflict.columns(['rule_id', 'device_id']).doUpdateSet({ state })).execute();
}
