import { TIERS, type Alert, type EpochMs, type Tier } from '@liandong/protocols';

/** What an alert's clock says now. `share` is how much of it has run, 0–1; undefined where nobody can tell how long it is. */
export type ClockReading =
  | { readonly state: 'running'; readonly kind: 'acknowledge' | 'resolve'; readonly leftMs: number; readonly share: number | undefined; readonly next: Tier | undefined }
  | { readonly state: 'due'; readonly kind: 'acknowledge' | 'resolve'; readonly next: Tier | undefined }
  | { readonly state: 'paused'; readonly leftMs: number; readonly share: number | undefined };

/** Reads the clock of an alert; undefined when none runs: cleared, top tier, a severity that doesn't escalate, or nothing left to wait for. */
export function readClock({ active, clock, tier }: Pick<Alert, 'active' | 'clock' | 'tier'>, now: EpochMs): ClockReading | undefined {
  if (clock === undefined || !active) return undefined;
  const { kind, dueAt, leftMs, periodMs } = clock;
  const shareOf = (left: number) => periodMs === undefined || periodMs === 0 ? undefined : Math.min(1, Math.max(0, 1 - left / periodMs));
  if (dueAt === undefined) return leftMs === undefined ? undefined : { state: 'paused', leftMs, share: shareOf(leftMs) };
  const left = dueAt - now;
  const next = nextTier(tier);
  return left <= 0 ? { state: 'due', kind, next } : { state: 'running', kind, leftMs: left, share: shareOf(left), next };
}

export const nextTier = (tier: Tier): Tier | undefined => TIERS[TIERS.indexOf(tier) + 1];
/** The tier that an alert came up from; alerts begin at the lowest. */
export const tierBelow = (tier: Tier): Tier | undefined => TIERS[TIERS.indexOf(tier) - 1];
