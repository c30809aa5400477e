import type { Alert } from '@liandong/protocols';
import type { HubClient } from '../hub-client.js';
import type { NightScreen } from './screen.js';

/** Sees what stands for itself and is not acknowledged, and acknowledges it at once, but for what is to be missed. */
export interface NightOperator { /** Ids of alerts that it has acknowledged. */ readonly acknowledged: ReadonlySet<string> }

/** One acknowledges on the screen, the other through REST; whoever's turn it is. What the hub did not answer is tried again when the screen is back. */
export function startOperator({ screen, rest, missed }: { screen: NightScreen; rest: HubClient; missed: (alert: Alert) => boolean }): NightOperator {
  const acknowledged = new Set<string>();
  const due = new Map<string, Alert>();
  let turns = 0;

  async function acknowledge(alert: Alert): Promise<void> {
    turns += 1;
    try {
      if (turns % 2 === 0) await screen.ack(alert.id);
      else await rest.post(`/alerts/${alert.id}/ack`, {});
      acknowledged.add(alert.id);
    } catch {
      due.set(alert.id, alert); // the hub is away
    }
  }

  screen.onAlert((alert) => {
    due.delete(alert.id);
    const isMine = alert.active && !alert.acked && alert.groupId === undefined && alert.inhibitedBy === undefined && !missed(alert);
    if (isMine) void acknowledge(alert);
  });
  screen.onResumed(() => {
    const again = [...due.values()];
    due.clear();
    for (const alert of again) void acknowledge(alert);
  });
  return { acknowledged };
}
