import type { Alert, Severity, Tier } from '@liandong/protocols';

/** What the alerts page is asked for; undefined means any. */
export interface AlertFilter { active?: boolean | undefined; acked?: boolean | undefined; severity?: Severity | undefined; tier?: Tier | undefined; area?: string | undefined }

/** Does the alert belong in the list? `isWithin` knows the area tree. */
export const matchesFilter = (alert: Alert, filter: AlertFilter, isWithin: (area: string, ancestor: string) => boolean): boolean =>
  (filter.active === undefined || alert.active === filter.active)
  && (filter.acked === undefined || alert.acked === filter.acked)
  && (filter.severity === undefined || alert.severity === filter.severity)
  && (filter.tier === undefined || alert.tier === filter.tier)
  && (filter.area === undefined || isWithin(alert.area, filter.area));
