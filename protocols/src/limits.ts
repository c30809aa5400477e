/** Limits that devices, programs and the hub agree on. */
export const LIMITS = {
  /** A payload longer than this is refused (bytes). */
  payloadBytes: 64 * 1024,
  /** A frame longer than this closes the connection: before and after sign-in (bytes). */
  frameBytesBeforeSignIn: 64 * 1024,
  frameBytes: 256 * 1024,
  readingsPerMessage: 1000,
  /** A `ts` further ahead of the hub's clock is replaced by server time and flagged (ms). */
  clockAheadMs: 5 * 60_000,
  eventIdLength: 128,
  eventDataDepth: 8,
  /** A device is silent after this many of its reporting intervals. */
  silentIntervals: 3,
  rawPageSize: 10_000,
  /** Telemetry to one screen, at most this many packets a second. */
  liveTelemetryPerSecond: 4,
  heartbeatSeconds: 5,
  /** How long missed alert, device and case changes can be resumed by `seq`. */
  resumeMs: 60 * 60_000,
  /** An alert is shelved for at most this long (ms). */
  longestShelfMs: 7 * 86_400_000,
  /** A maintenance window is at most this long (ms): a wrong year must not silence devices for good. */
  longestMaintenanceMs: 366 * 86_400_000,
  /** A new maintenance window begins at most so far ahead (ms): one of a mistyped year would be found by nobody. */
  maintenanceAheadMs: 366 * 86_400_000,
} as const;
