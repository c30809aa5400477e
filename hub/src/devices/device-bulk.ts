import type { CodecName, Credentials, DeviceId, DevicePatch, NewDevice } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { AreaTree } from '../areas/area-tree.js';
import { breathe } from '../breathe.js';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { insertAudit } from '../identity/audit-log.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { systemRandom, type RandomBytes } from '../identity/secrets.js';
import { newDeviceSecret, type DeviceSecret } from './credentials.js';
import type { WritableDeviceDirectory } from './device-directory.js';
import { saveDigest } from './device-digests.js';
import { entryOf, withSighting } from './device-entry.js';
import { toChangedColumns, type DeviceRow } from './device-rows.js';
import { changesOf, forgetDiscovered, mayTakeOver } from './registration.js';

const DEFAULT_INTERVAL_S = 60;
/** Ids of one query. */
const CHUNK = 500;

export interface DeviceBatch {
  readonly create: readonly NewDevice[];
  readonly update: readonly { readonly id: DeviceId; readonly patch: DevicePatch }[];
}

/** Many devices at once, checked already: areas exist and are the caller's to write. */
export interface DeviceBulk {
  /**
   * One transaction with an audit row and a change for each device. Keep batches to about a hundred: the database works on the event loop.
   * `taken`: ids that somebody else has made or removed meanwhile; nothing was done for them. Throws FORBIDDEN.
   */
  write(principal: Principal, batch: DeviceBatch): Promise<{ credentials: Credentials[]; taken: DeviceId[] }>;
  /** Which of these ids were those of deleted devices whose history is none of this caller's, or of that place's. Throws FORBIDDEN. */
  buried(principal: Principal, wanted: readonly Pick<NewDevice, 'id' | 'area'>[]): Promise<Set<DeviceId>>;
}

export interface DeviceBulkDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: AreaTree;
  readonly directory: WritableDeviceDirectory;
  readonly changes: ChangeLog;
  readonly random?: RandomBytes;
}

export function createDeviceBulk({ db, clock, areas, directory, changes, random = systemRandom }: DeviceBulkDependencies): DeviceBulk {
  async function buriedOf(reader: Pick<Db, 'selectFrom'>, principal: Principal, wanted: readonly Pick<NewDevice, 'id' | 'area'>[]): Promise<Set<DeviceId>> {
    if (wanted.length === 0) return new Set();
    const tombs = await reader.selectFrom('device_tombstone').select(['id', 'area']).where('id', 'in', wanted.map(({ id }) => id)).execute();
    const areaOf = new Map(wanted.map(({ id, area }) => [id, area]));
    return new Set(tombs.filter(({ id, area }) => !mayTakeOver(principal, { area: areaOf.get(id) ?? '', buried: area }, areas)).map(({ id }) => id));
  }

  async function insert(trx: Transaction<Database>, rows: readonly DeviceRow[]): Promise<DeviceRow[]> {
    if (rows.length === 0) return [];
    const made = await trx.insertInto('device').values([...rows]).onConflict((conflict) => conflict.doNothing()).returning('id').execute();
    const ids = new Set(made.map(({ id }) => id));
    if (ids.size > 0) await trx.deleteFrom('device_tombstone').where('id', 'in', [...ids]).execute();
    return rows.filter(({ id }) => ids.has(id));
  }

  async function update(trx: Transaction<Database>, updates: DeviceBatch['update']): Promise<DeviceRow[]> {
    const rows: DeviceRow[] = [];
    for (const { id, patch } of updates) {
      const row = await trx.updateTable('device').set(toChangedColumns(patch)).where('id', '=', id).returningAll().executeTakeFirst();
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** To those who see only the area that a device left, it is gone. */
  async function recordMoves(trx: Transaction<Database>, updated: readonly DeviceRow[]): Promise<Change[]> {
    const left: Change[] = [];
    for (const { id, area } of updated) {
      const known = directory.get(id)?.device;
      if (known !== undefined && known.area !== area) left.push(await changes.recordDevice(trx, { ...known, status: 'retired' }, area));
    }
    return left;
  }

  return {
    async buried(principal, wanted) {
      requirePermission(principal, 'device:write');
      const found = new Set<DeviceId>();
      for (let start = 0; start < wanted.length; start += CHUNK) {
        for (const id of await buriedOf(db, principal, wanted.slice(start, start + CHUNK))) found.add(id);
        await breathe();
      }
      return found;
    },

    async write(principal, { create, update: updates }) {
      requirePermission(principal, 'device:write');
      // The hashes are made side by side on the thread pool.
      const secrets = await Promise.all(create.map(() => newDeviceSecret(random)));
      const at = clock.now();
      // As with a single one: what an installer makes is not accepted yet.
      const accepted = principal.role === 'installer' ? 0 : 1;
      const rows = create.map((device, index) => newRow(device, secrets[index] as DeviceSecret, { createdAt: at, accepted })); // one secret each
      const before = new Map(updates.flatMap(({ id, patch }) => {
        const known = directory.get(id)?.device;
        return known === undefined ? [] : [[id, `${changesOf(known, patch)}, imported`] as const];
      }));
      const secretOf = new Map(create.map(({ id }, index) => [id, (secrets[index] as DeviceSecret).secret])); // one secret each
      const { made, changed, announced } = await db.transaction().execute(async (trx) => {
        const buried = await buriedOf(trx, principal, create);
        const inserted = await insert(trx, rows.filter(({ id }) => !buried.has(id)));
        const updated = await update(trx, updates);
        const entries = [...inserted.map((row) => entryOf(areas, row)), ...updated.map((row) => withSighting(entryOf(areas, row), directory.get(row.id)))];
        for (const { id, codec } of inserted) await saveDigest(trx, { device: id, codec: codec as CodecName, secret: secretOf.get(id) ?? '' }); // written from a Device
        for (const { gateway, external_id: externalId } of [...inserted, ...updated]) {
          if (gateway !== null && externalId !== null) await forgetDiscovered(trx, { gateway, externalId });
        }
        // The database works on the event loop: ingest gets a turn between the statements.
        await breathe();
        await insertAudit(trx, at, [
          ...inserted.map(({ id, kind, area }) => ({ by: principal.name, action: 'device.created', target: id, detail: `${kind} in ${area}, imported` })),
          ...updated.map(({ id }) => ({ by: principal.name, action: 'device.changed', target: id, detail: before.get(id) ?? '' })),
        ]);
        await breathe();
        const log: Change[] = [...await recordMoves(trx, updated), ...await changes.recordDevices(trx, entries.map(({ device }) => ({ ...device })))];
        await breathe();
        return { made: new Set(inserted.map(({ id }) => id)), changed: entries, announced: log };
      });
      for (const entry of changed) directory.put(withSighting(entry, directory.get(entry.device.id)));
      changes.publish(announced);
      const done = new Set(changed.map(({ device }) => device.id));
      return {
        credentials: create.flatMap(({ id }) => made.has(id) ? [{ username: id, password: secretOf.get(id) ?? '' }] : []),
        taken: [...create, ...updates].map(({ id }) => id).filter((id) => !done.has(id)),
      };
    },
  };
}

const newRow = (device: NewDevice, { secretHash, mosquittoHash }: DeviceSecret, { createdAt, accepted }: { createdAt: number; accepted: number }): DeviceRow => ({
  id: device.id, name: device.name, kind: device.kind, area: device.area, codec: device.codec ?? 'native',
  gateway: device.gateway ?? null, external_id: device.externalId ?? null, payload_codec: device.payloadCodec ?? null, topic_prefix: device.topicPrefix ?? null,
  location: device.location === undefined ? null : JSON.stringify(device.location), install: device.install === undefined ? null : JSON.stringify(device.install),
  reporting_interval_s: device.reportingIntervalS ?? DEFAULT_INTERVAL_S, status: 'provisioned', last_seen_at: null, created_at: createdAt,
  secret_hash: secretHash, mosquitto_hash: mosquittoHash,
  claim_hash: null, claimed_at: null, accepted, desired: null, reported: null, photo: null,
});
