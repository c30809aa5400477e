/** Running totals of the whole fleet, shown on the progress line. */
export interface Traffic {
  devices: number;
  connected: number;
  sent: number;
  acked: number;
  /** Deliberately not sent: telemetry while disconnected, or an event queue that is full. */
  dropped: number;
  /** Failed connections and publishes, with the last reason. */
  errors: number;
  lastError: string | undefined;
}

export const createTraffic = (devices: number): Traffic => ({ devices, connected: 0, sent: 0, acked: 0, dropped: 0, errors: 0, lastError: undefined });
