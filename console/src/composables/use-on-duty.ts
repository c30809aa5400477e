import { computed } from 'vue';
import { TIERS, type Tier } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { useLoaded } from './use-loaded.js';

/** Somebody on duty: on which tier, in which shift, and until when. */
export interface DutyPerson { readonly user: string; readonly tier: Tier; readonly shift: string; readonly until: number }

/** Who is on duty for an area now, those of the alert's own tier first, everybody once. */
export function useOnDuty(area: () => string, tier: () => Tier) {
  const { data, error, isLoading } = useLoaded(area, (id) => hubApi.onDuty(id));
  const people = computed((): DutyPerson[] => {
    const rank = (other: Tier): number => other === tier() ? -1 : TIERS.indexOf(other);
    const all = [...data.value?.data ?? []].sort((a, b) => rank(a.tier) - rank(b.tier)).flatMap((shift) => shift.users.map((user) => ({ user, tier: shift.tier, shift: shift.name, until: shift.until })));
    return all.filter(({ user }, index) => all.findIndex((other) => other.user === user) === index);
  });
  /** When the shift of the alert's own tier ends; undefined when nobody knows. */
  const shiftEnd = computed(() => people.value.find((person) => person.tier === tier())?.until ?? people.value[0]?.until);
  return { people, shiftEnd, error, isLoading };
}
