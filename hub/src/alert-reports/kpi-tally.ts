import { FLOOD, SEVERITIES, STALE_MS, type Alert, type AlertKpi, type EpochMs, type Severity } from '@liandong/protocols';
import { Top } from '../top.js';
import { Durations } from './spread.js';
import type { ReportScope } from './types.js';

const SLOT_MS = 10 * 60_000;
const WORST = 10;

/** What counts of an alert that was raised in the range. `clearedAt`: not of one that ended without having recovered. */
export interface RaisedAlert { ruleId: string; deviceId: string | null; area: string; severity: Severity; raisedAt: EpochMs; firstAckedAt: EpochMs | null; clearedAt: EpochMs | null; isChattering: boolean }
export interface KpiContext { readonly operators: number; /** Alerts open now. */ readonly open: readonly Alert[]; readonly now: EpochMs }

/** What alerts come from: a rule on a device, or on an area. */
interface Source { readonly ruleId: string; readonly deviceId: string | null; readonly area: string; count: number }

/** Adds up alerts one by one; what it keeps of each is two numbers. */
export class KpiTally {
  readonly #slots: number[];
  readonly #bySeverity = new Map<Severity, number>(SEVERITIES.map((severity) => [severity, 0]));
  readonly #sources = new Map<string, Source>();
  readonly #toAcknowledge = new Durations();
  readonly #toClear = new Durations();
  #raised = 0;
  #chattering = 0;

  constructor(private readonly scope: ReportScope) {
    this.#slots = Array.from({ length: Math.ceil((scope.to - scope.from) / SLOT_MS) }, () => 0);
  }

  add(alert: RaisedAlert): void {
    const { raisedAt, firstAckedAt, clearedAt, severity, ruleId, deviceId, area } = alert;
    this.#raised += 1;
    if (alert.isChattering) this.#chattering += 1;
    const slot = Math.floor((raisedAt - this.scope.from) / SLOT_MS);
    this.#slots[slot] = (this.#slots[slot] ?? 0) + 1;
    this.#bySeverity.set(severity, (this.#bySeverity.get(severity) ?? 0) + 1);
    // After a step back of the hub's clock it may have happened before it began.
    if (firstAckedAt !== null) this.#toAcknowledge.add(Math.max(0, firstAckedAt - raisedAt));
    if (clearedAt !== null) this.#toClear.add(Math.max(0, clearedAt - raisedAt));
    const key = `${ruleId} ${deviceId ?? ''} ${area}`; // ids hold no space
    const source = this.#sources.get(key);
    if (source === undefined) this.#sources.set(key, { ruleId, deviceId, area, count: 1 });
    else source.count += 1;
  }

  result({ operators, open, now }: KpiContext): Omit<AlertKpi, 'area'> {
    const { from, to } = this.scope;
    const raised = this.#raised;
    return {
      from, to, operators, raised,
      per10Min: { mean: raised / ((to - from) / SLOT_MS) / operators, max: this.#slots.reduce((most, count) => Math.max(most, count), 0) / operators },
      floodShare: this.#slots.filter((count) => count > FLOOD.alerts * operators).length / this.#slots.length,
      stale: open.filter(({ raisedAt }) => now - raisedAt > STALE_MS).length,
      chattering: this.#chattering,
      bySeverity: [...this.#bySeverity].map(([severity, count]) => ({ severity, count, share: raised === 0 ? 0 : count / raised })),
      toAcknowledge: this.#toAcknowledge.spread(), toClear: this.#toClear.spread(),
      worst: this.#worst(),
      slots: this.#slots.map((count, index): [EpochMs, number] => [from + index * SLOT_MS, count]),
    };
  }

  #worst(): AlertKpi['worst'] {
    // Not sorted as a whole: there may be as many sources as alerts, and the thread is not given up here.
    const worst = new Top<readonly [key: string, source: Source]>(WORST, ([keyA, a], [keyB, b]) => a.count === b.count ? keyA < keyB : a.count > b.count);
    for (const entry of this.#sources) worst.add(entry);
    return worst.items.map(([, { ruleId, deviceId, area, count }]) => ({ ruleId, area, count, ...(deviceId === null ? {} : { deviceId }) }));
  }
}
