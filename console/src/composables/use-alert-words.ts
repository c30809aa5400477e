import type { Alert } from '@liandong/protocols';
import { durationParts, formatMinute, formatMoment } from '../format/time.js';
import { readClock, tierBelow, type ClockReading } from '../live/alert-clock.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { usePeopleStore } from '../stores/people.js';
import { useWords } from './use-words.js';

/** An alert in words: where it is, what is special about it, who looks after it and for how long yet. */
export function useAlertWords() {
  const { t, te, ofLabel, placeName } = useWords();
  const [alerts, clock, fleet] = [useAlertsStore(), useClockStore(), useFleetStore()];
  const { nameOf } = usePeopleStore();

  /** A waiting time as short as the language has it: `1分12秒`. */
  function brief(ms: number): string {
    const { key, ...numbers } = durationParts(ms);
    return t(`queue.left.${key}`, numbers);
  }
  const deviceName = (id: string): string => fleet.byId.get(id)?.name ?? id;
  /** Most messages begin with the device; once is enough. */
  function place(alert: Alert): string {
    const name = alert.deviceId === undefined ? undefined : deviceName(alert.deviceId);
    return name === undefined || ofLabel(alert.message).includes(name) ? placeName(alert.area) : `${placeName(alert.area)} · ${name}`;
  }
  /** `合并 12 台设备`, `反复触发 · 第 5 次`, `第 3 次`. */
  function note(alert: Alert): string {
    void alerts.pace;
    const children = alerts.childCount(alert.id);
    if (children > 0) return t('queue.grouped', { n: children });
    return [alert.isChattering ? t('queue.chattering') : '', alert.count > 1 ? t('queue.times', { n: alert.count }) : ''].filter(Boolean).join(' · ');
  }
  const reading = (alert: Alert): ClockReading | undefined => readClock(alert, clock.hubNow);

  function clockText(now: ClockReading | undefined): string {
    if (now === undefined) return '';
    if (now.state === 'paused') return now.leftMs === undefined ? t('queue.paused') : t('queue.pausedLeft', { left: brief(now.leftMs) });
    if (now.next === undefined) return '';
    const tier = t(`tier.${now.next}`);
    if (now.state === 'due') return t('queue.due', { tier });
    return t(now.kind === 'resolve' ? 'queue.resolveIn' : 'queue.risesIn', { left: brief(now.leftMs), tier });
  }
  /** `街道级 · 已由社区升级`. */
  function tierText(alert: Alert): string {
    const from = tierBelow(alert.tier);
    return [t('queue.tier', { tier: t(`tier.${alert.tier}`) }), from === undefined ? '' : t('queue.cameUp', { tier: t(`tier.${from}`) })].filter(Boolean).join(' · ');
  }
  /** Who has it: acknowledged by, assigned to. */
  function handlingText(alert: Alert): string {
    return [alert.acked ? t('queue.ackedBy', { who: nameOf(alert.ackedBy ?? '') }) : '', alert.assignee === undefined ? '' : t('queue.assignedTo', { who: nameOf(alert.assignee) })].filter(Boolean).join(' · ');
  }
  /** Why nobody is called: on the shelf until, or for another's sake. */
  function restText(alert: Alert): string {
    void alerts.pace;
    const standing = alerts.standing(alert.id);
    if (standing === 'shelved') return [t('queue.shelvedUntil', { at: formatMinute(alert.shelvedUntil ?? 0), who: nameOf(alert.shelvedBy ?? '') }), alert.shelveReason ?? ''].filter(Boolean).join(' · ');
    return standing === 'suppressed' ? t(alert.inhibitedBy === undefined ? 'queue.underParent' : 'queue.inhibited') : '';
  }
  /** Does it stand, has it recovered, or has it only ended? */
  const standingText = ({ active, endedBy }: Alert): string => t(active ? 'alerts.standing' : endedBy === undefined ? 'alerts.back' : 'alerts.ended');
  /** Why it ended, of what has not recovered. A newer hub may know more reasons. */
  const endText = ({ endedBy }: Pick<Alert, 'endedBy'>): string => endedBy === undefined ? '' : t(te(`alert.end.${endedBy}`) ? `alert.end.${endedBy}` : 'alert.end.other');
  /** When what is over was, and for how long: `11-26 02:14 起，持续了 17分`. */
  const returnedText = (alert: Alert): string => t('queue.returnedText', { at: formatMoment(alert.raisedAt, clock.hubNow), time: brief((alert.clearedAt ?? alert.lastAt) - alert.raisedAt) });
  return { place, note, deviceName, reading, clockText, tierText, handlingText, restText, standingText, endText, returnedText };
}
