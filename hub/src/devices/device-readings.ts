import { METRICS, isMetricKey, storedToMetricValue, type DeviceEvent, type DeviceId, type EpochMs, type Latest, type Telemetry } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Principal } from '../identity/principal.js';
import type { AuditLog } from '../identity/types.js';
import { AppError } from '../problem.js';
import { emptyRange } from '../range-errors.js';
import type { LatestValues } from '../realtime/types.js';
import type { StoredPoint, TelemetryStore } from '../telemetry/types.js';
import type { DeviceService } from './device-service.js';

/** `from` included, `to` excluded. */
export interface TimeRange { readonly from: EpochMs; readonly to: EpochMs }
export interface PageRequest { readonly limit: number; readonly cursor?: string }

/** What devices have said. Throws DEVICE_NOT_FOUND, METRIC_UNKNOWN, VALIDATION_FAILED (range), CURSOR_INVALID, STORE_UNAVAILABLE. */
export interface DeviceReadings {
  /** From memory: answers while the store is down. */
  latest(principal: Principal, id: DeviceId): Promise<Latest>;
  /** At most `points` points, extremes kept. */
  history(principal: Principal, id: DeviceId, metric: string, range: TimeRange, points: number): Promise<Telemetry>;
  /** Every stored point, a page at a time. */
  raw(principal: Principal, id: DeviceId, metric: string, range: TimeRange, page: PageRequest): Promise<Telemetry>;
  /** Newest first. Gate events are records about people: each look leaves an audit row. */
  events(principal: Principal, id: DeviceId, range: TimeRange, page: PageRequest): Promise<{ data: DeviceEvent[]; next?: string }>;
}

export interface DeviceReadingsDependencies {
  readonly devices: Pick<DeviceService, 'require'>;
  readonly telemetry: Pick<TelemetryStore, 'history' | 'raw' | 'events'>;
  readonly latest: LatestValues;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** Within this the same caller's same question is the same look (ms). */
const LOOK_MS = 10 * 60_000;
const MOST_LOOKS = 10_000;

export function createDeviceReadings({ devices, telemetry, latest, audit, clock }: DeviceReadingsDependencies): DeviceReadings {
  const looks = new Map<string, EpochMs>();

  /** A page that is left open asks every few seconds for a window that moves on: that is one look in ten minutes, not forty rows. Any other time asked for is another look. */
  async function auditLook(by: string, id: DeviceId, { from, to }: TimeRange): Promise<void> {
    const key = `${by} ${id} ${Math.round(from / LOOK_MS)} ${Math.round(to / LOOK_MS)}`;
    const [now, last] = [clock.now(), looks.get(key)];
    if (last !== undefined && now >= last && now - last < LOOK_MS) return;
    await audit.record({ by, action: 'events.read', target: id, detail: `${new Date(from).toISOString()} to ${new Date(to).toISOString()}` });
    looks.delete(key);
    looks.set(key, now);
    if (looks.size > MOST_LOOKS) looks.delete(looks.keys().next().value ?? key);
  }

  return {
    async latest(principal, id) {
      devices.require(principal, 'telemetry:read', id);
      return { values: latest.get(id) };
    },
    async history(principal, id, metric, range, points) {
      devices.require(principal, 'telemetry:read', id);
      const key = requireMetric(metric);
      requireRange(range);
      return answer(key, await fromStore(telemetry.history({ device: id, metric: key, ...range }, points)));
    },
    async raw(principal, id, metric, range, page) {
      devices.require(principal, 'telemetry:read', id);
      const key = requireMetric(metric);
      requireRange(range);
      const { data, next } = await fromStore(telemetry.raw({ device: id, metric: key, ...range }, page));
      return { ...answer(key, data), ...(next === undefined ? {} : { next }) };
    },
    async events(principal, id, range, page) {
      devices.require(principal, 'event:read', id);
      requireRange(range);
      await auditLook(principal.name, id, range);
      return fromStore(telemetry.events({ device: id, ...range }, page));
    },
  };
}

function requireMetric(metric: string): keyof typeof METRICS {
  if (!isMetricKey(metric)) throw new AppError('METRIC_UNKNOWN', { zh: '目录中没有这个指标；设备上报的指标见 GET /api/v1/devices/{id}/latest。', en: 'The metric is not in the catalogue; see GET /api/v1/devices/{id}/latest for those this device reports.' });
  return metric;
}

function requireRange({ from, to }: TimeRange): void {
  if (from >= to) throw emptyRange(to);
}

function answer(metric: keyof typeof METRICS, stored: readonly StoredPoint[]): Telemetry {
  const { unit } = METRICS[metric];
  return { metric, unit, points: stored.map(([ts, value]) => [ts, storedToMetricValue(METRICS[metric], value)]) };
}

async function fromStore<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('STORE_UNAVAILABLE', { zh: '时序库没有应答。实时数值和告警不受影响，请稍后再试。', en: 'The telemetry store did not answer. Live values and alerts go on; try again shortly.' }, { cause: error });
  }
}
