import { useEventListener, useIntervalFn } from '@vueuse/core';
import { onScopeDispose, watch } from 'vue';
import { useRouter } from 'vue-router';
import { severityRank, type Alert } from '@liandong/protocols';
import { createAnnouncer, type Shown } from '../notifications/announcer.js';
import { createKnownAlerts } from '../notifications/known-alerts.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useClockStore } from '../stores/clock.js';
import { useNotifierStore } from '../stores/notifier.js';
import { useAlertWords } from './use-alert-words.js';
import { useWords } from './use-words.js';

const SAVE_MS = 2000;
/** What is only for information calls nobody away from other work. */
const LOUDEST_QUIET = severityRank('info');

/** Notifications of the browser for what needs a person: one per alert, gone when somebody took care of it, never again what was known before a reload or a reconnect. */
export function useAlertNotifications(): void {
  const [alerts, notifier, clock, router] = [useAlertsStore(), useNotifierStore(), useClockStore(), useRouter()];
  const { t, ofLabel } = useWords();
  const { place } = useAlertWords();
  const known = createKnownAlerts(localStorage, () => Date.now());
  const announcer = createAnnouncer({
    known, now: clock.localNow,
    show: (alert, isAgain) => open(`${t(`severity.${alert.severity}`)} · ${ofLabel(alert.message)}`, { tag: alert.id, body: [place(alert), t('queue.tier', { tier: t(`tier.${alert.tier}`) })].join(' · '), renotify: isAgain, requireInteraction: alert.severity === 'critical' }, { name: 'alert', params: { id: alert.id } }),
    showMany: (n) => open(t('notify.many', { n }), { tag: 'liandong-many', body: t('notify.manyBody') }, { name: 'overview' }),
  });
  let hasBaseline = known.hadRecord;

  function open(title: string, options: NotificationOptions & { renotify?: boolean }, to: object): Shown {
    let shown: Notification;
    try { shown = new Notification(title, { ...options, lang: document.documentElement.lang, silent: true }); } catch {
      notifier.refuse();
      return { close: () => undefined };
    }
    shown.onclick = () => { window.focus(); shown.close(); void router.push(to); };
    return shown;
  }
  const isLoud = (alert: Alert): boolean => severityRank(alert.severity) < LOUDEST_QUIET;
  const isNeeding = (id: string): boolean => alerts.standing(id) === 'needing';
  const isOn = (): boolean => notifier.state === 'on';

  const heard = alerts.onNews((alert) => {
    if (!isOn()) { known.add(alert.id); return; }
    if (isLoud(alert)) announcer.announce(alert, known.has(alert.id));
  });
  const changed = alerts.onChanged((applied) => {
    for (const { alert } of applied) if (announcer.isOpen(alert.id) && !isNeeding(alert.id)) announcer.close(alert.id);
    announcer.settle();
  });
  // A snapshot: what stands and was not known is news, unless this browser knew nothing at all.
  const replaced = alerts.onReplaced(() => {
    for (const alert of alerts.needing) if (hasBaseline && isOn() && isLoud(alert)) announcer.announce(alert, false); else known.add(alert.id);
    for (const id of announcer.openIds()) if (!isNeeding(id)) announcer.close(id);
    hasBaseline = true;
    announcer.settle();
    known.save();
  });
  useIntervalFn(() => { announcer.settle(); known.save(); }, SAVE_MS);
  // Switched on, the screen's present state is no news.
  watch(() => notifier.state, (state) => { if (state === 'on') { for (const alert of alerts.needing) known.add(alert.id); } else announcer.closeAll(); });
  // Nobody would be left to close them.
  useEventListener(window, 'pagehide', () => { known.save(); announcer.closeAll(); });
  onScopeDispose(() => { heard.off(); changed.off(); replaced.off(); known.save(); announcer.closeAll(); });
}
