import type { Alert, AlertAssign, AlertShelve, AlertWithTimeline, AreaNode, AuditEntry, BulkAckAnswer, Device, DeviceEvent, DeviceWithTwin, EpochMs, EscalationAnswer, Latest, MetricKey, OnDuty, Refusals, Session, Telemetry } from '@liandong/protocols';
import { createApiClient, type ApiClient, type Query } from './client.js';
import { createCityApi } from './city-api.js';
import { createOperationsApi } from './operations-api.js';
import { createProvisioningApi } from './provisioning-api.js';

export interface Page<T> { data: T[]; next?: string }

/** The hub's REST API as the console uses it. Every method throws ApiError. */
export const createHubApi = (client: ApiClient) => ({
  ...createProvisioningApi(client),
  ...createCityApi(client),
  ...createOperationsApi(client),
  /** Who is signed in, and the hub's own time (ms) to half a second; undefined when it doesn't say. */
  async session(): Promise<{ session: Session; hubTime: EpochMs | undefined }> {
    const response = await client.send('GET', '/session');
    const second = Date.parse(response.headers.get('date') ?? '');
    return { session: await response.json() as Session, hubTime: Number.isNaN(second) ? undefined : second + 500 }; // the hub checks its answers
  },
  signIn: (username: string, password: string) => client.post<Session>('/session', { username, password }),
  signOut: () => client.delete('/session'),
  areas: async () => listed(await client.get<AreaNode[] | Page<AreaNode>>('/areas')),
  devices: (query: Query) => client.get<Page<Device>>('/devices', query),
  device: (id: string) => client.get<DeviceWithTwin>(`/devices/${encodeURIComponent(id)}`),
  latest: (id: string) => client.get<Latest>(`/devices/${encodeURIComponent(id)}/latest`),
  telemetry: (id: string, query: { metric: MetricKey; from: EpochMs; to: EpochMs; points: number }) =>
    client.get<Telemetry>(`/devices/${encodeURIComponent(id)}/telemetry`, query),
  events: (id: string, query: { from: EpochMs; limit: number }) => client.get<Page<DeviceEvent>>(`/devices/${encodeURIComponent(id)}/events`, query),
  refusals: (id: string) => client.get<Refusals>(`/devices/${encodeURIComponent(id)}/refusals`),
  audit: (query: { target: string; limit: number }) => client.get<Page<AuditEntry>>('/audit', query),
  alerts: (query: Query) => client.get<Page<Alert>>('/alerts', query),
  alert: (id: string) => client.get<AlertWithTimeline>(`/alerts/${encodeURIComponent(id)}`),
  ack: (id: string, note?: string) => client.post<Alert>(`/alerts/${encodeURIComponent(id)}/ack`, note === undefined ? {} : { note }),
  unack: (id: string) => client.post<Alert>(`/alerts/${encodeURIComponent(id)}/unack`, {}),
  comment: (id: string, note: string) => client.post<Alert>(`/alerts/${encodeURIComponent(id)}/comment`, { note }),
  /** Up to 500 at once; each is answered by itself. */
  ackMany: (ids: readonly string[]) => client.post<BulkAckAnswer>('/alerts/ack', { ids }),
  shelve: (id: string, shelve: AlertShelve) => client.post<Alert>(`/alerts/${encodeURIComponent(id)}/shelve`, shelve),
  unshelve: (id: string) => client.post<Alert>(`/alerts/${encodeURIComponent(id)}/unshelve`, {}),
  assign: (id: string, assign: AlertAssign) => client.post<Alert>(`/alerts/${encodeURIComponent(id)}/assign`, assign),
  escalate: (id: string, note?: string) => client.post<Alert>(`/alerts/${encodeURIComponent(id)}/escalate`, note === undefined ? {} : { note }),
  clearAlert: (id: string, note: string) => client.post<Alert>(`/alerts/${encodeURIComponent(id)}/clear`, { note }),
  onDuty: (area: string) => client.get<OnDuty>('/shifts/on-duty', { area }),
  escalation: (area: string) => client.get<EscalationAnswer>(`/areas/${encodeURIComponent(area)}/escalation`),
});
export type HubApi = ReturnType<typeof createHubApi>;

const listed = <T>(answer: T[] | Page<T>): T[] => Array.isArray(answer) ? answer : answer.data;

const expiryListeners = new Set<() => void>();
/** Calls `listener` whenever the hub says that nobody is signed in; returns how to stop. */
export function onSessionExpired(listener: () => void): () => void {
  expiryListeners.add(listener);
  return () => expiryListeners.delete(listener);
}

/** The page's own hub. */
export const hubApi: HubApi = createHubApi(createApiClient({
  fetch: (...args) => fetch(...args), timeoutMs: 15_000, onUnauthenticated: () => { for (const listener of expiryListeners) listener(); },
}));

/** Reads a list page by page until it ends or `limit` rows are there; `capped` says that there was more. `onPage` sees what is there so far. */
export async function readAll<T>(read: (query: Query) => Promise<Page<T>>, query: Query, limit: number, onPage?: (data: readonly T[]) => void): Promise<{ data: T[]; capped: boolean }> {
  const data: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ ...query, limit: Math.min(1000, limit - data.length), cursor });
    data.push(...page.data);
    onPage?.(data);
    cursor = page.next;
  } while (cursor !== undefined && data.length < limit);
  return { data, capped: cursor !== undefined };
}
