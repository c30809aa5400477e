import { HANDOVER_GROUPS, HANDOVER_NAMED, severityRank, type Alert, type AreaId, type EpochMs, type HandoverGroup, type HandoverGroups } from '@liandong/protocols';
import { Top } from '../top.js';
import { worstFirst } from './worst-first.js';

interface Gathered { readonly ruleId: string; readonly area: AreaId; readonly named: Top<Alert>; count: number; oldestAt: EpochMs }

/** Adds alerts up by rule and community; of each group it keeps the few that are named. */
export class AlertGroups {
  readonly #groups = new Map<string, Gathered>();
  #total = 0;

  constructor(private readonly communityOf: (area: AreaId) => AreaId) {}

  add(alert: Alert): void {
    const area = this.communityOf(alert.area);
    const key = `${alert.ruleId} ${area}`; // ids hold no space
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, group = { ruleId: alert.ruleId, area, named: new Top<Alert>(HANDOVER_NAMED, (a, b) => worstFirst(a, b) < 0), count: 0, oldestAt: alert.raisedAt });
    group.named.add(alert);
    group.count += 1;
    group.oldestAt = Math.min(group.oldestAt, alert.raisedAt);
    this.#total += 1;
  }

  result(): HandoverGroups {
    const groups = [...this.#groups.values()].flatMap(({ named, ...group }): HandoverGroup[] => {
      const [worst] = named.items;
      return worst === undefined ? [] : [{ ...group, severity: worst.severity, alerts: [...named.items] }];
    });
    return { total: this.#total, groups: groups.sort((a, b) => severityRank(a.severity) - severityRank(b.severity) || a.oldestAt - b.oldestAt).slice(0, HANDOVER_GROUPS) };
  }
}
