import type { CityAlert, CityAlertAnswer, EpochMs } from '@liandong/protocols';
import type { Principal } from '../identity/principal.js';

export interface CityAlertQuery { readonly since?: string | undefined; readonly from?: EpochMs | undefined; readonly limit?: number | undefined; readonly waitMs?: number | undefined }

/** Alerts at the city's tier: a hub's own, or on the city those of all hubs. */
export interface CityAlertService {
  /** What changed after `since`, held up to `waitMs` while there is nothing. `signal`: the caller is gone. Throws CURSOR_INVALID. */
  list(principal: Principal, query: CityAlertQuery, signal: AbortSignal): Promise<CityAlertAnswer>;
  /** In the city's name; the first acknowledgement stands. Throws ALERT_NOT_FOUND for one that isn't at the city's tier; on the city HUB_UNREACHABLE when its hub doesn't answer. */
  ack(principal: Principal, id: string, note?: string): Promise<CityAlert>;
}

export const DEFAULT_ALERTS = 200;
