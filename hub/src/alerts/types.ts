import type { Alert, AlertWithTimeline, AreaId, DeviceId, EpochMs, Severity, Tier } from '@liandong/protocols';
import type { Principal } from '../identity/principal.js';

export interface AlertQuery {
  area?: AreaId; active?: boolean; acked?: boolean; severity?: Severity; tier?: Tier; device?: DeviceId; top?: boolean; from?: EpochMs; to?: EpochMs;
  limit: number; cursor?: string;
}

/** What people do with alerts. Each method checks permission first; an alert out of the caller's area does not exist (ALERT_NOT_FOUND). */
export interface AlertService {
  /** Active first, worst first, then newest; `next` is an opaque cursor. Throws CURSOR_INVALID, AREA_NOT_FOUND. */
  list(principal: Principal, query: AlertQuery): Promise<{ data: Alert[]; next?: string }>;
  /** Every active alert the caller may see, limited to these areas (with what lies below) or devices when given. */
  active(principal: Principal, scope: { areas?: readonly AreaId[]; devices?: readonly DeviceId[] }): Promise<Alert[]>;
  /** Of a timeline longer than 200 entries: the first and the newest 199. */
  get(principal: Principal, id: string): Promise<AlertWithTimeline>;
  /** Already acknowledged: answers the alert unchanged, the first acknowledgement stands. A cleared one may still be acknowledged. */
  ack(principal: Principal, id: string, note?: string): Promise<Alert>;
  /** Throws ALERT_NOT_ACTIVE when it has cleared, ALERT_STATE when it isn't acknowledged. */
  unack(principal: Principal, id: string, note?: string): Promise<Alert>;
  comment(principal: Principal, id: string, note: string): Promise<Alert>;
}
