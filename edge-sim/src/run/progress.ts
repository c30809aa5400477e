import type { Traffic } from '../transport/traffic.js';
import type { Scheduler } from './scheduler.js';

export interface ProgressDeps {
  readonly traffic: Traffic;
  readonly scheduler: Scheduler;
  readonly output: ProgressOutput;
}

export interface ProgressOutput {
  readonly isTty: boolean;
  write(text: string): void;
}

const EVERY_MS = { tty: 1_000, plain: 10_000 };

/** Keeps the progress line going: one that is rewritten on a terminal, else a plain line every ten seconds. Ends with the scheduler. */
export function startProgress({ traffic, scheduler, output }: ProgressDeps): void {
  const everyMs = output.isTty ? EVERY_MS.tty : EVERY_MS.plain;
  let last = { sent: traffic.sent, atMs: scheduler.now() };
  const show = (): void => {
    const atMs = scheduler.now();
    const perSecond = ((traffic.sent - last.sent) * 1000) / Math.max(1, atMs - last.atMs);
    last = { sent: traffic.sent, atMs };
    const line = progressLine(traffic, perSecond);
    output.write(output.isTty ? `\r\u001b[2K${line}` : `${line}\n`);
    scheduler.after(everyMs, show);
  };
  scheduler.after(everyMs, show);
}

/** Such as `devices 60/60 · sent 1,204 · acked 1,204 · 8.3 msg/s · errors 0`. */
export function progressLine({ connected, devices, sent, acked, dropped, errors, lastError }: Traffic, perSecond?: number): string {
  const count = (value: number): string => value.toLocaleString('en-US');
  return [
    `devices ${count(connected)}/${count(devices)}`, `sent ${count(sent)}`, `acked ${count(acked)}`,
    ...(perSecond === undefined ? [] : [`${perSecond.toFixed(1)} msg/s`]),
    ...(dropped > 0 ? [`dropped ${count(dropped)}`] : []),
    `errors ${count(errors)}${lastError === undefined ? '' : ` (last: ${lastError})`}`,
  ].join(' · ');
}
