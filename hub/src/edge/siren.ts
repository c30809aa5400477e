import { nativeTopic, severityRank, type Alert } from '@liandong/protocols';
import type { ActiveAlerts } from '../alerts/active-alerts.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import type { EdgePlace } from './registry-keeper.js';

/** The worst come first; a siren needs no more. */
const MOST_ALERTS = 20;

export interface SirenDependencies {
  readonly place: () => EdgePlace | undefined;
  readonly activeAlerts: Pick<ActiveAlerts, 'values'>;
  readonly changes: Pick<ChangeLog, 'onChange'>;
  readonly broker: { publishCommand(topic: string, payload: string, options: { retain: boolean }): Promise<void> };
  readonly logger: Logger;
}

export interface Siren extends Feature {
  /** The edge stands somewhere else now, or is first told where. */
  placed(): void;
}

/**
 * Tells the community's own sirens and lamps, over the edge's broker and so without the hub: retained on `liandong/v1/{subdistrict}/{community}/{edge}/alarm`,
 * `{"active": n, "unacked": n, "alerts": [{id, deviceId, ruleId, severity, acked, message: {zh, en}}]}`. A siren sounds while `unacked` is above 0.
 */
export function createSiren({ place, activeAlerts, changes, broker, logger }: SirenDependencies): Siren {
  let forget: (() => void) | undefined;
  let told = '';

  function tell(): void {
    const at = place();
    if (at === undefined || forget === undefined) return;
    const topic = alarmTopic(at);
    const payload = JSON.stringify(alarmOf([...activeAlerts.values()].map(({ alert }) => alert)));
    if (`${topic} ${payload}` === told) return;
    told = `${topic} ${payload}`;
    broker.publishCommand(topic, payload, { retain: true }).catch((error: unknown) => logger.warn({ err: error }, 'the local alarm could not be told'));
  }

  return {
    placed: tell,
    async start() {
      forget ??= changes.onChange(tell);
      tell();
    },
    async stop() {
      forget?.();
      forget = undefined;
      told = '';
    },
  };
}

/** The topic that every device signed in at the edge may read. */
export const alarmTopic = ({ subdistrict, community, edge }: EdgePlace): string => nativeTopic({ subdistrict, community, device: edge, kind: 'alarm' });

function alarmOf(alerts: readonly Alert[]) {
  const worst = [...alerts].sort((a, b) => severityRank(a.severity) - severityRank(b.severity) || b.raisedAt - a.raisedAt).slice(0, MOST_ALERTS);
  return {
    active: alerts.length, unacked: alerts.filter(({ acked }) => !acked).length,
    alerts: worst.map(({ id, deviceId, ruleId, severity, acked, message }) => ({ id, deviceId, ruleId, severity, acked, message })),
  };
}
