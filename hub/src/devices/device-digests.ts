import { createHash } from 'node:crypto';
import type { CodecName, DeviceId } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';

/** Realm of HTTP digest; part of what is kept, so it never changes. */
export const DIGEST_REALM = 'liandong';
/** RFC 7616; SHA-256 is offered first. */
export const DIGEST_ALGORITHMS = ['SHA-256', 'MD5'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

/** HA1, hex, by algorithm. */
export type DeviceDigest = Readonly<Record<DigestAlgorithm, string>>;

export const digestHash = (algorithm: DigestAlgorithm, text: string): string => createHash(algorithm === 'MD5' ? 'md5' : 'sha256').update(text).digest('hex');

/**
 * Keeps what digest needs of a new secret, for devices that post over HTTP; call in the transaction that writes the secret.
 * HA1 is as good as the secret for signing in by digest, and for nothing else: whoever reads the database can post as this device.
 */
export async function saveDigest(trx: Transaction<Database>, { device, codec, secret }: { device: DeviceId; codec: CodecName; secret: string }): Promise<void> {
  if (codec !== 'hikvision') return;
  const [sha256, md5] = DIGEST_ALGORITHMS.map((algorithm) => digestHash(algorithm, `${device}:${DIGEST_REALM}:${secret}`)) as [string, string]; // two algorithms
  await trx.insertInto('device_digest').values({ device, md5, sha256 }).onConflict((conflict) => conflict.column('device').doUpdateSet({ md5, sha256 })).execute();
}

/** Undefined: no such device, or it has no use for one. */
export async function loadDigest(db: Db, device: DeviceId): Promise<DeviceDigest | undefined> {
  const row = await db.selectFrom('device_digest').selectAll().where('device', '=', device).executeTakeFirst();
  return row === undefined ? undefined : { 'SHA-256': row.sha256, MD5: row.md5 };
}
