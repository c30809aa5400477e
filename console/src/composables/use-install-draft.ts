import { useSessionStorage } from '@vueuse/core';
import type { Claim, DeviceKind, Location } from '@liandong/protocols';
import { normaliseCode } from '../install/claim-code.js';

export type InstallStep = 1 | 2 | 3 | 4;
/** What the installer has filled in so far; a reload in the stairwell loses nothing but the photo. */
export interface InstallDraft {
  step: InstallStep;
  code: string;
  kind?: DeviceKind | undefined;
  area?: string | undefined;
  location?: Location | undefined;
  accuracyM?: number | undefined;
  placedBy?: 'gps' | 'map' | undefined;
  name: string;
  install: { depthMm?: number | undefined; deadZoneMm?: number | undefined; heightMm?: number | undefined; doorName?: string | undefined };
  intervalMin?: number | undefined;
  /** Claimed: the device whose readings step 4 shows. */
  deviceId?: string | undefined;
}
export const emptyDraft = (): InstallDraft => ({ step: 1, code: '', name: '', install: {} });

/** Facts that an installer is asked for, by kind of device. */
export const FACTS: Record<DeviceKind, readonly (keyof InstallDraft['install'])[]> = {
  waste_bin: ['depthMm', 'deadZoneMm'], env_sensor: ['heightMm'], access_gate: ['doorName'], vehicle_gate: ['doorName'], gateway: ['heightMm'],
};

/** The claim as the hub takes it; facts of another kind, filled in before the kind was changed, stay out. */
export function claimOf({ code, area, location, name, kind, install, intervalMin }: InstallDraft): Claim {
  const facts = Object.fromEntries((kind === undefined ? [] : FACTS[kind]).flatMap((key) => isGiven(install[key]) ? [[key, install[key]]] : []));
  return {
    code: normaliseCode(code), area: area ?? '',
    ...(location === undefined ? {} : { location: { lng: location.lng, lat: location.lat }, datum: 'WGS-84' as const }),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(Object.keys(facts).length === 0 ? {} : { install: facts }),
    ...(isGiven(intervalMin) ? { reportingIntervalS: Math.round(Number(intervalMin) * 60) } : {}),
  };
}
/** An emptied number field holds ''. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== '' && value !== null;

export const useInstallDraft = () => useSessionStorage<InstallDraft>('liandong.install.draft', emptyDraft);
