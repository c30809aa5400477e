import { severityRank, TIERS, type Alert, type NoticeEvent, type Severity, type Tier } from '@liandong/protocols';
import type { StoredChannel } from './types.js';

/** What of an alert bears on being told. `isHeld`: grouped under a parent, inhibited or shelved, so nobody is called for it. */
export interface Sighting { readonly severity: Severity; readonly tier: Tier; readonly isActive: boolean; readonly isHeld: boolean }
/** What a channel was told of one occurrence: the worst severity, the highest tier, whether that it cleared, and how often that it was raised: again when its device came back to the channel's area. */
export interface Told { readonly severity: Severity; readonly tier: Tier; readonly isCleared: boolean; readonly raises: number }

export const sightingOf = ({ severity, tier, active, groupId, inhibitedBy, shelvedUntil }: Alert): Sighting =>
  ({ severity, tier, isActive: active, isHeld: groupId !== undefined || inhibitedBy !== undefined || shelvedUntil !== undefined });

type Filter = Pick<StoredChannel, 'minSeverity' | 'tiers' | 'events'>;

/**
 * What a channel whose area holds the alert is to be told of this change of it, if anything. It depends on what is so now, what was seen last and what was told, never on
 * how often it is asked: a change read twice tells nothing twice.
 * - An alert that is held is not told, and neither is one that was active before the channel could see it, until it gets worse or moves up.
 * - That it cleared is told to those who know of it, held by then or not, so that nothing stays open at the receiver.
 * - An alert that comes into a channel's sight by getting worse or moving up is `raised` to a channel that wasn't to hear of those.
 */
export function noticeOf({ minSeverity, tiers, events }: Filter, { before, now, told }: { before: Sighting | undefined; now: Sighting; told: Told | undefined }): NoticeEvent | undefined {
  const wanted = (event: NoticeEvent | undefined): NoticeEvent | undefined => event !== undefined && events.includes(event) ? event : undefined;
  const passes = (sighting: Sighting): boolean => severityRank(sighting.severity) <= severityRank(minSeverity) && tiers.includes(sighting.tier);

  if (!now.isActive) return told === undefined || told.isCleared ? undefined : wanted('cleared');
  if (now.isHeld || !passes(now) || told?.isCleared === true) return undefined;
  if (told !== undefined) return wanted(moved(told, now));
  if (before === undefined || !before.isActive || before.isHeld) return wanted('raised');
  return wanted(moved(before, now)) ?? (passes(before) ? undefined : wanted('raised'));
}

/** Up a tier counts more than worse: it is other people's now. */
function moved(from: Pick<Sighting, 'severity' | 'tier'>, to: Pick<Sighting, 'severity' | 'tier'>): NoticeEvent | undefined {
  if (TIERS.indexOf(to.tier) > TIERS.indexOf(from.tier)) return 'escalated';
  return severityRank(to.severity) < severityRank(from.severity) ? 'regraded' : undefined;
}

/** What was told, with one more notice. */
export function withNotice(told: Told | undefined, event: NoticeEvent, { severity, tier }: Pick<Sighting, 'severity' | 'tier'>): Told {
  const raises = (told?.raises ?? 0) + (event === 'raised' ? 1 : 0);
  if (told === undefined || event === 'raised') return { severity, tier, isCleared: event === 'cleared', raises };
  return {
    raises,
    severity: severityRank(severity) < severityRank(told.severity) ? severity : told.severity,
    tier: TIERS.indexOf(tier) > TIERS.indexOf(told.tier) ? tier : told.tier, isCleared: told.isCleared || event === 'cleared',
  };
}

/**
 * The idempotency key: the same thing told again has the same one. `occurrence` counts how often the alert came back after it had cleared.
 * `{channel}:{alert}:{event}:{what}`, with the severity or tier it has come to. `told`: what the channel was told before.
 */
export function keyOf(channel: string, alertId: string, event: NoticeEvent, { severity, tier }: Pick<Sighting, 'severity' | 'tier'>, { occurrence, told }: { occurrence: number; told: Told | undefined }): string {
  const raises = (told?.raises ?? 0) + (event === 'raised' ? 1 : 0);
  const what = event === 'regraded' ? `${severity}.${occurrence}` : event === 'escalated' ? `${tier}.${occurrence}` : raises > 1 ? `${occurrence}.${raises}` : String(occurrence);
  return `${channel}:${alertId}:${event}:${what}`;
}
