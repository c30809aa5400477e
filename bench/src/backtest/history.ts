/** One value every ten minutes. */
export const STEP_MS = 600_000;
/** The rule that is tried, and the one in force. */
export const LIMITS = { candidate: { limit: 30, clearAt: 28 }, inForce: { limit: 33, clearAt: 30 } } as const;

/** A temperature that goes up and down with the day, each device by a swing and at an hour of its own, and steps up and down a little from value to value. */
export function temperatureOf(device: number, ts: number): number {
  const day = Math.sin(2 * Math.PI * (ts / 86_400_000 + device / 97));
  return Math.round((22 + (device % 10) * day + (ts / STEP_MS * 7 + device) % 5 * 0.5) * 10) / 10;
}

/** Alerts there have to be: times at which the value comes over the limit since it was last under `clearAt`. */
export function alertsOf({ limit, clearAt }: { limit: number; clearAt: number }, { devices, from, values }: { devices: number; from: number; values: number }): number {
  let alerts = 0;
  for (let device = 0; device < devices; device += 1) {
    let isActive = false;
    for (let index = 0; index < values; index += 1) {
      const value = temperatureOf(device, from + index * STEP_MS);
      if (isActive) isActive = value >= clearAt;
      else if (value >= limit) {
        isActive = true;
        alerts += 1;
      }
    }
  }
  return alerts;
}
