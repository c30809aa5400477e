import { FLOOD, SEVERITIES, severityRank, type BacktestResult, type EpochMs, type Severity } from '@liandong/protocols';
import { dayOf, startOfDay } from '../clock.js';
import { Top } from '../top.js';
import type { TrialAlert } from './trial.js';

/** Examples of a result. */
const EXAMPLES = 20;

/** What a rule would have done, counted: its size depends on the range, not on the number of alerts. `from` included, `to` excluded. */
export class Tally {
  readonly #firstDay: number;
  readonly #days: Uint32Array;
  readonly #firstSlot: number;
  /** New alerts of every 10 minutes. */
  readonly #slots: Uint32Array;
  readonly #bySeverity = new Map<Severity, number>();
  readonly #examples: Top<TrialAlert>;
  #alerts = 0;
  #devices = 0;
  #lastDevice: string | undefined;

  constructor({ from, to }: { from: EpochMs; to: EpochMs }) {
    this.#firstDay = dayOf(from);
    this.#days = new Uint32Array(dayOf(to - 1) - this.#firstDay + 1);
    this.#firstSlot = slotOf(from);
    this.#slots = new Uint32Array(slotOf(to - 1) - this.#firstSlot + 1);
    const lengthOf = (alert: TrialAlert): number => (alert.to ?? Infinity) - alert.from;
    this.#examples = new Top(EXAMPLES, (a, b) => {
      const worse = severityRank(a.severity) - severityRank(b.severity);
      if (worse !== 0) return worse < 0;
      const [long, short] = [lengthOf(a), lengthOf(b)];
      return long === short ? a.from < b.from : long > short;
    });
  }

  /** All alerts of one device one after the other; `alert` is kept as it is. */
  add(alert: TrialAlert): void {
    this.#alerts += 1;
    if (alert.device !== this.#lastDevice) this.#devices += 1;
    this.#lastDevice = alert.device;
    this.#bySeverity.set(alert.severity, (this.#bySeverity.get(alert.severity) ?? 0) + 1);
    const [day, slot] = [dayOf(alert.from) - this.#firstDay, slotOf(alert.from) - this.#firstSlot];
    // A delay may end with the range itself, which belongs to its last day.
    this.#days[Math.min(day, this.#days.length - 1)]! += 1; // within
    this.#slots[Math.min(slot, this.#slots.length - 1)]! += 1; // within
    this.#examples.add(alert);
  }

  get examples(): readonly TrialAlert[] { return this.#examples.items; }

  /** `since`: before it there was nothing to raise alerts from, which is no time without a flood. */
  result(since = -Infinity): BacktestResult {
    const slots = this.#slots.subarray(Math.min(Math.max(0, slotOf(since) - this.#firstSlot), this.#slots.length - 1));
    return {
      alerts: this.#alerts, devicesWithAlerts: this.#devices,
      bySeverity: SEVERITIES.map((severity) => ({ severity, count: this.#bySeverity.get(severity) ?? 0 })),
      perDay: Array.from(this.#days, (count, day): [EpochMs, number] => [startOfDay(this.#firstDay + day), count]),
      floodShare: slots.reduce((floods, count) => count > FLOOD.alerts ? floods + 1 : floods, 0) / slots.length,
      examples: this.examples.map((alert) => ({ ...alert })),
    };
  }
}

const slotOf = (at: EpochMs): number => Math.floor(at / FLOOD.withinMs);
