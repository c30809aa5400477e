/** One MQTT message of a device; `payload` is the JSON text that goes out. */
export interface SimMessage {
  /** When it is due, which is also its `ts` (epoch ms). */
  readonly dueMs: number;
  readonly device: string;
  readonly kind: 'telemetry' | 'event';
  readonly payload: string;
}
