import { MOST_LABELS, type AreaId, type DeviceId } from '@liandong/protocols';

/** Where the hub answers a label sheet of the devices on screen; undefined when there are none, or more than one sheet takes. */
export function labelsAddress({ area, isNarrowed, ids }: { area: AreaId | undefined; /** Filters beyond the area. */ isNarrowed: boolean; ids: readonly DeviceId[] }): string | undefined {
  if (ids.length === 0 || ids.length > MOST_LABELS) return undefined;
  const query = new URLSearchParams(area === undefined || isNarrowed ? { ids: ids.join(',') } : { area });
  return `/api/v1/devices/labels?${query.toString()}`;
}
