import type { Alert, Seq, SubscribeAnswer } from '@liandong/protocols';
import type { AlertService } from '../alerts/types.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Principal } from '../identity/principal.js';
import type { ChangeTail } from './change-tail.js';
import { parseSubscribe } from './requests.js';
import type { Scope, Scopes } from './scope.js';
import type { Screen } from './screen.js';

export interface Subscription { readonly scope: Scope; readonly answer: SubscribeAnswer; /** Changes after this one are to follow. */ readonly from: Seq }

/**
 * Works out the answer to `subscribe`, with the screen's earlier subscription held still meanwhile; the caller answers and then follows
 * from `from`. On a resume `answer.seq` is the newest change, so that a screen can show how far it has caught up; what it may resume
 * from next time moves only with the events it gets.
 * A snapshot may show changes after its `seq`; they come again as events, in order, and end in the same state.
 */
export function createSubscriptions({ alerts, changes, tail, scopes }: {
  alerts: Pick<AlertService, 'active'>; changes: Pick<ChangeLog, 'after'>; tail: Pick<ChangeTail, 'seq'>; scopes: Scopes;
}): { open(principal: Principal, screen: Screen, request: unknown): Promise<Subscription> } {
  async function snapshot(principal: Principal, scope: Scope): Promise<SubscribeAnswer> {
    const seq = tail.seq; // before the query: what it can't show yet is sent afterwards
    return { seq, alerts: scope.hasAlerts ? await activeAlerts(principal, scope) : [], mode: 'snapshot' };
  }

  function activeAlerts(principal: Principal, { areas, devices }: Scope): Promise<Alert[]> {
    return alerts.active(principal, { ...(areas && { areas: [...areas] }), ...(devices && { devices: [...devices] }) });
  }

  /** A `since` of another life of the hub, or older than what is kept, is of no use. */
  async function canResume(since: Seq): Promise<boolean> {
    return await changes.after(since, 1) !== undefined;
  }

  return {
    async open(principal, screen, request) {
      const valid = parseSubscribe(request);
      const scope = scopes.resolve(principal, valid);
      const unpause = screen.pause();
      try {
        if (valid.since !== undefined && await canResume(valid.since)) {
          return { scope, answer: { seq: Math.max(valid.since, tail.seq), alerts: [], mode: 'resume' }, from: valid.since };
        }
        const answer = await snapshot(principal, scope);
        return { scope, answer, from: answer.seq };
      } catch (error) {
        unpause();
        throw error;
      }
    },
  };
}
