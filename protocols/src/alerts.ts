/** ITU-T X.733 order, worst first. */
export const SEVERITIES = ['critical', 'major', 'minor', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** 0 is the worst; for sorting and comparing. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/**
 * What cleared with nobody having acknowledged it stays on the list for so long (ms; ISA-18.2: returned to normal, unacknowledged), if it was this bad. A day holds the shift before, whatever
 * the calendar says; older ones are found with the filters of all alerts.
 */
export const RETURNED_MS = 86_400_000;
export const RETURNED_SEVERITIES: readonly Severity[] = ['critical', 'major'];

/** Who owns an alert now; escalation moves it to the right. */
export const TIERS = ['community', 'subdistrict', 'city'] as const;
export type Tier = (typeof TIERS)[number];

/** What can stand in an alert's timeline. */
export const ALERT_CHANGES = [
  'raised', 'regraded', 'repeated', 'reraised', 'cleared', 'acked', 'unacked', 'commented', 'assigned', 'shelved', 'unshelved', 'escalated', 'inhibited', 'released', 'grouped', 'ungrouped',
] as const;
export type AlertChange = (typeof ALERT_CHANGES)[number];

/**
 * Why an alert ended of which nobody knows that it has recovered (ISA-18.2: out of service, suppressed by design): there is nothing to look at, and nothing was put right.
 * - `out-of-service`: its device is under maintenance, not accepted yet, or retired.
 * - `device-removed`: there is no such device any more.
 * - `rule-off`: its rule was switched off or deleted, is about something else now, or holds on the device no more, where another one may decide instead.
 * - `schedule`: the hours of its rule are over.
 * - `superseded`: the community's edge has raised the same, and its alert stands.
 * - `moved`: its device stands in another area now, whose people have it. Only screens that see no more than the area it left are told so.
 */
export const ALERT_ENDS = ['out-of-service', 'device-removed', 'rule-off', 'schedule', 'superseded', 'moved'] as const;
export type AlertEnd = (typeof ALERT_ENDS)[number];

/** What an alert's clock waits for: that somebody acknowledges it, or that what was acknowledged is resolved. */
export const CLOCK_KINDS = ['acknowledge', 'resolve'] as const;
export type ClockKind = (typeof CLOCK_KINDS)[number];

/** Active this long, an alert is stale (ISA-18.2; domain figures, "Alerts"). */
export const STALE_MS = 24 * 3_600_000;
/** Chattering: so many occurrences within so long are one alert with a count. */
export const CHATTER = { times: 3, withinMs: 60_000 } as const;
/** Flood: more new alerts than this within so long, for one operator. */
export const FLOOD = { alerts: 10, withinMs: 600_000 } as const;

/** What stands in the place of a rule on the parent alert of devices that fell silent together: the hub's own doing, and no rule's id. */
export const SILENCE_GROUP = ':silence-group';
