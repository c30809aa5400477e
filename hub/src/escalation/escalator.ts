import { TIERS, severityRank, type Alert, type AreaId, type EpochMs, type Tier } from '@liandong/protocols';
import type { ActiveAlerts } from '../alerts/active-alerts.js';
import { AlertBatches } from '../alerts/alert-batches.js';
import type { AlertWriter, PlannedStep } from '../alerts/alert-writer.js';
import { nextTier } from '../alerts/life-cycle.js';
import type { Clock } from '../clock.js';
import type { Feature } from '../feature.js';
import { breathe } from '../breathe.js';
import type { ClockMender } from './clock-mender.js';
import { isDue, type EscalationClocks } from './escalation-clocks.js';

const TICK_MS = 1_000;
/** Clocks that were put wrong are looked for this often, and whenever the hub's own was set back. */
const MEND_MS = 10_000;
/** Alerts looked at before sockets and timers have a turn. */
const LOOKS_PER_TURN = 2_000;
/** Names that a timeline entry holds. */
const NAMES = 10;

export interface Escalator extends Feature {
  /** One look, as the timer does every second: every alert that is due moves up one tier. */
  tick(): Promise<void>;
  /** Moves since the start, by the tier moved to. */
  totals(): ReadonlyMap<Tier, number>;
}

export interface EscalatorDependencies {
  readonly clock: Clock;
  /** Has to be loaded before `start`. */
  readonly activeAlerts: ActiveAlerts;
  readonly writer: Pick<AlertWriter, 'writeAll'>;
  readonly clocks: EscalationClocks;
  readonly mend: ClockMender;
  /** User names of those on duty for an area's tier. */
  readonly onDuty: (area: AreaId, tier: Tier, at: EpochMs) => readonly string[];
  /** Told when the database refuses; the next tick tries again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Moves alerts up a tier when their time is over. When that is stands with the alert in the database, so a restart forgets none, and what came due
 * meanwhile moves at the first tick: one tier, with a fresh clock. Move, clock, timeline and change are one transaction: a crash neither loses nor doubles.
 * After a step of the hub's clock: forward, each alert it passed moves once and has a full period again; back, none waits longer than a full period from then.
 */
export function createEscalator({ clock, activeAlerts, writer, clocks, mend, onDuty, onError }: EscalatorDependencies): Escalator {
  const batches = new AlertBatches();
  const moves = new Map<Tier, number>(TIERS.slice(1).map((tier) => [tier, 0]));
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopping = false;
  let lookedAt: EpochMs = -Infinity;
  let mendedAt: EpochMs = -Infinity;

  /** Anew within the transaction: somebody may have acknowledged it meanwhile. */
  function decide(alert: Alert, at: EpochMs): PlannedStep | undefined {
    const tier = nextTier(alert.tier);
    return tier === undefined || !isDue(alert, at) ? undefined : { step: 'escalated', note: dutyNote(onDuty(alert.area, tier, at)) };
  }

  async function run(): Promise<void> {
    const now = clock.now();
    const wrong: string[] = [];
    const due: Alert[] = [];
    const mends = now < lookedAt || now - mendedAt >= MEND_MS;
    lookedAt = now;
    if (mends) mendedAt = now;
    let looked = 0;
    for (const { alert } of activeAlerts.values()) {
      looked += 1;
      if (looked % LOOKS_PER_TURN === 0) await breathe();
      if (mends && clocks.corrected(alert, now) !== undefined) wrong.push(alert.id);
      else if (isDue(alert, now)) due.push(alert);
    }
    // What is left when it stops comes due again after the next start.
    await batches.run([{ ids: wrong, work: mend }, { ids: due.sort(byUrgency).map(({ id }) => id), work: move }], () => isStopping);
  }

  async function move(ids: readonly string[]): Promise<void> {
    for (const { tier } of await writer.writeAll(ids, decide)) moves.set(tier, (moves.get(tier) ?? 0) + 1);
  }

  const tick = (): Promise<void> => running ??= run().finally(() => { running = undefined; });
  const onTimer = (): void => { if (running === undefined) tick().catch(onError); };

  return {
    tick,
    totals: () => moves,
    async start() {
      isStopping = false;
      timer ??= setInterval(onTimer, TICK_MS).unref();
    },
    async stop() {
      isStopping = true;
      clearInterval(timer);
      timer = undefined;
      await running?.catch(() => undefined); // told to onError by the timer
    },
  };
}

/** Worst first, then who has waited longest. */
const byUrgency = (a: Alert, b: Alert): number => severityRank(a.severity) - severityRank(b.severity) || (a.clock?.dueAt ?? 0) - (b.clock?.dueAt ?? 0);

function dutyNote(users: readonly string[]): string {
  if (users.length === 0) return '无人值班 nobody on duty';
  const more = users.length > NAMES ? ` +${users.length - NAMES}` : '';
  return `值班 on duty: ${users.slice(0, NAMES).join(', ')}${more}`;
}
