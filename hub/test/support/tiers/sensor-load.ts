import { openDeviceLine } from './device-line.js';
import type { Station } from './sub-district.js';

const EVERY_MS = 100;
/** What a device keeps for when it can send again; then it measures no more. */
const KEPT = 600;
/** Has no factor in common with the slots of a range, so that moments come in no order and none comes twice. */
const STRIDE = 1_234_567;

export const LOAD_METRICS = ['temperature', 'humidity'] as const;
export interface Reading { readonly temperature: number; readonly humidity: number }

/** A sensor that reports of hours that are over, in no order, until it is stopped. */
export interface SensorLoad {
  readonly station: Station;
  /** By device time (epoch ms); all of it is acknowledged after `stop`. */
  readonly acknowledged: ReadonlyMap<number, Reading>;
  readonly sent: number;
  /** Resolves when everything is acknowledged. */
  stop(): Promise<void>;
}

/** `lane` of `lanes`: the moments of one lane come in no other, so a reading that strayed shows. `to` is excluded. */
export function startSensorLoad(station: Station, { from, to, lane, lanes }: { from: number; to: number; lane: number; lanes: number }): SensorLoad {
  const line = openDeviceLine(station);
  const acknowledged = new Map<number, Reading>();
  const underWay = new Set<Promise<void>>();
  const slots = Math.floor((to - from) / lanes);
  let sent = 0;

  function measure(): void {
    if (underWay.size >= KEPT) return;
    const ts = from + (sent * STRIDE) % slots * lanes + lane;
    const reading = { temperature: (sent * 37 % 400) / 10, humidity: 20 + sent * 13 % 70 };
    sent += 1;
    const sending = line.send('telemetry', { ts, values: reading }).then(() => { acknowledged.set(ts, reading); }).finally(() => { underWay.delete(sending); });
    underWay.add(sending);
  }

  const timer = setInterval(measure, EVERY_MS);
  return {
    station, acknowledged, get sent() { return sent; },
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      await line.close();
    },
  };
}
