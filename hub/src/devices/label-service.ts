import { MOST_LABELS, type AreaId, type Device, type DeviceId, type LabelQuery } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { eitherError, fieldError } from '../problem.js';
import type { ClaimService } from './claim-service.js';
import type { DeviceService } from './device-service.js';
import { labelSheet } from './label-sheet.js';

/** Sheets of QR labels as HTML. `origin`: where phones reach the hub, such as `https://hub.example`. */
export interface LabelService {
  /** Fresh claim codes of devices that nobody has claimed; codes printed before are void. Throws DEVICE_NOT_FOUND, DEVICE_CLAIMED. */
  claimSheet(principal: Principal, ids: readonly DeviceId[], origin: string): Promise<string>;
  /** Labels that open the devices' pages, without claim codes: those are kept only as hashes. Throws DEVICE_NOT_FOUND, AREA_NOT_FOUND, VALIDATION_FAILED. */
  sheet(principal: Principal, query: LabelQuery, origin: string): Promise<string>;
}

export function createLabelService({ areas, devices, claims }: {
  areas: AreaTree; devices: Pick<DeviceService, 'require' | 'list'>; claims: Pick<ClaimService, 'makeCodes'>;
}): LabelService {
  const placeName = (area: AreaId): string => [areas.ancestor(area, 'community')?.name, areas.get(area)?.name].filter((name, index, names) => name !== undefined && names.indexOf(name) === index).join(' · ');
  const facts = ({ id, name, area }: Device): { id: DeviceId; name: string; place: string } => ({ id, name, place: placeName(area) });

  async function wanted(principal: Principal, { area, ids }: LabelQuery): Promise<Device[]> {
    if ((area === undefined) === (ids === undefined)) throw eitherError(['/area', '/ids'], area !== undefined, { zh: '请给出区域或设备编号，两者取其一。', en: 'Name an area or ids, one of the two.' });
    if (ids !== undefined) return [...new Set(ids.split(',').map((id) => id.trim()).filter((id) => id !== ''))].slice(0, MOST_LABELS).map((id) => devices.require(principal, 'device:read', id));
    const { data, next } = await devices.list(principal, { ...(area === undefined ? {} : { area }), limit: MOST_LABELS });
    if (next !== undefined) throw fieldError('/area', { zh: `${area} 里的设备超过 ${MOST_LABELS} 台，请选小一些的区域，或给出设备编号。`, en: `There are more than ${MOST_LABELS} devices in ${area}; take a smaller area, or ids.` });
    return data;
  }

  return {
    async claimSheet(principal, ids, origin) {
      const made = await claims.makeCodes(principal, ids);
      return labelSheet(made.map(({ device, code: { code, url } }) => ({ ...facts(device), code, url: `${origin}${url}` })));
    },
    async sheet(principal, query, origin) {
      requirePermission(principal, 'device:read');
      return labelSheet((await wanted(principal, query)).map((device) => ({ ...facts(device), url: `${origin}/devices/${device.id}` })));
    },
  };
}
