import { computed, type ComputedRef } from 'vue';
import type { OnDuty } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';
import { useSessionStore } from '../stores/session.js';
import { useLoaded } from './use-loaded.js';

/** Somebody may have changed the calendar (ms). */
const AGAIN_MS = 60_000;

/** The shift that is on duty for what the screen is of, of its own tier; undefined where the calendar has none now, and for people who may not read it. */
export function useShiftNow(): ComputedRef<OnDuty['data'][number] | undefined> {
  const [areas, clock, session] = [useAreasStore(), useClockStore(), useSessionStore()];
  const { data } = useLoaded(() => ({ area: session.canAct ? areas.place?.id : undefined, turn: Math.floor(clock.hubNow / AGAIN_MS) }), async ({ area }) => area === undefined ? undefined : hubApi.onDuty(area));
  return computed(() => data.value?.data.find(({ tier, until }) => tier === areas.place?.level && until > clock.hubNow));
}
