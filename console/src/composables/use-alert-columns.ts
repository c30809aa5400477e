import { useMediaQuery } from '@vueuse/core';
import type { DataTableColumns } from 'naive-ui';
import { computed, h } from 'vue';
import { RouterLink, useRoute } from 'vue-router';
import type { Alert } from '@liandong/protocols';
import SeverityShape from '../components/common/SeverityShape.vue';
import { formatMoment } from '../format/time.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useClockStore } from '../stores/clock.js';
import { usePeopleStore } from '../stores/people.js';
import { useSessionStore } from '../stores/session.js';
import { useAcknowledge } from './use-acknowledge.js';
import { useAlertWords } from './use-alert-words.js';
import { useWords } from './use-words.js';

/** Where a table has room for one column only. */
export const NARROW = '(max-width: 639.9px)';

/** Columns of the alerts table; a single one of stacked rows where there is no room for more. */
export function useAlertColumns() {
  const { t, ofLabel, duration } = useWords();
  const { place, standingText } = useAlertWords();
  const [route, alerts, clock, session] = [useRoute(), useAlertsStore(), useClockStore(), useSessionStore()];
  const { nameOf } = usePeopleStore();
  const { acknowledge, isBlocked } = useAcknowledge();
  const isNarrow = useMediaQuery(NARROW);

  const severity = (alert: Alert) => h('span', { style: 'display:inline-flex;gap:8px;align-items:center' }, [h(SeverityShape, { severity: alert.severity, size: 14, isLabelled: false }), t(`severity.${alert.severity}`)]);
  const message = (alert: Alert) => h(RouterLink, { class: 'title', to: { name: 'alert', params: { id: alert.id }, query: route.query }, onClick: (event: Event) => { event.stopPropagation(); } }, () => ofLabel(alert.message));
  /** Put aside is more than acknowledged or not. */
  const handling = (alert: Alert) => {
    const standing = alerts.standing(alert.id);
    return standing === 'shelved' ? t('alerts.shelved') : standing === 'suppressed' ? t(alert.inhibitedBy === undefined ? 'alerts.grouped' : 'alerts.inhibited') : t(alert.acked ? 'alerts.acked' : 'alerts.unacked');
  };
  const state = (alert: Alert) => [standingText(alert), handling(alert), alert.assignee === undefined ? '' : t('queue.assignedTo', { who: nameOf(alert.assignee) })].filter(Boolean).join(' · ');
  const action = (alert: Alert) => alert.acked || !session.canAct ? '' : h('button', {
    class: 'button', type: 'button', 'data-testid': 'alert-ack', disabled: isBlocked(alert.id), style: isNarrow.value ? 'flex:none;padding:9px 18px' : 'padding:3px 12px;font-size:14px',
    onClick: (event: Event) => { event.stopPropagation(); void acknowledge(alert.id); },
  }, t('queue.ack'));

  /** Told in full to whoever points at it, where the column is too narrow. */
  const clipped = (words: string) => h('span', { title: words }, words);
  const lasted = (alert: Alert) => duration((alert.clearedAt ?? clock.hubNow) - alert.raisedAt);
  const stacked = (alert: Alert) => h('div', { class: 'stacked' }, [
    h('div', { class: 'stacked-title' }, [h(SeverityShape, { severity: alert.severity, size: 15 }), message(alert)]),
    h('div', place(alert)),
    h('div', { class: 'stacked-foot' }, [h('span', [formatMoment(alert.raisedAt, clock.hubNow), lasted(alert), t(`tier.${alert.tier}`), state(alert)].join(' · ')), action(alert)]),
  ]);

  // Together at most 1,246: what a screen of 1,280 has room for.
  return computed((): DataTableColumns<Alert> => isNarrow.value ? [{ key: 'stacked', title: t('alerts.title'), render: stacked }] : [
    { key: 'severity', title: t('alerts.severity'), width: 108, render: severity },
    { key: 'message', title: t('alerts.message'), minWidth: 220, render: message },
    { key: 'place', title: t('alerts.place'), width: 184, ellipsis: { tooltip: false }, render: (alert) => clipped(place(alert)) },
    { key: 'raisedAt', title: t('alerts.raisedAt'), width: 124, render: (alert) => formatMoment(alert.raisedAt, clock.hubNow) },
    { key: 'lasted', title: t('alerts.lasted'), width: 120, render: lasted },
    { key: 'tier', title: t('alerts.tierColumn'), width: 110, render: (alert) => t(`tier.${alert.tier}`) },
    { key: 'state', title: t('alerts.state'), width: 226, ellipsis: { tooltip: false }, render: (alert) => clipped(state(alert)) },
    { key: 'action', title: '', width: 144, align: 'right', render: action },
  ]);
}
