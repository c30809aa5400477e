import type { Alert } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Database } from '../database/schema.js';

/**
 * Notes in what is remembered of the condition that a person cleared its alert: after a crash the condition that still stands must not raise it again.
 * In the transaction of the clearing; `SavedCondition.clearedByHand` is where it is read.
 */
export async function latchCondition(trx: Transaction<Database>, { ruleId, deviceId }: Alert): Promise<void> {
  if (deviceId === undefined) return;
  const row = await trx.selectFrom('rule_state').select('state').where('rule_id', '=', ruleId).where('device_id', '=', deviceId).executeTakeFirst();
  if (row === undefined) return;
  const state = { ...JSON.parse(row.state) as object, clearedByHand: true }; // an object, written by savingRuleState
  await trx.updateTable('rule_state').set({ state: JSON.stringify(state) }).where('rule_id', '=', ruleId).where('device_id', '=', deviceId).execute();
}
