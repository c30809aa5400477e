import { TOPIC_ROOT, gatewayCodecs, type Device, type DevicePatch, type NewDevice } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import { overlaps } from '../devices/registration.js';
import type { DeviceDirectory } from '../devices/types.js';
import { nameKey } from '../gateways/external-name.js';
import type { Principal } from '../identity/principal.js';
import type { RowError } from './row-reader.js';

/** What a good row means for the registry. */
export type Step =
  | { readonly state: 'created'; readonly device: NewDevice }
  | { readonly state: 'updated'; readonly id: string; readonly patch: DevicePatch }
  | { readonly state: 'unchanged' };

export interface RowCheck {
  /** Rows are checked in the order of the file. `errors` tells the outcome; `step` is what to do when there are none. */
  check(device: NewDevice, line: number): { step: Step; errors: RowError[] };
}

export interface RowCheckDependencies {
  readonly areas: AreaTree;
  readonly directory: DeviceDirectory;
  readonly principal: Principal;
  /** Gateways that the file itself brings. */
  readonly gatewaysInFile: ReadonlySet<string>;
  /** Prefixes that the file itself names. */
  readonly prefixesInFile: readonly string[];
  /** Ids that no new device may have: reserved, or those of deleted devices elsewhere. */
  readonly takenIds: ReadonlySet<string>;
}

/** Holds rows against the registry and against each other. A community outside the caller's area does not exist. */
export function createRowCheck({ areas, directory, principal, gatewaysInFile, prefixesInFile, takenIds }: RowCheckDependencies): RowCheck {
  const lineOfId = new Map<string, number>();
  const lineOfExternal = new Map<string, number>();
  const idOfExternal = new Map([...directory.values()].flatMap(({ device }) => {
    const key = externalKey(device);
    return key === undefined ? [] : [[key, device.id] as const];
  }));
  const prefixes = new Map([...directory.values()].flatMap(({ device }) => device.topicPrefix === undefined ? [] : [[device.id, device.topicPrefix] as const]));
  const isVisible = (device: Device | undefined): device is Device => device !== undefined && areas.isVisible(principal, device.area);

  function placeErrors(device: NewDevice): RowError[] {
    const { area, gateway } = device;
    const errors: RowError[] = [];
    if (area !== '' && !areas.isVisible(principal, area)) errors.push({ column: 'area', zh: `没有社区 ${area}`, en: `area: there is no community ${area}` });
    else if (area !== '' && (areas.ancestor(area, 'community') === undefined || areas.ancestor(area, 'subdistrict') === undefined)) {
      errors.push({ column: 'area', zh: `${area} 不是社区或网格`, en: `area: ${area} is neither a community nor a grid` });
    }
    if (gateway !== undefined && gateway === device.id) errors.push({ column: 'gateway', zh: '设备不能是自己的网关', en: 'gateway: a device can not be its own' });
    if (gateway === undefined) return errors;
    const carrier = directory.get(gateway)?.device;
    // A row of the file makes no gateway of somebody else's one's own.
    const isThere = carrier === undefined ? gatewaysInFile.has(gateway) : isVisible(carrier) && carrier.kind === 'gateway';
    if (!isThere) errors.push({ column: 'gateway', zh: `没有网关 ${gateway}`, en: `gateway: there is no gateway ${gateway}` });
    return errors;
  }

  function prefixErrors({ id, kind, topicPrefix }: NewDevice): RowError[] {
    if (topicPrefix === undefined) return [];
    if (kind !== 'gateway') return [{ column: 'topicPrefix', zh: '只有网关才有主题前缀', en: 'topicPrefix: only a gateway has one' }];
    if (topicPrefix.split('/')[0] === TOPIC_ROOT.split('/')[0]) return [{ column: 'topicPrefix', zh: 'liandong/ 之下的主题属于直连设备', en: 'topicPrefix: topics below liandong/ belong to native devices' }];
    if (topicPrefix.startsWith('$')) return [{ column: 'topicPrefix', zh: '以 $ 开头的主题属于代理服务器', en: 'topicPrefix: topics that begin with $ belong to the broker' }];
    const other = [...prefixes].find(([owner, prefix]) => owner !== id && overlaps(prefix, topicPrefix));
    prefixes.set(id, topicPrefix);
    return other === undefined ? [] : [{ column: 'topicPrefix', zh: '与另一网关的前缀重叠', en: 'topicPrefix: overlaps that of another gateway' }];
  }

  /** As with a single one: a new gateway without a prefix gets its format's own, if nobody has it. */
  function withPrefix(device: NewDevice): NewDevice {
    const natural = device.kind === 'gateway' && device.topicPrefix === undefined ? gatewayCodecs.get(device.codec ?? 'native')?.defaultPrefix : undefined;
    if (natural === undefined || [...prefixes.values(), ...prefixesInFile].some((prefix) => overlaps(prefix, natural))) return device;
    prefixes.set(device.id, natural);
    return { ...device, topicPrefix: natural };
  }

  function installErrors({ install }: NewDevice, known: Device | undefined): RowError[] {
    const { depthMm, deadZoneMm } = { ...known?.install, ...install };
    if (install === undefined || depthMm === undefined || deadZoneMm === undefined || deadZoneMm < depthMm) return [];
    return [{ column: 'deadZoneMm', zh: `盲区(${deadZoneMm})须小于桶深(${depthMm})`, en: `deadZoneMm: ${deadZoneMm} must be smaller than depthMm (${depthMm})` }];
  }

  function repeated(device: NewDevice, line: number): RowError[] {
    const errors: RowError[] = [];
    const before = lineOfId.get(device.id);
    if (before !== undefined) errors.push({ column: 'id', zh: `设备编号与第 ${before} 行重复`, en: `id: the same as on line ${before}` });
    else if (device.id !== '') lineOfId.set(device.id, line);
    const known = directory.get(device.id)?.device;
    const key = externalKey({ gateway: device.gateway ?? known?.gateway, externalId: device.externalId ?? known?.externalId });
    if (key === undefined) return errors;
    const beforeExternal = lineOfExternal.get(key);
    const owner = idOfExternal.get(key);
    if (beforeExternal !== undefined) errors.push({ column: 'externalId', zh: `外部编号与第 ${beforeExternal} 行重复`, en: `externalId: the same as on line ${beforeExternal}` });
    else lineOfExternal.set(key, line);
    if (owner !== undefined && owner !== device.id) errors.push({ column: 'externalId', zh: '该网关下已有设备使用此外部编号', en: 'externalId: another device of this gateway has it already' });
    return errors;
  }

  return {
    check(device, line) {
      const known = directory.get(device.id)?.device;
      const errors = [...placeErrors(device), ...prefixErrors(device), ...repeated(device, line)];
      if (known === undefined ? takenIds.has(device.id) : !isVisible(known)) {
        errors.push({ column: 'id', zh: '设备编号已被使用', en: 'id: a device with this id exists' });
        return { step: { state: 'unchanged' }, errors };
      }
      errors.push(...installErrors(device, known));
      if (known === undefined) return { step: { state: 'created', device: errors.length > 0 ? device : withPrefix(device) }, errors };
      if (device.kind !== known.kind) errors.push({ column: 'kind', zh: `已有设备的类型是 ${known.kind},不能更改`, en: `kind: the device is a ${known.kind}, which can not be changed` });
      if (device.codec !== undefined && device.codec !== known.codec) errors.push({ column: 'codec', zh: `已有设备的协议是 ${known.codec},不能更改`, en: `codec: the device speaks ${known.codec}, which can not be changed` });
      const patch = differences(device, known);
      return { step: Object.keys(patch).length === 0 ? { state: 'unchanged' } : { state: 'updated', id: device.id, patch }, errors };
    },
  };
}

/** What the row says and the registry does not; a row that says nothing of a fact leaves it as it is. */
function differences(wanted: NewDevice, known: Device): DevicePatch {
  const { name, area, gateway, externalId, payloadCodec, topicPrefix, location, reportingIntervalS } = wanted;
  const install = wanted.install === undefined ? undefined : { ...known.install, ...wanted.install };
  const entries = Object.entries({ name, area, gateway, externalId, payloadCodec, topicPrefix, location, reportingIntervalS, install })
    .filter(([, value]) => value !== undefined)
    .filter(([key, value]) => !isSame(value, known[key as keyof Device])); // those above are keys of a Device
  return Object.fromEntries(entries);
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const left = Object.entries(a);
  return left.length === Object.keys(b).length && left.every(([key, value]) => (b as Record<string, unknown>)[key] === value);
}

const externalKey = ({ gateway, externalId }: { gateway?: string | undefined; externalId?: string | undefined }): string | undefined =>
  gateway === undefined || externalId === undefined ? undefined : `${gateway}\n${nameKey(externalId)}`;
