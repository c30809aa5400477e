import { computed, type Ref } from 'vue';
import type { Alert, AlertCondition } from '@liandong/protocols';
import { formatMoment } from '../format/time.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { usePeopleStore } from '../stores/people.js';
import { useAlertWords } from './use-alert-words.js';
import { useMeasureWords } from './use-measure-words.js';
import { useWords } from './use-words.js';

export interface Fact { label: string; value: string }

/** What is known of an alert, as labelled lines; what isn't known has no line. `condition`: what its figures are of. */
export function useAlertFacts(source: Ref<Alert | undefined>, condition: () => AlertCondition | undefined) {
  const { t, placeName, areaName, duration } = useWords();
  const { endText } = useAlertWords();
  const { valueText, limitText } = useMeasureWords();
  const [clock, fleet] = [useClockStore(), useFleetStore()];
  const { nameOf } = usePeopleStore();
  const moment = (at: number | undefined) => at === undefined ? undefined : formatMoment(at, clock.hubNow);

  return computed((): Fact[] => {
    const alert = source.value;
    if (alert === undefined) return [];
    const lines: [string, string | undefined][] = [
      ['alert.device', alert.deviceId === undefined ? t('alert.wholeArea') : fleet.byId.get(alert.deviceId)?.name ?? alert.deviceId],
      ['alert.area', placeName(alert.area)],
      ['alert.raisedAt', moment(alert.raisedAt)],
      ['alert.lastAt', alert.count > 1 ? `${moment(alert.lastAt)} · ${t('queue.times', { n: alert.count })}` : undefined],
      ['alerts.lasted', duration((alert.clearedAt ?? clock.hubNow) - alert.raisedAt)],
      [alert.endedBy === undefined ? 'alert.clearedAt' : 'alert.endedAt', moment(alert.clearedAt)],
      ['alert.endedBy', alert.endedBy === undefined ? undefined : endText(alert)],
      ['alert.value', alert.value === undefined ? undefined : valueText(condition(), alert.value)],
      ['alert.threshold', alert.threshold === undefined ? undefined : limitText(condition(), alert.threshold)],
      ['alert.assignee', alert.assignee === undefined ? undefined : nameOf(alert.assignee)],
      ['alert.shelvedBy', alert.shelvedUntil === undefined || alert.shelvedUntil < clock.hubNow ? undefined : [alert.shelvedBy === undefined ? '' : nameOf(alert.shelvedBy), alert.shelveReason ?? '', t('queue.until', { at: moment(alert.shelvedUntil) ?? '' })].filter(Boolean).join(' · ')],
      ['alert.policy', alert.clock === undefined ? undefined : alert.clock.policyArea === undefined ? t('alert.policyHub') : t('alert.policyOf', { area: areaName(alert.clock.policyArea), n: alert.clock.policyVersion })],
      ['alert.ackedBy', alert.ackedBy === undefined ? undefined : `${nameOf(alert.ackedBy)} · ${moment(alert.ackedAt) ?? ''}`],
    ];
    return lines.flatMap(([label, value]) => value === undefined ? [] : [{ label: t(label), value }]);
  });
}
