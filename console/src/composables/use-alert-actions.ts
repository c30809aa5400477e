import { ref } from 'vue';
import type { Alert, AlertShelve } from '@liandong/protocols';
import { ApiError, isErrorCode } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useLiveStore } from '../stores/live.js';
import { useNoticesStore } from '../stores/notices.js';
import { usePeopleStore } from '../stores/people.js';
import { useSessionStore } from '../stores/session.js';
import { useProblemWords } from './use-problem-words.js';
import { useWords } from './use-words.js';

/** The hub takes this many in one call (count). */
const BULK_LIMIT = 500;
/** Alerts with a call under way, wherever on the screen it was started. */
const busy = ref(new Set<string>());

/**
 * What a person does to an alert. Each call says in words why it didn't work, or who was faster, and returns whether it did;
 * nothing is sent while the connection is lost and the screen may be wrong.
 */
export function useAlertActions() {
  const [alerts, live, notices, session, words] = [useAlertsStore(), useLiveStore(), useNoticesStore(), useSessionStore(), useWords()];
  const { t } = words;
  const { nameOf } = usePeopleStore();
  const { problemText } = useProblemWords();
  const isBlocked = (id: string): boolean => live.hasLost || busy.value.has(id);

  /** Says so too. */
  function isOffline(): boolean {
    if (live.hasLost) notices.show('bad', t('act.offline'));
    return live.hasLost;
  }
  async function act(id: string, call: () => Promise<Alert>): Promise<Alert | undefined> {
    if (isOffline()) return undefined;
    if (busy.value.has(id)) return undefined;
    busy.value.add(id);
    try {
      const alert = await call();
      alerts.apply(alert);
      return alert;
    } catch (error) {
      notices.show('bad', await whyNot(id, error));
      return undefined;
    } finally { busy.value.delete(id); }
  }
  /** A refusal because of the state tells what the state is: most often somebody was faster. */
  async function whyNot(id: string, error: unknown): Promise<string> {
    if (!(error instanceof ApiError) || (error.code !== 'ALERT_STATE' && error.code !== 'ALERT_NOT_ACTIVE')) return problemText(error);
    try {
      const alert = await hubApi.alert(id);
      alerts.apply(alert);
      if (alert.active && alert.acked && alert.ackedBy !== undefined) return t('act.fasterAck', { who: nameOf(alert.ackedBy) });
    } catch { /* The refusal itself is what has to be said. */ }
    return problemText(error);
  }
  const isMe = (who: string | undefined): boolean => who === undefined || who === session.session?.username;

  async function acknowledge(id: string): Promise<boolean> {
    const alert = await act(id, () => hubApi.ack(id));
    if (alert !== undefined && !isMe(alert.ackedBy)) notices.show('good', t('act.fasterAck', { who: nameOf(alert.ackedBy ?? '') }));
    return alert !== undefined;
  }
  async function acknowledgeMany(ids: readonly string[]): Promise<boolean> {
    if (isOffline()) return false;
    const free = ids.filter((id) => !busy.value.has(id));
    free.forEach((id) => busy.value.add(id));
    const failed: string[] = [];
    let [done, others] = [0, 0];
    try {
      for (let from = 0; from < free.length; from += BULK_LIMIT) {
        const { data } = await hubApi.ackMany(free.slice(from, from + BULK_LIMIT));
        for (const { alert, code } of data) {
          if (alert === undefined) { failed.push(isErrorCode(code) ? words.errorTextOf(code) : t('error.title')); continue; }
          alerts.take(alert);
          if (isMe(alert.ackedBy)) done += 1; else others += 1;
        }
        alerts.flush();
      }
      if (failed.length === 0) notices.show('good', others === 0 ? t('act.bulkDone', { n: done }) : t('act.bulkDoneOthers', { n: done, others }));
      else notices.show('bad', t('act.bulkPart', { n: done + others, failed: failed.length, why: [...new Set(failed)].join(' · ') }));
    } catch (error) {
      notices.show('bad', problemText(error));
      return false;
    } finally { free.forEach((id) => busy.value.delete(id)); }
    return failed.length === 0;
  }
  const did = async (answer: Promise<Alert | undefined>): Promise<boolean> => await answer !== undefined;
  return {
    isBlocked, isOffline, acknowledge, acknowledgeMany,
    unacknowledge: (id: string) => did(act(id, () => hubApi.unack(id))),
    shelve: (id: string, shelve: AlertShelve) => did(act(id, () => hubApi.shelve(id, shelve))),
    unshelve: (id: string) => did(act(id, () => hubApi.unshelve(id))),
    assign: (id: string, assignee: string | null) => did(act(id, () => hubApi.assign(id, { assignee }))),
    escalate: (id: string, note: string) => did(act(id, () => hubApi.escalate(id, note === '' ? undefined : note))),
    comment: (id: string, note: string) => did(act(id, () => hubApi.comment(id, note))),
    clear: (id: string, note: string) => did(act(id, () => hubApi.clearAlert(id, note))),
  };
}
export type AlertActions = ReturnType<typeof useAlertActions>;
