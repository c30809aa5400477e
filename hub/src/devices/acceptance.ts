import { ACCEPTANCE_CONDITIONS, isInside, type Acceptance, type AcceptanceCondition, type Device, type EpochMs } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';

/** What a device still lacks. An area without an outline takes its community's; where there is none either, any place will do. */
export function acceptanceOf(device: Device, { areas, since, readingAt }: { areas: AreaTree; since: EpochMs; readingAt: EpochMs | undefined }): Acceptance {
  const lacks: AcceptanceCondition[] = [];
  if (device.accepted === false) {
    if (readingAt === undefined || readingAt < since) lacks.push('no_reading');
    if (device.location === undefined) lacks.push('no_location');
    else if (!standsInside(device, areas)) lacks.push('outside_area');
  }
  return { accepted: device.accepted !== false, lacks: lacks.map((code) => ({ code, ...ACCEPTANCE_CONDITIONS[code] })) };
}

function standsInside({ area, location }: Device, areas: AreaTree): boolean {
  const boundary = areas.get(area)?.boundary ?? areas.ancestor(area, 'community')?.boundary;
  return location !== undefined && (boundary === undefined || isInside(location, boundary));
}
