import { SEVERITIES, type AreaId, type EscalationAnswer, type EscalationBody, type EscalationPolicy, type FieldFault } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import { requireUnchanged } from '../changed-meanwhile.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { insertAudit } from '../identity/audit-log.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { FieldError } from '../problem.js';
import type { EscalationPolicies } from './policies.js';

/** Policies of areas. Each method checks permission first; an area out of the caller's own does not exist (AREA_NOT_FOUND). */
export interface EscalationService {
  /** The policy in force there, whichever area it is set on. */
  get(principal: Principal, area: AreaId): Promise<EscalationAnswer>;
  /** The area's own from now on; alerts that run keep theirs. The same again makes no version. Throws VALIDATION_FAILED for less time to clear than to acknowledge, CHANGED_MEANWHILE when `body.version` is given and not that of the area's own policy (0: it has none). */
  put(principal: Principal, area: AreaId, body: EscalationBody): Promise<EscalationAnswer>;
  /** Takes the area's own back, if it has one; answers what is in force there now. */
  remove(principal: Principal, area: AreaId): Promise<EscalationAnswer>;
}

export function createEscalationService({ db, clock, areas, policies }: { db: Db; clock: Clock; areas: AreaTree; policies: EscalationPolicies }): EscalationService {
  function answer(area: AreaId): EscalationAnswer {
    const pin = policies.inForce(area);
    const own = pin.policyArea === undefined ? undefined : policies.own(pin.policyArea);
    return { ...policies.body(pin), version: pin.policyVersion, ...(own === undefined ? {} : { from: own.area, updatedAt: own.at, updatedBy: own.by }) };
  }

  async function edit(principal: Principal, area: AreaId, body: EscalationPolicy | undefined, read?: number): Promise<void> {
    const version = await db.transaction().execute(async (trx) => {
      const last = await policies.last(trx, area);
      requireUnchanged(read, last?.body === undefined ? { ...last, version: 0 } : last);
      const made = await policies.write(trx, clock, { area, body, by: principal.name });
      const action = body === undefined ? 'escalation.removed' : 'escalation.changed';
      await insertAudit(trx, made.at, [{ by: principal.name, action, target: area, detail: `version ${made.version}${body === undefined ? '' : `: ${inWords(body)}`}` }]);
      return made;
    });
    policies.remember(version);
  }

  return {
    async get(principal, area) {
      requirePermission(principal, 'duty:read');
      areas.requireVisible(principal, area);
      return answer(area);
    },
    async put(principal, area, { version, ...policy }) {
      requirePermission(principal, 'duty:write');
      areas.requireVisible(principal, area);
      requireOrder(policy);
      const own = policies.own(area)?.body;
      if (own === undefined || inWords(own) !== inWords(policy)) await edit(principal, area, policy, version);
      return answer(area);
    },
    async remove(principal, area) {
      requirePermission(principal, 'duty:write');
      areas.requireVisible(principal, area);
      if (policies.own(area) !== undefined) await edit(principal, area, undefined);
      return answer(area);
    },
  };
}

/** Time to clear is never less than time to acknowledge: it would call those of the next tier while the first are still within theirs. @throws FieldError */
function requireOrder(policy: EscalationPolicy): void {
  const faults = SEVERITIES.flatMap((severity): FieldFault[] => {
    const { ackWithinS = 0, resolveWithinS = Infinity } = policy[severity] ?? {};
    return resolveWithinS < ackWithinS ? [{ path: `/${severity}/resolveWithinS`, message: `must be ${ackWithinS} or more, as ackWithinS`, keyword: 'minimum', limit: ackWithinS }] : [];
  });
  if (faults.length === 0) return;
  throw new FieldError({ zh: '多久未恢复再升级，不能短于多久未确认就升级。', en: `resolveWithinS must not be less than ackWithinS: ${faults.map(({ path }) => path).join(', ')}.` }, faults);
}

/** Says all of a policy, the same for the same one: seconds to acknowledge, and to resolve behind a slash. */
function inWords(policy: EscalationPolicy): string {
  const steps = SEVERITIES.flatMap((severity) => {
    const step = policy[severity];
    return step === undefined ? [] : [`${severity} ${step.ackWithinS}${step.resolveWithinS === undefined ? '' : `/${step.resolveWithinS}`} s`];
  });
  return steps.length === 0 ? 'nothing escalates' : steps.join(', ');
}
