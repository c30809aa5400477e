import { DIAGNOSES, LIMITS, REFUSAL_REASONS, diagnosisOf, lacksTopicPrefix, type Device, type DeviceId, type DiagnosisCode, type EpochMs, type Installation, type Refusals } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import type { Principal } from '../identity/principal.js';
import type { LatestValues } from '../realtime/types.js';
import type { ClaimService } from './claim-service.js';
import type { DeviceService } from './device-service.js';
import type { LastPayload, LastPayloads } from './last-payloads.js';
import type { SignIns } from './sign-ins.js';

/** What an installer in front of a device wants to know. Throws DEVICE_NOT_FOUND. */
export interface InstallationService {
  of(principal: Principal, id: DeviceId): Promise<Installation>;
}

export interface InstallationDependencies {
  readonly db: Db;
  readonly devices: Pick<DeviceService, 'require' | 'refusals'>;
  readonly claims: Pick<ClaimService, 'acceptance'>;
  readonly latest: LatestValues;
  readonly payloads: LastPayloads;
  readonly signIns: SignIns;
}

export function createInstallationService({ db, devices, claims, latest, payloads, signIns }: InstallationDependencies): InstallationService {
  return {
    async of(principal, id) {
      const device = devices.require(principal, 'device:read', id);
      const row = await db.selectFrom('device').select(['claimed_at', 'created_at', 'photo']).where('id', '=', id).executeTakeFirst();
      const payload = payloads.get(id);
      const values = latest.get(id);
      const { last } = await devices.refusals(principal, id);
      const lastMessageAt = latestOf([device.lastSeenAt, payload?.at]);
      const diagnosis = diagnose({ device, since: row?.claimed_at ?? row?.created_at ?? 0, payload, readingAt: latestOf([payloads.readingAt(id), ...Object.values(values).map(({ ts }) => ts)]), refusal: last, signIns: signIns.of(id) });
      const raw = payload ?? (last === undefined || device.accepted !== false ? undefined : last);
      return {
        ...(lastMessageAt === undefined ? {} : { lastMessageAt }), values,
        ...(raw === undefined ? {} : { raw: { topic: raw.topic, payload: raw.payload, at: raw.at } }),
        ...(payload === undefined ? {} : { decoded: decodedOf(payload) }),
        diagnosis: { code: diagnosis.code, ...DIAGNOSES[diagnosis.code], ...(diagnosis.detail === undefined ? {} : { detail: diagnosis.detail }) },
        acceptance: await claims.acceptance(device), hasPhoto: row?.photo !== null && row?.photo !== undefined,
      };
    },
  };
}

interface Signs {
  readonly device: Device;
  /** When the installation began: what was before says nothing about it. */
  readonly since: EpochMs;
  readonly payload: LastPayload | undefined;
  readonly readingAt: EpochMs | undefined;
  readonly refusal: Refusals['last'];
  readonly signIns: ReturnType<SignIns['of']>;
}

/** The latest sign decides; of two at the same moment, the better one. */
export function diagnose({ device, since, payload, readingAt, refusal, signIns }: Signs): { code: DiagnosisCode; detail?: string } {
  // Whatever it has to say of itself: the devices behind it wait for this.
  if (lacksTopicPrefix(device)) return { code: 'no_topic_prefix' };
  const signs: { at: EpochMs; code: DiagnosisCode; detail?: string }[] = [];
  if (readingAt !== undefined) signs.push(payload?.isClockAhead === true ? { at: readingAt, code: 'clock_off' } : { at: readingAt, code: 'receiving' });
  if (refusal !== undefined) signs.push({ at: refusal.at, code: diagnosisOf(refusal.reason), detail: refusal.detail ?? refusal.reason });
  if (device.lastSeenAt !== undefined) signs.push({ at: device.lastSeenAt, code: device.kind === 'gateway' ? 'receiving' : 'connected_but_silent' });
  if (signIns.succeededAt !== undefined) signs.push({ at: signIns.succeededAt, code: 'connected_but_silent' });
  // While readings come, somebody else is trying: an old box with its old password.
  const isQuiet = readingAt === undefined || (signIns.failedAt ?? 0) - readingAt > LIMITS.silentIntervals * device.reportingIntervalS * 1000;
  if (signIns.failedAt !== undefined && isQuiet) signs.push({ at: signIns.failedAt, code: 'wrong_password' });
  // What has been read or refused says more than that somebody is there.
  const news = signs.filter(({ at }) => at >= since).sort((a, b) => Number(a.code === 'connected_but_silent') - Number(b.code === 'connected_but_silent') || b.at - a.at);
  const silent = news.find(({ code }) => code === 'connected_but_silent');
  const [first] = news;
  if (first === undefined) return { code: 'never_connected' };
  // It signed in after having failed to.
  const decisive = first.code === 'wrong_password' && silent !== undefined && silent.at > first.at ? silent : first;
  return { code: decisive.code, ...(decisive.detail === undefined ? {} : { detail: decisive.detail }) };
}

const decodedOf = ({ values, events, refusals }: LastPayload): NonNullable<Installation['decoded']> => ({
  values: { ...values }, events: [...events],
  refused: refusals.map(({ reason, detail }) => ({ reason, ...(detail === undefined ? {} : { detail }), ...REFUSAL_REASONS[reason] })),
});

function latestOf(times: readonly (EpochMs | undefined)[]): EpochMs | undefined {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
