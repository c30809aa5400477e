import type { Alert, Handover, HandoverGroup } from '@liandong/protocols';
import { formatFull } from '../format/calendar.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useWords } from './use-words.js';

export type HandoverKind = keyof Handover['groups'];

/** What a handover says of an alert beside its message: where, since when, and what has become of it. */
export function useHandoverWords(kind: HandoverKind, nameOf: (username: string) => string) {
  const { t, placeName, duration } = useWords();
  const [clock, fleet] = [useClockStore(), useFleetStore()];
  const moment = (at: number): string => formatFull(at).slice(5);
  const joined = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(' · ');

  function stateOf(alert: Alert): string {
    if (kind === 'returned') return alert.clearedAt === undefined ? '' : t('handover.clearedAt', { at: moment(alert.clearedAt) });
    if (kind === 'shelved') return joined(alert.acked ? '' : t('alerts.unacked'), alert.shelvedUntil === undefined ? '' : t('handover.shelvedUntil', { at: moment(alert.shelvedUntil), who: nameOf(alert.shelvedBy ?? '') }), alert.shelveReason);
    if (kind === 'unacked') return alert.clock?.dueAt === undefined ? '' : alert.clock.dueAt > clock.hubNow ? t('handover.movesIn', { time: duration(alert.clock.dueAt - clock.hubNow) }) : t('handover.movesNow');
    return joined(alert.ackedBy === undefined ? '' : t('queue.ackedBy', { who: nameOf(alert.ackedBy) }), alert.assignee === undefined ? '' : t('handover.assigned', { who: nameOf(alert.assignee) }));
  }
  const deviceOf = (alert: Alert): string => alert.deviceId === undefined ? t('alert.wholeArea') : fleet.byId.get(alert.deviceId)?.name ?? alert.deviceId;
  return {
    stateOf,
    placeOf: (alert: Alert): string => `${placeName(alert.area)} · ${deviceOf(alert)}`,
    sinceOf: (alert: Alert): string => t('handover.since', { at: moment(alert.raisedAt), time: duration((alert.clearedAt ?? clock.hubNow) - alert.raisedAt) }),
    oldestOf: ({ oldestAt }: HandoverGroup): string => t('handover.oldest', { at: moment(oldestAt), time: duration(clock.hubNow - oldestAt) }),
    /** The alert list's own filters that come nearest to this list. */
    listQuery: (area?: string) => ({ ...(area === undefined ? {} : { area }), active: String(kind !== 'returned'), ...(kind === 'shelved' ? { standing: 'shelved' } : { acked: String(kind === 'open') }) }),
  };
}
