import type { Transaction } from 'kysely';
import { isId, type AreaId, type Credentials, type Device, type DeviceId, type DevicePatch, type DeviceQuery, type DeviceWithTwin, type NewDevice, type NewDeviceAnswer, type Refusals } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { insertAudit, type AuditRow } from '../identity/audit-log.js';
import { requirePermission, type Permission, type Principal } from '../identity/principal.js';
import { systemRandom, type RandomBytes } from '../identity/secrets.js';
import { AppError } from '../problem.js';
import { newClaimCode } from './claim-code.js';
import { newDeviceSecret } from './credentials.js';
import type { WritableDeviceDirectory } from './device-directory.js';
import { saveDigest } from './device-digests.js';
import { entryOf, inWgs84, placeOf, withSighting } from './device-entry.js';
import { toChangedColumns, toDevice, toTwin, type DeviceRow } from './device-rows.js';
import type { RefusalLog } from './refusal-log.js';
import { changesOf, mayTakeOver, naturalPrefix, requireFree, requireInstall, requireTies, requireTransition, tidyPrefix } from './registration.js';
import type { DeviceEntry } from './types.js';

export { placeOf, withSighting } from './device-entry.js';

const DEFAULT_INTERVAL_S = 60;
const DEFAULT_PAGE = 200;

/** The registry of devices. A device in a foreign area does not exist (DEVICE_NOT_FOUND). */
export interface DeviceService {
  /** Fills the directory from the database; call once, after the areas are loaded. */
  load(): Promise<void>;
  /** By id, a page at a time; `area` takes in everything below it. Throws AREA_NOT_FOUND, CURSOR_INVALID. */
  list(principal: Principal, query: DeviceQuery): Promise<{ data: Device[]; next?: string }>;
  get(principal: Principal, id: DeviceId): Promise<DeviceWithTwin>;
  /**
   * The only time the secret is shown, and the claim code of a device that is prepared. What an installer makes or prepares is not accepted yet.
   * A gateway that names no `topicPrefix` gets its format's own, if it has one and nobody else does.
   * The id of a deleted device brings that one's history with it, so it is free only in the same community, and for those who may see where it stood.
   * Throws DEVICE_EXISTS, AREA_NOT_FOUND, AREA_NOT_COMMUNITY, GATEWAY_WRONG, EXTERNAL_ID_TAKEN, TOPIC_PREFIX_WRONG, TOPIC_PREFIX_TAKEN, VALIDATION_FAILED.
   */
  create(principal: Principal, device: NewDevice): Promise<NewDeviceAnswer>;
  /** As for `create`, and STATUS_TRANSITION. Its active alerts follow it into another area within a second or so: the rule evaluator moves them. */
  patch(principal: Principal, id: DeviceId, patch: DevicePatch): Promise<Device>;
  /** Its alerts and its history stay; screens see it once more, as retired. */
  remove(principal: Principal, id: DeviceId): Promise<void>;
  /** A new secret; the old one stops working and an open connection is closed. */
  rotateCredentials(principal: Principal, id: DeviceId): Promise<{ credentials: Credentials }>;
  refusals(principal: Principal, id: DeviceId): Promise<Refusals>;
  /** The device, if this caller has the permission and may know of it. Throws FORBIDDEN, DEVICE_NOT_FOUND. */
  require(principal: Principal, permission: Permission, id: DeviceId): Device;
}

export interface DeviceServiceDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: AreaTree;
  readonly directory: WritableDeviceDirectory;
  readonly refusals: RefusalLog;
  readonly changes: ChangeLog;
  /** User names of the broker that no device may have, such as the hub's own: a device signs in with its id. */
  readonly reservedIds?: ReadonlySet<string>;
  readonly random?: RandomBytes;
  /** Told when a device is gone for good: what others keep of it goes too. */
  readonly onRemoved?: (id: DeviceId) => Promise<void>;
}

export function createDeviceService({ db, clock, areas, directory, refusals, changes, reservedIds = new Set(), random = systemRandom, onRemoved }: DeviceServiceDependencies): DeviceService {
  function requireEntry(principal: Principal, permission: Permission, id: DeviceId): DeviceEntry {
    requirePermission(principal, permission);
    const entry = directory.get(id);
    if (entry === undefined || !areas.isVisible(principal, entry.device.area)) throw notFound(id);
    return entry;
  }

  function requirePlace(principal: Principal, area: AreaId): void {
    areas.requireVisible(principal, area);
    placeOf(areas, area);
  }

  const note = (trx: Transaction<Database>, row: AuditRow): Promise<void> => insertAudit(trx, clock.now(), [row]);

  /** Throws DEVICE_EXISTS when the id was a device's whose history is none of this caller's, or of this place's. */
  async function takeOver(trx: Transaction<Database>, principal: Principal, { id, area }: NewDevice): Promise<void> {
    const tombstone = await trx.deleteFrom('device_tombstone').where('id', '=', id).returning('area').executeTakeFirst();
    if (tombstone === undefined) return;
    if (!mayTakeOver(principal, { area, buried: tombstone.area }, areas)) throw new AppError('DEVICE_EXISTS', { zh: `编号 ${id} 曾是另一台设备的。`, en: `The id ${id} was that of another device.` });
  }

  return {
    async load() {
      for (const row of await db.selectFrom('device').selectAll().execute()) directory.load(entryOf(areas, row));
    },

    async list(principal, { area, kind, status, q, limit = DEFAULT_PAGE, cursor }) {
      requirePermission(principal, 'device:read');
      areas.requireVisible(principal, area);
      const after = cursor === undefined ? '' : positionOf(cursor);
      const within = area ?? principal.area;
      const places = within === undefined ? undefined : areas.subtree(within);
      const wanted = q?.toLowerCase() ?? '';
      const found = [...directory.values()].map((entry) => entry.device).filter((device) =>
        device.id > after && (places === undefined || places.has(device.area))
        && (kind === undefined || device.kind === kind) && (status === undefined || device.status === status)
        && (device.id.includes(wanted) || device.name.toLowerCase().includes(wanted)));
      const data = found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit).map((device) => ({ ...device }));
      const last = data.at(-1);
      return found.length > limit && last !== undefined ? { data, next: Buffer.from(last.id).toString('base64url') } : { data };
    },

    async get(principal, id) {
      const { device } = requireEntry(principal, 'device:read', id);
      const row = await db.selectFrom('device').select(['desired', 'reported']).where('id', '=', id).executeTakeFirst();
      const twin = row === undefined ? undefined : toTwin(row);
      return { ...device, ...(twin === undefined ? {} : { twin }) };
    },

    async create(principal, asked) {
      requirePermission(principal, 'device:write');
      const wanted = inWgs84(asked);
      requirePlace(principal, wanted.area);
      if (reservedIds.has(wanted.id)) throw new AppError('DEVICE_EXISTS', { zh: `编号 ${wanted.id} 已保留，不能使用。`, en: `The id ${wanted.id} is reserved.` });
      requireTies(principal, wanted, { areas, directory });
      requireInstall(wanted.install);
      const { secret, secretHash, mosquittoHash } = await newDeviceSecret(random);
      const claim = wanted.claim === true ? newClaimCode(random) : undefined;
      const isAccepted = claim === undefined && principal.role !== 'installer';
      const row: DeviceRow = {
        id: wanted.id, name: wanted.name, kind: wanted.kind, area: wanted.area, codec: wanted.codec ?? 'native',
        gateway: wanted.gateway ?? null, external_id: wanted.externalId ?? null, payload_codec: wanted.payloadCodec ?? null, topic_prefix: wanted.topicPrefix === undefined ? null : tidyPrefix(wanted.topicPrefix),
        location: wanted.location === undefined ? null : JSON.stringify(wanted.location), install: wanted.install === undefined ? null : JSON.stringify(wanted.install),
        reporting_interval_s: wanted.reportingIntervalS ?? DEFAULT_INTERVAL_S, status: 'provisioned', last_seen_at: null, created_at: clock.now(),
        secret_hash: secretHash, mosquitto_hash: mosquittoHash,
        claim_hash: claim?.hash ?? null, claimed_at: null, accepted: isAccepted ? 1 : 0, desired: null, reported: null, photo: null,
      };
      const { entry, change } = await db.transaction().execute(async (trx) => {
        await requireFree(trx, wanted);
        row.topic_prefix ??= await naturalPrefix(trx, { ...wanted, codec: wanted.codec ?? 'native' }) ?? null;
        const entry = entryOf(areas, row);
        const made = await trx.insertInto('device').values(row).onConflict((conflict) => conflict.doNothing()).returning('id').executeTakeFirst();
        if (made === undefined) throw new AppError('DEVICE_EXISTS', { zh: `已有设备 ${wanted.id}。`, en: `There is a device ${wanted.id} already.` });
        await takeOver(trx, principal, wanted);
        await saveDigest(trx, { device: wanted.id, codec: entry.device.codec, secret });
        await note(trx, { by: principal.name, action: 'device.created', target: wanted.id, detail: `${wanted.kind} in ${wanted.area}${isAccepted ? '' : ', not accepted'}${claim === undefined ? '' : ', with claim code'}` });
        return { entry, change: await changes.recordDevice(trx, { ...entry.device }) };
      });
      directory.put(entry);
      changes.publish([change]);
      return {
        device: { ...entry.device }, credentials: { username: wanted.id, password: secret },
        ...(claim === undefined ? {} : { claim: { code: claim.code, url: claim.url } }),
      };
    },

    async patch(principal, id, asked) {
      const { device: before } = requireEntry(principal, 'device:write', id);
      const patch = inWgs84(asked);
      if (patch.area !== undefined) requirePlace(principal, patch.area);
      if (patch.topicPrefix !== undefined) patch.topicPrefix = tidyPrefix(patch.topicPrefix);
      const { kind } = before;
      requireTies(principal, { ...patch, id, kind }, { areas, directory });
      requireInstall(patch.install);
      const columns = toChangedColumns(patch);
      if (Object.keys(columns).length === 0) return { ...before };
      const { entry, told } = await db.transaction().execute(async (trx) => {
        // The present status is in memory: presence writes it there last.
        const from = { ...requireEntry(principal, 'device:write', id).device };
        requireTransition(id, from.status, patch.status);
        await requireFree(trx, { id, kind, ...tiesAfter(from, patch) });
        const row = await trx.updateTable('device').set(columns).where('id', '=', id).returningAll().executeTakeFirst();
        if (row === undefined) throw notFound(id);
        const changed = withSighting(entryOf(areas, row), directory.get(id));
        const left = from.area === row.area ? [] : [await changes.recordDevice(trx, { ...from, status: 'retired' }, row.area)];
        await note(trx, { by: principal.name, action: 'device.changed', target: id, detail: changesOf(from, patch) });
        return { entry: changed, told: [...left, await changes.recordDevice(trx, { ...changed.device })] };
      });
      directory.put(withSighting(entry, directory.get(id)));
      changes.publish(told);
      return { ...entry.device };
    },

    async remove(principal, id) {
      const { device } = requireEntry(principal, 'device:write', id);
      const change = await db.transaction().execute(async (trx) => {
        const { numDeletedRows } = await trx.deleteFrom('device').where('id', '=', id).executeTakeFirst();
        if (numDeletedRows === 0n) throw notFound(id);
        await trx.insertInto('device_tombstone').values({ id, area: device.area, deleted_at: clock.now() }).execute();
        await note(trx, { by: principal.name, action: 'device.deleted', target: id, detail: `${device.kind} in ${device.area}` });
        return changes.recordDevice(trx, { ...device, status: 'retired' });
      });
      directory.remove(id);
      changes.publish([change]);
      // Last: a file that can't be removed must not keep the deletion from screens and the audit log.
      await refusals.forget(id);
      await onRemoved?.(id);
    },

    async rotateCredentials(principal, id) {
      requireEntry(principal, 'device:write', id);
      const { secret, secretHash, mosquittoHash } = await newDeviceSecret(random);
      const row = await db.transaction().execute(async (trx) => {
        const changed = await trx.updateTable('device').set({ secret_hash: secretHash, mosquitto_hash: mosquittoHash }).where('id', '=', id).returningAll().executeTakeFirst();
        if (changed === undefined) return undefined;
        await saveDigest(trx, { device: id, codec: toDevice(changed).codec, secret });
        await note(trx, { by: principal.name, action: 'device.credentials-rotated', target: id });
        return changed;
      });
      if (row === undefined) throw notFound(id);
      directory.put(withSighting(entryOf(areas, row), directory.get(id)));
      return { credentials: { username: id, password: secret } };
    },

    async refusals(principal, id) {
      requireEntry(principal, 'device:read', id);
      return refusals.of(id);
    },

    require: (principal, permission, id) => requireEntry(principal, permission, id).device,
  };
}

/** Only what the patch touches can be taken by others. */
function tiesAfter(from: Device, { gateway, externalId, topicPrefix }: DevicePatch): Partial<Pick<Device, 'gateway' | 'externalId' | 'topicPrefix'>> {
  const isMoved = gateway !== undefined || externalId !== undefined;
  const [carrier, name] = [gateway ?? from.gateway, externalId ?? from.externalId];
  return {
    ...(isMoved && carrier !== undefined ? { gateway: carrier } : {}), ...(isMoved && name !== undefined ? { externalId: name } : {}),
    ...(topicPrefix === undefined ? {} : { topicPrefix }),
  };
}

function positionOf(cursor: string): DeviceId {
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!isId(id)) throw new AppError('CURSOR_INVALID');
  return id;
}

const notFound = (id: DeviceId): AppError => new AppError('DEVICE_NOT_FOUND', { zh: `没有设备 ${id}。`, en: `There is no device ${id}.` });
