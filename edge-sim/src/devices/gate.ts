import type { CommunityProfile, GateEvent } from '@liandong/protocols';
import { createRandom, streamOf, unitAt, type Random } from '../random.js';
import { bump, hourOf, isWeekend } from './day.js';
import { createRadio } from './radio.js';
import { plausibleValues, type TelemetryModel } from './values.js';

export type GateKind = 'access_gate' | 'vehicle_gate';

/** Something a gate tells, `afterMs` wall-clock milliseconds after the person came. */
export interface GateStep {
  readonly afterMs: number;
  readonly type: GateEvent;
  readonly data: Readonly<Record<string, string>>;
}

/** A gate's backup battery and signal: its sign of life between passes. */
export function createGateHealth(seed: number, id: string): TelemetryModel {
  const radio = createRadio(seed, id);
  return (simMs) => plausibleValues(radio(simMs));
}

/** People (or vehicles) a minute at the busiest moment; thinning needs the bound. */
export const BUSIEST_PER_MINUTE = 4;

/** How many come a minute at that time of day: out in the morning, home in the evening; shops and schools the other way round. */
export function passesPerMinute(profile: CommunityProfile, simMs: number): number {
  const hour = hourOf(simMs);
  const isWorkplace = profile === 'commercial' || profile === 'campus';
  const rush = isWeekend(simMs) ? 0.4 : 1;
  const commute = rush * (2.2 * bump(hour, 7.7, 0.9) + 2 * bump(hour, 18, 1.3));
  const daytime = (isWorkplace ? 1.3 : 0.7) * bump(hour, 13.5, 4.5) + 0.5 * bump(hour, 20, 1.5);
  const scale = profile === 'rural' ? 0.4 : 1;
  return Math.min(BUSIEST_PER_MINUTE, scale * (0.05 + commute + daytime));
}

/** Arrivals of one gate as a Poisson process by the hour, and what the gate tells of each. Reads one seeded stream in order. */
export interface GateTraffic {
  /** Wall-clock ms until somebody may come next; `isHere` says whether somebody does at that time. */
  waitMs(): number;
  isHere(simMs: number): boolean;
  pass(simMs: number): GateStep[];
}

export function createGateTraffic({ seed, id, kind, profile, isCalm }: { seed: number; id: string; kind: GateKind; profile: CommunityProfile; isCalm: boolean }): GateTraffic {
  const random = createRandom(streamOf(seed, `${id}/traffic`));
  const cards = streamOf(seed, `${id}/cards`);
  return {
    waitMs: () => Math.max(1, Math.round((-Math.log(1 - random()) / BUSIEST_PER_MINUTE) * 60_000)),
    isHere: (simMs) => random() * BUSIEST_PER_MINUTE < passesPerMinute(profile, simMs),
    pass: (simMs) => {
      const who = { ...identify(kind, cards, random), direction: directionAt(profile, simMs, random) };
      if (who.method !== 'button' && random() < 0.03) return [{ afterMs: 0, type: 'denied', data: { ...who, reason: refusal(random) } }];
      return granted(kind, who, isCalm, random);
    },
  };
}

const MANY_RESIDENTS = 160;

/** How they identify themselves, and the opaque number the reader read; the hub keeps only a keyed hash of it. */
function identify(kind: GateKind, cards: number, random: Random): { method: string; credential?: string } {
  const roll = random();
  const resident = Math.floor(random() * MANY_RESIDENTS);
  const credential = String(Math.floor(unitAt(cards, resident) * 1e10)).padStart(10, '0');
  if (kind === 'vehicle_gate') return roll < 0.94 ? { method: 'plate', credential } : { method: 'remote' };
  if (roll < 0.06) return { method: 'button' };
  return { method: roll < 0.5 ? 'card' : roll < 0.66 ? 'qr' : 'face', credential };
}

function directionAt(profile: CommunityProfile, simMs: number, random: Random): 'in' | 'out' {
  const isMorning = hourOf(simMs) < 12;
  const isWorkplace = profile === 'commercial' || profile === 'campus';
  return random() < (isMorning === isWorkplace ? 0.76 : 0.24) ? 'in' : 'out';
}

const refusal = (random: Random): string => random() < 0.6 ? 'unknown_credential' : random() < 0.5 ? 'expired' : 'outside_hours';

function granted(kind: GateKind, who: Readonly<Record<string, string>>, isCalm: boolean, random: Random): GateStep[] {
  const openedMs = 400 + Math.floor(random() * 900);
  const closedMs = openedMs + (kind === 'vehicle_gate' ? 6_000 : 2_500) + Math.floor(random() * 5_000);
  const isHeld = random() < 0.001 && !isCalm;
  const steps: GateStep[] = [{ afterMs: 0, type: 'granted', data: who }, { afterMs: openedMs, type: 'door_opened', data: {} }];
  if (isHeld) steps.push({ afterMs: openedMs + 60_000, type: 'held_open', data: { reason: 'blocked' } });
  steps.push({ afterMs: isHeld ? closedMs + 100_000 : closedMs, type: 'door_closed', data: {} });
  return steps;
}
