import type { DataTableColumns } from 'naive-ui';
import { computed, h } from 'vue';
import { RouterLink, useRoute } from 'vue-router';
import type { Alert } from '@liandong/protocols';
import SeverityShape from '../components/common/SeverityShape.vue';
import { formatMoment } from '../format/time.js';
import { isShelved } from '../live/priority.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useSessionStore } from '../stores/session.js';
import { useAcknowledge } from './use-acknowledge.js';
import { useWords } from './use-words.js';

/** Columns of the alerts table. */
export function useAlertColumns() {
  const { t, ofLabel, placeName, duration } = useWords();
  const [route, alerts, clock, fleet, session] = [useRoute(), useAlertsStore(), useClockStore(), useFleetStore(), useSessionStore()];
  const acknowledge = useAcknowledge();

  const severity = (alert: Alert) => h('span', { style: 'display:inline-flex;gap:8px;align-items:center' }, [h(SeverityShape, { severity: alert.severity, size: 14, isLabelled: false }), t(`severity.${alert.severity}`)]);
  const message = (alert: Alert) => h(RouterLink, { class: 'title', to: { name: 'alerts', params: { id: alert.id }, query: route.query } }, () => ofLabel(alert.message));
  function place(alert: Alert): string {
    const name = alert.deviceId === undefined ? undefined : fleet.byId.get(alert.deviceId)?.name ?? alert.deviceId;
    return name === undefined || ofLabel(alert.message).includes(name) ? placeName(alert.area) : `${placeName(alert.area)} · ${name}`;
  }
  const state = (alert: Alert) => [t(alert.active ? 'alerts.standing' : 'alerts.back'), alert.acked ? t('alerts.acked') : t('alerts.unacked'), isShelved(alert, clock.hubNow) ? t('alerts.shelved') : ''].filter(Boolean).join(' · ');
  const action = (alert: Alert) => alert.acked || !session.canAct ? '' : h('button', {
    class: 'button', type: 'button', 'data-testid': 'alert-ack', disabled: alerts.acking.has(alert.id), style: 'padding:3px 12px;font-size:14px',
    onClick: (event: Event) => { event.stopPropagation(); void acknowledge(alert.id); },
  }, t('queue.ack'));

  return computed((): DataTableColumns<Alert> => [
    { key: 'severity', title: t('alerts.severity'), width: 112, render: severity },
    { key: 'message', title: t('alerts.message'), minWidth: 220, ellipsis: { tooltip: false }, render: message },
    { key: 'place', title: t('alerts.place'), minWidth: 180, ellipsis: { tooltip: false }, render: place },
    { key: 'raisedAt', title: t('alerts.raisedAt'), width: 128, render: (alert) => formatMoment(alert.raisedAt, clock.hubNow) },
    { key: 'lasted', title: t('alerts.lasted'), width: 124, render: (alert) => duration((alert.clearedAt ?? clock.hubNow) - alert.raisedAt) },
    { key: 'tier', title: t('alerts.tierColumn'), width: 112, render: (alert) => t(`tier.${alert.tier}`) },
    { key: 'state', title: t('alerts.state'), width: 196, ellipsis: { tooltip: false }, render: state },
    { key: 'action', title: '', width: 130, align: 'right', render: action },
  ]);
}
