import type { Night } from '../scenarios/night/night.js';
import type { FleetLinks } from '../transport/fleet-links.js';
import type { Scheduler } from './scheduler.js';

export interface StageNightDeps {
  readonly night: Night;
  readonly startMs: number;
  readonly facts: { readonly seed: number; readonly compress: number };
  readonly scheduler: Scheduler;
  readonly links: Pick<FleetLinks, 'cut' | 'restore'>;
  readonly log: (line: string) => void;
}

/** Night falls at 22:00. */
const NIGHTFALL_MIN = 22 * 60;

/**
 * Says what will happen, as one line of JSON for programs (times in epoch ms), then each act as it begins, by the clock of the night; and cuts the gateway off.
 */
export function stageNight({ night, startMs, facts, scheduler, links, log }: StageNightDeps): void {
  const { acts, gateway, carried, lastsMs } = night;
  const timed = acts.map(({ name, devices, fromMs, toMs }) => ({ name, devices, from: Math.round(startMs + fromMs), to: Math.round(startMs + toMs) }));
  log(`night ${JSON.stringify({ ...facts, from: startMs, to: Math.round(startMs + lastsMs), gateway, carried, acts: timed })}`);
  for (const { name, devices, from, to } of timed) {
    scheduler.at(from, () => log(`${clockAt((from - startMs) * facts.compress)} ${name}: ${devices.join(', ')}`));
    if (name !== 'gateway-out') continue;
    scheduler.at(from, () => { void links.cut(gateway); });
    scheduler.at(to, () => links.restore(gateway));
  }
}

/** Such as 03:20, from the time since nightfall (ms). */
export function clockAt(elapsedMs: number): string {
  const minute = (NIGHTFALL_MIN + Math.floor(elapsedMs / 60_000)) % (24 * 60);
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
