import type { AlertKpi, AreaId, EpochMs, Handover } from '@liandong/protocols';
import type { Principal } from '../identity/principal.js';

export interface ReportQuery { area?: AreaId | undefined; from?: EpochMs | undefined; to?: EpochMs | undefined; /** People at the desk; those on duty now unless told, one at least. */ operators?: number | undefined }

/** What a report is about: alerts of these areas (undefined: of all) from `from` until before `to`. */
export interface ReportScope { readonly areas: ReadonlySet<AreaId> | undefined; readonly from: EpochMs; readonly to: EpochMs }

/**
 * Reports over alerts, limited to the caller's area. `to` is never later than now. Each throws AREA_NOT_FOUND, and VALIDATION_FAILED for a range that is empty
 * or longer than 92 days.
 */
export interface AlertReports {
  /** The last 24 h unless told. */
  kpi(principal: Principal, query: ReportQuery): Promise<AlertKpi>;
  /** The last 8 h unless told. */
  handover(principal: Principal, query: ReportQuery): Promise<Handover>;
}
