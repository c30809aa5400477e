import { TOPIC_ROOT, gatewayCodecs, type AreaId, type Device, type DevicePatch, type DeviceId, type DeviceStatus } from '@liandong/protocols';
import { sql, type Transaction } from 'kysely';
import type { AreaTree } from '../areas/area-tree.js';
import type { Database } from '../database/schema.js';
import { euiOf, nameKey } from '../gateways/external-name.js';
import type { Principal } from '../identity/principal.js';
import { AppError, fieldError } from '../problem.js';
import type { DeviceDirectory } from './types.js';

/** What ties a device to a gateway, or a gateway to its topics. */
export type Ties = Pick<Device, 'id' | 'kind' | 'gateway' | 'externalId' | 'topicPrefix'>;
const OWN_ROOT = TOPIC_ROOT.split('/')[0];

/** A trailing slash means nothing. */
export const tidyPrefix = (prefix: string): string => prefix.replace(/\/+$/, '');

/** Checks what needs no database. @throws AppError GATEWAY_WRONG, TOPIC_PREFIX_WRONG */
export function requireTies(principal: Principal, { id, kind, gateway, topicPrefix }: Ties, { areas, directory }: { areas: AreaTree; directory: DeviceDirectory }): void {
  if (gateway !== undefined) {
    const carrier = directory.get(gateway)?.device;
    if (carrier === undefined || !areas.isVisible(principal, carrier.area)) throw new AppError('GATEWAY_WRONG', { zh: `没有网关 ${gateway}。`, en: `There is no gateway ${gateway}.` });
    if (carrier.kind !== 'gateway' || gateway === id) throw new AppError('GATEWAY_WRONG', { zh: `${gateway} 不能作 ${id} 的网关：${gateway === id ? '它就是这台设备' : '它不是网关设备'}。`, en: `${gateway} can not carry ${id}: it is ${gateway === id ? 'the device itself' : `of kind ${carrier.kind}`}.` });
  }
  if (topicPrefix === undefined) return;
  if (kind !== 'gateway') throw new AppError('TOPIC_PREFIX_WRONG', { zh: '只有网关才有主题前缀。', en: 'Only a device of kind gateway has a topic prefix.' });
  if (topicPrefix.startsWith('$')) throw new AppError('TOPIC_PREFIX_WRONG', { zh: '以 $ 开头的主题属于代理服务器。', en: 'Topics that begin with $ belong to the broker.' });
  if (tidyPrefix(topicPrefix).split('/')[0] === OWN_ROOT) throw new AppError('TOPIC_PREFIX_WRONG', { zh: `${OWN_ROOT}/ 之下的主题属于直连设备。`, en: `Topics below ${OWN_ROOT}/ belong to native devices.` });
}

/** Checks what others may have taken meanwhile; call inside the writing transaction. @throws AppError EXTERNAL_ID_TAKEN, TOPIC_PREFIX_TAKEN */
export async function requireFree(trx: Transaction<Database>, { id, gateway, externalId, topicPrefix }: Ties): Promise<void> {
  if (gateway !== undefined && externalId !== undefined) {
    const eui = euiOf(externalId);
    const owner = await trx.selectFrom('device').select('id').where('gateway', '=', gateway).where('id', '!=', id)
      .where((e) => eui === undefined ? e('external_id', '=', externalId) : e(PLAIN_EXTERNAL_ID, '=', eui)).executeTakeFirst();
    if (owner !== undefined) throw new AppError('EXTERNAL_ID_TAKEN', { zh: `网关 ${gateway} 下已有外部编号为 ${externalId} 的设备。`, en: `Gateway ${gateway} carries a device ${externalId} already.` });
    await forgetDiscovered(trx, { gateway, externalId });
  }
  if (topicPrefix === undefined) return;
  const other = await prefixOwner(trx, id, topicPrefix);
  if (other !== undefined) throw new AppError('TOPIC_PREFIX_TAKEN', { zh: `前缀 ${topicPrefix} 与另一网关的 ${other} 重叠。`, en: `The prefix ${topicPrefix} overlaps ${other}, which another gateway has.` });
}

/** The prefix a new gateway gets when it names none: where its format publishes by itself, unless another gateway is there. */
export async function naturalPrefix(trx: Transaction<Database>, { kind, codec, topicPrefix }: Pick<Device, 'kind' | 'codec' | 'topicPrefix'>): Promise<string | undefined> {
  const natural = kind === 'gateway' && topicPrefix === undefined ? gatewayCodecs.get(codec)?.defaultPrefix : undefined;
  return natural === undefined || await prefixOwner(trx, '', natural) !== undefined ? undefined : natural;
}

async function prefixOwner(trx: Transaction<Database>, id: DeviceId, prefix: string): Promise<string | undefined> {
  const others = await trx.selectFrom('device').select('topic_prefix').where('topic_prefix', 'is not', null).where('id', '!=', id).execute();
  return others.find((row) => overlaps(row.topic_prefix ?? '', prefix))?.topic_prefix ?? undefined;
}

/** What `euiOf` makes of a name, in SQL. */
const PLAIN_EXTERNAL_ID = sql<string>`replace(replace(replace(lower(external_id), ':', ''), '-', ''), ' ', '')`;

/** A device that is registered is on no list of discovered ones, however its EUI was typed. */
export async function forgetDiscovered(trx: Transaction<Database>, { gateway, externalId }: { gateway: DeviceId; externalId: string }): Promise<void> {
  await trx.deleteFrom('discovered').where('gateway', '=', gateway).where('external_id', 'in', [externalId, nameKey(externalId)]).execute();
}

/** One lies below the other, level by level: a topic must lead to one gateway only. */
export function overlaps(a: string, b: string): boolean {
  const [short = '', long = ''] = [tidyPrefix(a), tidyPrefix(b)].sort((x, y) => x.length - y.length);
  return `${long}/`.startsWith(`${short}/`);
}

type SetStatus = NonNullable<DevicePatch['status']>;
/** From where a person may bring a device into a status; the rest moves by itself. */
const MAY_BECOME: Record<SetStatus, readonly DeviceStatus[]> = {
  maintenance: ['provisioned', 'online', 'offline', 'maintenance'],
  provisioned: ['provisioned', 'maintenance', 'retired'],
  retired: ['provisioned', 'online', 'offline', 'maintenance', 'retired'],
};

/** As the console calls them. */
const STATUS_ZH: Readonly<Record<DeviceStatus, string>> = { provisioned: '未接入', online: '在线', offline: '失联', maintenance: '维护中', retired: '已停用' };

/** @throws AppError STATUS_TRANSITION */
export function requireTransition(id: DeviceId, from: DeviceStatus, to: SetStatus | undefined): void {
  if (to !== undefined && !MAY_BECOME[to].includes(from)) throw new AppError('STATUS_TRANSITION', { zh: `${id} 现在是“${STATUS_ZH[from]}”，不能改为“${STATUS_ZH[to]}”。`, en: `${id} is ${from} and can not become ${to}.` });
}

/** @throws AppError VALIDATION_FAILED when a bin's dead zone leaves nothing of its depth */
export function requireInstall(install: Device['install']): void {
  const { depthMm, deadZoneMm } = install ?? {};
  if (depthMm !== undefined && deadZoneMm !== undefined && deadZoneMm >= depthMm) throw fieldError('/install/deadZoneMm', { zh: `盲区（${deadZoneMm}）须小于桶深（${depthMm}）。`, en: `deadZoneMm (${deadZoneMm}) must be smaller than depthMm (${depthMm}).` }, { keyword: 'maximum', limit: depthMm - 1 });
}

/**
 * May this caller give a device in `area` the id of one that was deleted in `buried`? That one's history comes with the id, so only in the same
 * community, and only those who may see where it stood.
 */
export function mayTakeOver(principal: Principal, { area, buried }: { area: AreaId; buried: AreaId }, areas: AreaTree): boolean {
  const community = areas.ancestor(buried, 'community')?.id;
  return community !== undefined && community === areas.ancestor(area, 'community')?.id && areas.isVisible(principal, buried);
}

/** What changed, old → new, for the audit log. */
export function changesOf(before: Device, patch: DevicePatch): string {
  return Object.entries(patch).map(([key, value]) => `${key}: ${worded(before[key as keyof Device])} → ${worded(value)}`).join('; '); // a patch's keys are a device's
}

const worded = (value: unknown): string => value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
