import type { Backtest } from '@liandong/protocols';

const DAY_MS = 86_400_000;

/** When the history began that a back-test could read, where that is a day or more after the range does. */
export const lateBeginning = ({ from, dataFrom }: Pick<Backtest, 'from' | 'dataFrom'>): number | undefined => dataFrom !== undefined && dataFrom - from >= DAY_MS ? dataFrom : undefined;

/** Alerts a day, over the time of which there is history; undefined below one day, as a few minutes say nothing of a day. */
export function perDay(alerts: number, { from, to, dataFrom = from }: Pick<Backtest, 'from' | 'to' | 'dataFrom'>): number | undefined {
  return to - dataFrom < DAY_MS ? undefined : alerts * DAY_MS / (to - dataFrom);
}
