import { setTimeout as delay } from 'node:timers/promises';
import { LINK_FAULTS, type FaultyLink, type LinkFault } from '../faulty-link.js';
import type { HubProcess } from '../hub-process.js';

/** What was done, for the summary. */
export interface FaultLog { readonly faults: Map<LinkFault, number>; readonly kills: { readonly name: string; readonly at: number; readonly awayMs: number }[] }
export const openFaultLog = (): FaultLog => ({ faults: new Map(), kills: [] });

export interface FaultPlan { readonly random: () => number; readonly log: FaultLog; readonly endsAt: number }

const between = (random: () => number, from: number, to: number): number => from + random() * (to - from);

/** Breaks and heals the links of one way to and fro until the time is up; they are healed when it resolves. `duringCut`: once, while nothing gets through. */
export async function breakLinks(links: readonly FaultyLink[], { random, log, endsAt }: FaultPlan, duringCut?: () => Promise<void>): Promise<void> {
  const pause = (from: number, to: number): Promise<void> => delay(Math.max(Math.min(between(random, from, to), endsAt - Date.now()), 0));
  let once = duringCut;
  for (;;) {
    await pause(4_000, 14_000);
    if (Date.now() >= endsAt) return;
    const fault = once === undefined ? LINK_FAULTS[Math.floor(random() * LINK_FAULTS.length)] ?? 'reset' : 'reset';
    for (const link of links) await link.lay(fault);
    log.faults.set(fault, (log.faults.get(fault) ?? 0) + 1);
    await once?.();
    once = undefined;
    await pause(2_000, 12_000);
    for (const link of links) await link.heal();
  }
}

/** Kills each process once with SIGKILL, in an order and at times of the plan, spread over it, and starts it again a little later. */
export async function killEach(processes: readonly { readonly name: string; readonly process: HubProcess }[], { random, log, endsAt }: FaultPlan): Promise<void> {
  const startedAt = Date.now();
  const share = (endsAt - startedAt) / (processes.length + 1);
  const order = processes.map((entry) => ({ entry, rank: random() })).sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
  await Promise.all(order.map(async ({ name, process }, n) => {
    await delay(share * (n + between(random, 0.5, 1.2)));
    await process.kill('SIGKILL');
    const killedAt = Date.now();
    await delay(between(random, 300, 5_000));
    await process.start();
    log.kills.push({ name, at: killedAt - startedAt, awayMs: Date.now() - killedAt });
  }));
}
