import { TIERS, type Alert, type EpochMs, type EscalationAnswer, type Tier } from '@liandong/protocols';

/** What an alert's clock says now. `share` is how much of it has run, 0–1; undefined where nobody can tell how long it is. */
export type ClockReading =
  | { readonly state: 'running'; readonly kind: 'acknowledge' | 'resolve'; readonly leftMs: number; readonly share: number | undefined; readonly next: Tier | undefined }
  | { readonly state: 'due'; readonly kind: 'acknowledge' | 'resolve'; readonly next: Tier | undefined }
  | { readonly state: 'paused'; readonly leftMs: number | undefined; readonly share: number | undefined };

/** Reads the clock of an alert; undefined when none runs: cleared, top tier, or a severity that doesn't escalate. `policy` is that of the clock's area. */
export function readClock(alert: Alert, now: EpochMs, policy: EscalationAnswer | undefined): ClockReading | undefined {
  const { clock } = alert;
  if (clock === undefined || !alert.active) return undefined;
  const total = totalMs(alert, policy);
  const shareOf = (leftMs: number) => total === undefined ? undefined : Math.min(1, Math.max(0, 1 - leftMs / total));
  if (clock.dueAt === undefined) return { state: 'paused', leftMs: clock.leftMs, share: clock.leftMs === undefined ? undefined : shareOf(clock.leftMs) };
  const leftMs = clock.dueAt - now;
  const next = nextTier(alert.tier);
  return leftMs <= 0 ? { state: 'due', kind: clock.kind, next } : { state: 'running', kind: clock.kind, leftMs, share: shareOf(leftMs), next };
}

/** The length of the clock (ms): as its policy has it, when that is still the version it started with; else what the alert's own times tell. */
function totalMs(alert: Alert, policy: EscalationAnswer | undefined): number | undefined {
  const { clock } = alert;
  if (clock === undefined) return undefined;
  const step = policy?.version === clock.policyVersion ? policy[alert.severity] : undefined;
  const withinS = clock.kind === 'acknowledge' ? step?.ackWithinS : step?.resolveWithinS;
  if (withinS !== undefined) return withinS * 1000;
  if (clock.dueAt === undefined) return undefined;
  // A clock of the first tier began with the alert, one of resolving with the acknowledgement; when a later one began isn't known.
  const began = clock.kind === 'resolve' ? alert.ackedAt : alert.tier === TIERS[0] ? alert.raisedAt : undefined;
  return began === undefined || clock.dueAt <= began ? undefined : clock.dueAt - began;
}

export const nextTier = (tier: Tier): Tier | undefined => TIERS[TIERS.indexOf(tier) + 1];
/** The tier that an alert came up from; alerts begin at the lowest. */
export const tierBelow = (tier: Tier): Tier | undefined => TIERS[TIERS.indexOf(tier) - 1];
