import type { Alert, AlertAssign, AlertShelve, AlertWithTimeline, AreaId, BulkAckAnswer, DeviceId, EpochMs, Severity, Tier } from '@liandong/protocols';
import type { Principal } from '../identity/principal.js';

export interface AlertQuery {
  area?: AreaId; active?: boolean; acked?: boolean; severity?: Severity; tier?: Tier; device?: DeviceId; top?: boolean; stale?: boolean; ended?: boolean; from?: EpochMs; to?: EpochMs; clearedFrom?: EpochMs;
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
  /** Already acknowledged: the first acknowledgement stands and is answered, and `note` becomes a comment, unless the timeline has these words of the caller already. A cleared one may still be acknowledged. */
  ack(principal: Principal, id: string, note?: string): Promise<Alert>;
  /** Throws ALERT_NOT_ACTIVE when it has cleared, ALERT_STATE when it isn't acknowledged. */
  unack(principal: Principal, id: string, note?: string): Promise<Alert>;
  comment(principal: Principal, id: string, note: string): Promise<Alert>;
  /** Many at once, in one transaction; answers each by itself, in the order asked: the alert as it is now, or ALERT_NOT_FOUND. */
  ackAll(principal: Principal, ids: readonly string[], note?: string): Promise<BulkAckAnswer['data']>;
  /**
   * Nobody is called for it until then; a new occurrence of its rule on its device is born shelved. Shelved again, the last one counts.
   * Throws VALIDATION_FAILED unless exactly one of `until` and `durationS` is given, and for a time that is past or more than a week away.
   */
  shelve(principal: Principal, id: string, request: AlertShelve): Promise<Alert>;
  /** Throws ALERT_STATE, or ALERT_NOT_ACTIVE, when it isn't shelved. */
  unshelve(principal: Principal, id: string, note?: string): Promise<Alert>;
  /** Throws USER_NOT_FOUND for somebody who isn't there or may not see it. */
  assign(principal: Principal, id: string, request: AlertAssign): Promise<Alert>;
  /** To the next tier, by hand. Throws ALERT_STATE at the city's. */
  escalate(principal: Principal, id: string, note?: string): Promise<Alert>;
  /** Throws ALERT_CLEAR_REFUSED unless its rule allows it. The condition that still stands doesn't raise it again before it has gone normal. */
  clear(principal: Principal, id: string, note: string): Promise<Alert>;
}
