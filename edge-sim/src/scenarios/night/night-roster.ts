import type { DeviceKind } from '@liandong/protocols';
import { GRIDS } from '../../fleet/areas.js';
import { COMMUNITIES } from '../../fleet/map.js';
import { createRoster, placeIn, promiseS, type SimDevice } from '../../fleet/roster.js';

/** Every kind in every community: ten kinds of dealing times seven communities. */
const NATIVE = 70;
const CARRIED: readonly DeviceKind[] = [...Array.from({ length: 8 }, () => 'env_sensor' as const), ...Array.from({ length: 6 }, () => 'waste_bin' as const)];
/** At night devices report every five minutes. */
const REPORT_EVERY_MS = 300_000;

/** The fleet of the night: ordinary devices, and a gateway that carries fourteen. Reporting intervals shrink with the night, down to the second a hub can be promised. */
export function createNightRoster({ compress, prefix = '' }: { compress: number; prefix?: string }): SimDevice[] {
  const reportEveryMs = REPORT_EVERY_MS / compress;
  const pace = { reportEveryMs, reportingIntervalS: promiseS(reportEveryMs, 1) };
  const native = createRoster({ size: NATIVE, prefix }).map((device) => ({ ...device, ...pace }));
  return [...native, ...carriedFleet(prefix, pace)];
}

function carriedFleet(prefix: string, pace: Pick<SimDevice, 'reportEveryMs' | 'reportingIntervalS'>): SimDevice[] {
  const [, community] = COMMUNITIES;
  const grid = GRIDS.find((one) => one.community === community);
  if (community === undefined || grid === undefined) return [];
  const place = (id: string) => ({ id, community: community.id, area: grid.id, profile: community.profile, location: placeIn(grid, id), ...pace });
  const gateway = `${prefix}${community.id}-w001`;
  return [
    { ...place(gateway), kind: 'gateway', name: `${prefix}${community.places[0] ?? ''}网关 W-101`, carries: { codec: 'chirpstack', topicPrefix: `application/${prefix}night` } },
    ...CARRIED.map((kind, index): SimDevice => {
      const number = String(index + 1).padStart(3, '0');
      return {
        ...place(`${prefix}${community.id}-c${number}`), kind, name: `${prefix}${kind === 'waste_bin' ? '桶' : '环境'} C-${number}`,
        carriedBy: { gateway, externalId: `24e124${index.toString(16).padStart(10, '0')}` },
      };
    }),
  ];
}
