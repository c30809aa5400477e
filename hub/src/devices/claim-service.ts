import type { Acceptance, Claim, ClaimAnswer, ClaimCode, Device, DeviceId, EpochMs } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import type { AreaTree } from '../areas/area-tree.js';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import { insertAudit } from '../identity/audit-log.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { systemRandom, type RandomBytes } from '../identity/secrets.js';
import { AppError, TooManyError } from '../problem.js';
import { acceptanceOf } from './acceptance.js';
import type { Arrivals } from './arrivals.js';
import { claimHash, newClaimCode } from './claim-code.js';
import { createClaimReplays } from './claim-replays.js';
import { createClaimTries } from './claim-tries.js';
import { newDeviceSecret, type DeviceSecret } from './credentials.js';
import { saveDigest } from './device-digests.js';
import type { WritableDeviceDirectory } from './device-directory.js';
import { entryOf, inWgs84, placeOf, withSighting } from './device-entry.js';
import { toChangedColumns, type DeviceRow } from './device-rows.js';
import type { DeviceService } from './device-service.js';
import { requireInstall } from './registration.js';
import type { DeviceEntry } from './types.js';

/** Who sends a claim, beside the principal. */
export interface ClaimOrigin {
  /** Address it came from: wrong codes are counted by name and address. */
  readonly address: string;
  /** Names the form: sent again after a lost answer, it gets its answer again, with new credentials. */
  readonly formId?: string;
}

/** From the code on a box to a device whose alerts count. Everything asks for device:write and leaves an audit row. */
export interface ClaimService {
  /** A new code; an older one of the device is void. Throws DEVICE_NOT_FOUND. */
  makeCode(principal: Principal, id: DeviceId): Promise<ClaimCode>;
  /** The same for many that nobody has claimed, in their order; all or none. Throws DEVICE_NOT_FOUND, DEVICE_CLAIMED. */
  makeCodes(principal: Principal, ids: readonly DeviceId[]): Promise<{ device: Device; code: ClaimCode }[]>;
  /**
   * Uses the code up: the device gets its place and new credentials, shown this once, and is not accepted yet.
   * Throws CLAIM_CODE_WRONG, AREA_NOT_FOUND, AREA_NOT_COMMUNITY, VALIDATION_FAILED (install), and TOO_MANY_REQUESTS after five wrong codes of a source within an hour.
   */
  claim(principal: Principal, claim: Claim, origin: ClaimOrigin): Promise<ClaimAnswer>;
  /** Its alerts count from now on; a second time changes nothing. Throws DEVICE_NOT_FOUND, DEVICE_NOT_READY with what is missing. */
  accept(principal: Principal, id: DeviceId): Promise<Device>;
  /** What it still lacks. Callers have checked who asks. */
  acceptance(device: Device): Promise<Acceptance>;
}

export interface ClaimServiceDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: AreaTree;
  readonly directory: WritableDeviceDirectory;
  readonly devices: Pick<DeviceService, 'require'>;
  readonly changes: ChangeLog;
  readonly arrivals: Arrivals;
  readonly random?: RandomBytes;
}

type Outcome =
  | { readonly entry: DeviceEntry; readonly change: Change }
  | { readonly problem: AppError };

export function createClaimService({ db, clock, areas, directory, devices, changes, arrivals, random = systemRandom }: ClaimServiceDependencies): ClaimService {
  const tries = createClaimTries({ clock });
  const replays = createClaimReplays({ clock });

  /** A code of a device in a foreign area is as wrong as any other. */
  async function findClaimed(trx: Transaction<Database>, principal: Principal, hash: string, replayOf: DeviceId | undefined): Promise<DeviceRow | undefined> {
    const query = trx.selectFrom('device').selectAll().where('status', '!=', 'retired');
    const row = await (replayOf === undefined ? query.where('claim_hash', '=', hash) : query.where('id', '=', replayOf).where('accepted', '=', 0).where('claim_hash', 'is', null)).executeTakeFirst();
    return row !== undefined && areas.isVisible(principal, row.area) ? row : undefined;
  }

  /** Nothing is thrown from inside: a wrong try has to stay counted. */
  async function take(trx: Transaction<Database>, { principal, claim, source, replayOf, secret: { secret, secretHash, mosquittoHash } }: {
    principal: Principal; claim: Claim; source: string; replayOf: DeviceId | undefined; secret: DeviceSecret;
  }): Promise<Outcome> {
    const waitS = await tries.waitS(trx, source);
    if (waitS !== undefined && replayOf === undefined) return { problem: new TooManyError(waitS, { zh: `错误的认领码过多，请 ${Math.ceil(waitS / 60)} 分钟后再试。`, en: `Too many wrong claim codes. Try again in ${Math.ceil(waitS / 60)} min.` }) };
    const known = await findClaimed(trx, principal, claimHash(claim.code), replayOf);
    // The hash is asked for again: of two that come together only one finds it.
    const row = known === undefined ? undefined : await trx.updateTable('device')
      .set({ ...toChangedColumns(inWgs84(claim)), secret_hash: secretHash, mosquitto_hash: mosquittoHash, claim_hash: null, claimed_at: clock.now(), accepted: 0 })
      .where('id', '=', known.id).where('claim_hash', known.claim_hash === null ? 'is' : '=', known.claim_hash).returningAll().executeTakeFirst();
    if (row === undefined) {
      await tries.note(trx, source);
      await insertAudit(trx, clock.now(), [{ by: principal.name, action: 'device.claim-refused', target: source, detail: 'wrong claim code' }]);
      return { problem: new AppError('CLAIM_CODE_WRONG', { zh: '没有等待此码的设备，请逐字核对，或索取新码。', en: 'No device waits for this code. Check each letter, or ask for a new code.' }) };
    }
    await insertAudit(trx, clock.now(), [{ by: principal.name, action: 'device.claimed', target: row.id, detail: `in ${row.area}${row.location === null ? '' : ` at ${row.location}`}${replayOf === undefined ? '' : ', sent again'}` }]);
    const entry = withSighting(entryOf(areas, row), directory.get(row.id));
    await saveDigest(trx, { device: row.id, codec: entry.device.codec, secret });
    return { entry, change: await changes.recordDevice(trx, { ...entry.device }) };
  }

  const sinceOf = async (id: DeviceId): Promise<EpochMs> => {
    const row = await db.selectFrom('device').select(['claimed_at', 'created_at']).where('id', '=', id).executeTakeFirst();
    return row?.claimed_at ?? row?.created_at ?? 0;
  };

  async function acceptance(device: Device): Promise<Acceptance> {
    const since = await sinceOf(device.id);
    return acceptanceOf(device, { areas, since, readingAt: arrivals.readingAt(device) });
  }

  async function replace(principal: Principal, made: readonly { id: DeviceId; code: ClaimCode & { hash: string } }[]): Promise<void> {
    await db.transaction().execute(async (trx) => {
      for (const { id, code } of made) await trx.updateTable('device').set({ claim_hash: code.hash }).where('id', '=', id).execute();
      await insertAudit(trx, clock.now(), made.map(({ id }) => ({ by: principal.name, action: 'device.claim-code-made', target: id })));
    });
  }

  return {
    async makeCode(principal, id) {
      devices.require(principal, 'device:write', id);
      const code = newClaimCode(random);
      await replace(principal, [{ id, code }]);
      return { code: code.code, url: code.url };
    },

    async makeCodes(principal, ids) {
      const wanted = ids.map((id) => ({ device: { ...devices.require(principal, 'device:write', id) }, id, code: newClaimCode(random) }));
      const claimed = await db.selectFrom('device').select('id').where('id', 'in', [...ids]).where((e) => e.or([e('accepted', '=', 1), e('claimed_at', 'is not', null)])).execute();
      if (claimed.length > 0) throw new AppError('DEVICE_CLAIMED', { zh: `已被认领或验收：${claimed.map(({ id }) => id).sort().join('、')}。`, en: `Claimed or accepted already: ${claimed.map(({ id }) => id).sort().join(', ')}.` });
      await replace(principal, wanted);
      return wanted.map(({ device, code: { code, url } }) => ({ device, code: { code, url } }));
    },

    async claim(principal, claim, { address, formId }) {
      requirePermission(principal, 'device:write');
      areas.requireVisible(principal, claim.area);
      placeOf(areas, claim.area);
      requireInstall(claim.install);
      const secret = await newDeviceSecret(random);
      const form = { by: principal.name, formId, hash: claimHash(claim.code) };
      const outcome = await db.transaction().execute((trx) => take(trx, { principal, claim, source: `${principal.name} ${address}`, replayOf: replays.deviceOf(form), secret }));
      if ('problem' in outcome) throw outcome.problem;
      const { entry, change } = outcome;
      const { id } = entry.device;
      replays.remember(form, id);
      directory.put(withSighting(entry, directory.get(id)));
      changes.publish([change]);
      return { device: { ...entry.device }, credentials: { username: id, password: secret.secret }, acceptance: await acceptance(entry.device) };
    },

    async accept(principal, id) {
      const device = devices.require(principal, 'device:write', id);
      if (device.accepted !== false) return { ...device };
      const { lacks } = await acceptance(device);
      if (lacks.length > 0) throw new AppError('DEVICE_NOT_READY', { zh: `${id} 暂不能验收：${lacks.map(({ zh }) => zh).join('；')}。`, en: `${id} can not be accepted: ${lacks.map(({ en }) => en).join('; ')}.` });
      const done = await db.transaction().execute(async (trx) => {
        // Somebody may have claimed it anew or moved it in the same moment: then what was checked is no longer so.
        const row = await trx.updateTable('device').set({ accepted: 1, claim_hash: null }).where('id', '=', id).where('accepted', '=', 0)
          .where('area', '=', device.area).where('location', '=', JSON.stringify(device.location)).returningAll().executeTakeFirst();
        if (row === undefined) return undefined;
        await insertAudit(trx, clock.now(), [{ by: principal.name, action: 'device.accepted', target: id, detail: `in ${row.area}` }]);
        const entry = withSighting(entryOf(areas, row), directory.get(id));
        return { entry, change: await changes.recordDevice(trx, { ...entry.device }) };
      });
      if (done === undefined) return { ...devices.require(principal, 'device:write', id) };
      directory.put(withSighting(done.entry, directory.get(id)));
      changes.publish([done.change]);
      arrivals.forget(id);
      return { ...done.entry.device };
    },

    acceptance,
  };
}
