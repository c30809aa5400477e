import type { Alert, SubscribeAnswer } from '@liandong/protocols';
import type { AlertService } from '../alerts/types.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Principal } from '../identity/principal.js';
import type { ChangeTail } from './change-tail.js';
import { parseSubscribe, type ValidSubscribe } from './requests.js';
import type { Scope, Scopes } from './scope.js';
import type { Screen } from './screen.js';

export interface Subscription { readonly scope: Scope; readonly answer: SubscribeAnswer }

/**
 * Works out the answer to `subscribe`, with the screen's earlier subscription held still meanwhile; the caller answers and then follows
 * from `answer.seq`. On a resume that is `since` itself: whoever loses the connection half-way must not skip what is still to come.
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
  async function canResume({ since }: ValidSubscribe): Promise<boolean> {
    return since !== undefined && await changes.after(since, 1) !== undefined;
  }

  return {
    async open(principal, screen, request) {
      const valid = parseSubscribe(request);
      const scope = scopes.resolve(principal, valid);
      const unpause = screen.pause();
      try {
        const answer: SubscribeAnswer = valid.since !== undefined && await canResume(valid)
          ? { seq: valid.since, alerts: [], mode: 'resume' }
          : await snapshot(principal, scope);
        return { scope, answer };
      } catch (error) {
        unpause();
        throw error;
      }
    },
  };
}
