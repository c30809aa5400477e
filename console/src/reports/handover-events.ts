import type { Alert, EpochMs, Handover, Tier } from '@liandong/protocols';

type Escalation = Handover['escalations'][number];
/** Escalations of one kind of which there are more than these are one line. */
const NAMED_ALONE = 3;
/** Lines that are there before somebody asks for all; the newest. */
export const EVENTS_AT_FIRST = 20;

export type HandoverEvent = { readonly at: EpochMs; readonly alertId: string } & ({ readonly by: string; readonly note: string; readonly more: number } | { readonly tier: Tier; /** That moved up with it, itself included: of one rule, in one area, to one tier. */ readonly count: number; readonly until: EpochMs });

/** What moved up and what people wrote, in the order it happened. What moved up in a storm is one line for each rule, area and tier, where the first of them did. */
export function handoverEvents({ escalations, notes }: Pick<Handover, 'escalations' | 'notes'>, areaOf: (alert: Alert) => string): HandoverEvent[] {
  const alike = new Map<string, Escalation[]>();
  for (const one of escalations) { const key = `${one.alert.ruleId} ${areaOf(one.alert)} ${one.tier}`; const kin = alike.get(key); if (kin === undefined) alike.set(key, [one]); else kin.push(one); }
  const moved = [...alike.values()].flatMap((all) => all.length > NAMED_ALONE ? lineOf(all) : all.flatMap((one) => lineOf([one])));
  return [...moved, ...notes.map(({ alertId, at, by, note, more = 0 }) => ({ alertId, at, by, note, more }))].sort((a, b) => a.at - b.at);
}

function lineOf(all: readonly Escalation[]): HandoverEvent[] {
  const [first] = all;
  return first === undefined ? [] : [{ alertId: first.alert.id, at: first.at, tier: first.tier, count: all.length, until: all.at(-1)?.at ?? first.at }];
}
