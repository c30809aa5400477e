import { LIMITS, isBlank, type EpochMs, type Maintenance, type NewMaintenance } from '@liandong/protocols';
import { fieldToMs, msToField } from '../format/calendar.js';

export type MaintenanceState = 'running' | 'planned' | 'ended' | 'over';
export const maintenanceState = ({ from, to, endedAt }: Pick<Maintenance, 'from' | 'to' | 'endedAt'>, now: EpochMs): MaintenanceState => endedAt !== undefined && endedAt < to ? 'ended' : now < from ? 'planned' : now < to ? 'running' : 'over';

/** What runs, then what is planned, soonest first, then what is past, newest first. */
const ORDER: Record<MaintenanceState, number> = { running: 0, planned: 1, ended: 2, over: 2 };
export function byUrgency(windows: readonly Maintenance[], now: EpochMs): { window: Maintenance; state: MaintenanceState }[] {
  return windows.map((window) => ({ window, state: maintenanceState(window, now) })).sort((a, b) => ORDER[a.state] - ORDER[b.state] || (ORDER[a.state] === 2 ? b.window.from - a.window.from : a.window.from - b.window.from));
}

/** Those during which devices are out of service now. */
export const outOfServiceAt = (windows: readonly Maintenance[], now: EpochMs): Maintenance[] => windows.filter((window) => maintenanceState(window, now) === 'running');

/** A window as it is typed; times as `2026-11-26T09:41`, read as the hub's. */
export interface MaintenanceForm { of: 'area' | 'devices'; area: string; devices: string[]; from: string; to: string; reason: string }
export type MaintenanceFault = 'areaMissing' | 'devicesMissing' | 'timeMissing' | 'backwards' | 'past' | 'tooFar' | 'tooLong' | 'reasonMissing';
const HOUR_MS = 3_600_000;

/** Nothing is chosen: what falls silent is for whoever plans it to say. */
export const emptyMaintenance = (area: string, now: EpochMs): MaintenanceForm => ({ of: 'devices', area, devices: [], from: msToField(now), to: msToField(now + 2 * HOUR_MS), reason: '' });
export function maintenanceFaults({ of, area, devices, from, to, reason }: MaintenanceForm, now: EpochMs): Partial<Record<'area' | 'time' | 'reason', MaintenanceFault>> {
  const [start, end] = [fieldToMs(from), fieldToMs(to)];
  const time: MaintenanceFault | undefined = start === undefined || end === undefined ? 'timeMissing' : end <= start ? 'backwards' : end <= now ? 'past' : start > now + LIMITS.maintenanceAheadMs ? 'tooFar' : end > Math.max(start, now) + LIMITS.longestMaintenanceMs ? 'tooLong' : undefined;
  return {
    ...(of === 'area' && area === '' ? { area: 'areaMissing' } : of === 'devices' && devices.length === 0 ? { area: 'devicesMissing' } : {}), ...(time === undefined ? {} : { time }), ...(isBlank(reason) ? { reason: 'reasonMissing' } : {}),
  };
}
export const toMaintenance = ({ of, area, devices, from, to, reason }: MaintenanceForm): NewMaintenance => ({ ...(of === 'area' ? { area } : { devices: [...devices] }), from: fieldToMs(from) ?? NaN, to: fieldToMs(to) ?? NaN, reason: reason.trim() });
