/** ITU-T X.733 order, worst first. */
export const SEVERITIES = ['critical', 'major', 'minor', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** 0 is the worst; for sorting and comparing. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** Who owns an alert now; escalation moves it to the right. */
export const TIERS = ['community', 'subdistrict', 'city'] as const;
export type Tier = (typeof TIERS)[number];

/** What can stand in an alert's timeline. */
export const ALERT_CHANGES = ['raised', 'regraded', 'repeated', 'acked', 'unacked', 'commented', 'cleared'] as const;
export type AlertChange = (typeof ALERT_CHANGES)[number];
