import type { AggregateWindow, CityAlert, CityAlertAnswer, CityHub, CityOverview, EpochMs, HubPatch, MetricKey, NewHub } from '@liandong/protocols';
import type { ApiClient } from './client.js';

export interface OverviewRequest { area?: string | undefined; metric: MetricKey; window: AggregateWindow; from: EpochMs }
/** On top of the wait, for an answer that is held. */
const GRACE_MS = 15_000;

/** What only a city answers. Every method throws ApiError. */
export const createCityApi = (client: ApiClient) => ({
  cityOverview: ({ area, metric, window, from }: OverviewRequest) => client.get<CityOverview>('/city/overview', { area, metric, window, from }),
  /** Held for `waitS` seconds while there is nothing new after `since`. */
  async cityAlerts({ since, from, waitS }: { since: string | undefined; from: EpochMs; waitS: number }): Promise<CityAlertAnswer> {
    const query = new URLSearchParams({ from: String(from), limit: '1000', ...(since === undefined ? {} : { since, wait: String(waitS) }) });
    return await (await client.send('GET', `/city/alerts?${query.toString()}`, { timeoutMs: waitS * 1000 + GRACE_MS })).json() as CityAlertAnswer; // the hub checks its answers
  },
  ackCityAlert: (id: string) => client.post<CityAlert>(`/city/alerts/${encodeURIComponent(id)}/ack`),
  createHub: (hub: NewHub) => client.post<CityHub>('/city/hubs', hub),
  patchHub: (id: string, patch: HubPatch) => client.patch<CityHub>(`/city/hubs/${encodeURIComponent(id)}`, patch),
  deleteHub: (id: string) => client.delete(`/city/hubs/${encodeURIComponent(id)}`),
});
