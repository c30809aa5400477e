import { createHmac } from 'node:crypto';
import type { Db } from '../database/database.js';

const NAME = 'hub';

/**
 * The key that pseudonyms, cursors and the MQTT session are made with, which hubs of one sub-district must have in common. It stands in the database; the
 * first hub puts its data folder's there, so that a hub that moves to PostgreSQL keeps its own.
 */
export async function sharedKey(db: Db, own: Buffer): Promise<Buffer> {
  await db.insertInto('shared_key').values({ name: NAME, value: own.toString('base64') }).onConflict((conflict) => conflict.doNothing()).execute();
  const { value } = await db.selectFrom('shared_key').select('value').where('name', '=', NAME).executeTakeFirstOrThrow();
  return Buffer.from(value, 'base64');
}

/** Names the data folder: to the lease, and in the positions of its journal's readers. */
export const folderName = (own: Buffer): string => createHmac('sha256', own).update('data folder').digest('hex').slice(0, 12);

/** What one hub shows another to be let in. */
export const peerToken = (key: Buffer): string => createHmac('sha256', key).update('hub to hub').digest('base64url');
