/** One MQTT message of a device; `payload` is the JSON text that goes out. */
export interface SimMessage {
  /** When it is due, which is also its `ts` (epoch ms). */
  readonly dueMs: number;
  readonly device: string;
  readonly kind: 'telemetry' | 'event';
  readonly payload: string;
  /** Of a gateway that speaks for another device; else it is the device's own, by `kind`. */
  readonly topic?: string;
}

/** What the hub asks of a device. */
export type SimCommand = { readonly type: 'report_now' } | { readonly type: 'open_gate' } | { readonly type: 'set_interval'; readonly seconds: number };

export interface CommandOutcome { readonly ok: boolean; readonly error?: string }
