import type { Alert } from './api/alerts.js';
import type { Area } from './api/areas.js';
import type { Device } from './api/devices.js';
import type { PartState } from './api/health.js';
import type { AreaId, DeviceId, EpochMs, Seq } from './ids.js';
import type { MetricKey, MetricValue } from './metrics.js';

/** Nothing given: everything the caller may see. `since`: the last `seq` the client has. */
export interface SubscribeRequest { areas?: AreaId[]; devices?: DeviceId[]; since?: Seq }
/** On `resume`, what was missed follows as ordinary events and `alerts` is empty; on `snapshot`, `alerts` holds every active alert in scope. `seq` is the newest change there is; after a resume the client's own place moves only with the events it gets. */
export interface SubscribeAnswer { seq: Seq; alerts: Alert[]; mode: 'snapshot' | 'resume' }
/** The answer to a request that failed; `code` is one of ERRORS. */
export interface SocketProblem { error: { code: string; title: string } }

/** Latest value per metric since the last packet, at most 4 a second. */
export interface TelemetryDelta { ts: EpochMs; devices: Record<DeviceId, Partial<Record<MetricKey, MetricValue>>> }
/** `seq`: every change in the client's scope up to here has been sent to it; before its `subscribe` is answered, the newest there is, and no place to resume from. */
export interface Heartbeat {
  now: EpochMs; seq: Seq; feeds: { mqtt: PartState; store: PartState; rules: PartState };
  /** Present while there are more new alerts in the client's scope than a person can take in (ISA-18.2 flood): since when, and how many in the last 10 min. */
  flood?: { since: EpochMs; alerts: number };
}

/** Hub → client. */
export interface HubEvents {
  alert: (change: { seq: Seq; alert: Alert }, ack: () => void) => void;
  device: (change: { seq: Seq; device: Device }) => void;
  /** An area in the client's scope was made or changed. Without `seq`, so it is not made up for after a loss: `GET /areas` again then. */
  area: (change: { area: Area }) => void;
  telemetry: (delta: TelemetryDelta) => void;
  heartbeat: (beat: Heartbeat) => void;
}

/** Client → hub; every call is answered. */
export interface ClientEvents {
  subscribe: (request: SubscribeRequest, answer: (result: SubscribeAnswer | SocketProblem) => void) => void;
  ack: (request: { alertId: string; note?: string }, answer: (result: { alert: Alert } | SocketProblem) => void) => void;
}
