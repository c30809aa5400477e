import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { AreaId, EscalationAnswer } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { useClockStore } from './clock.js';

/** A policy read longer ago than this is asked for again: somebody may have edited it (ms). */
const FRESH_MS = 60_000;

/** Escalation policies by area, read when something on the screen asks for them. Without one the bars say less, and nothing else is missing. */
export const usePoliciesStore = defineStore('policies', () => {
  const clock = useClockStore();
  const byArea = shallowRef<ReadonlyMap<AreaId, EscalationAnswer>>(new Map());
  const askedAt = new Map<AreaId, number>();

  /** The policy as far as it is known; asks for it when it isn't, or is old. */
  function policyOf(area: AreaId): EscalationAnswer | undefined {
    const asked = askedAt.get(area);
    if (asked === undefined || clock.localNow() - asked > FRESH_MS) {
      askedAt.set(area, clock.localNow());
      void read(area);
    }
    return byArea.value.get(area);
  }
  async function read(area: AreaId): Promise<void> {
    try {
      const answer = await hubApi.escalation(area);
      byArea.value = new Map(byArea.value).set(area, answer);
    } catch { /* Asked again in a minute; until then the clock's own times have to do. */ }
  }
  return { byArea, policyOf };
});
