import { computed } from 'vue';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { airPicture } from '../live/air-quality.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';
import { useSessionStore } from '../stores/session.js';
import { useLoaded } from './use-loaded.js';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
/** A new hour is looked for this often (ms). */
const AGAIN_MS = 300_000;
/** Communities are compared in the newest hour that is published, which the hour before may still be (ms). */
const COMPARED_MS = 3 * HOUR_MS;

/** The air of what the screen is of, from the hub's published means of each hour. `picture` is undefined while nothing has been read, for people who may not read it, and where a server has none. */
export function useAirQuality() {
  const [areas, clock, session] = [useAreasStore(), useClockStore(), useSessionStore()];
  const { data, error } = useLoaded(
    () => ({ place: session.canReadAggregates ? areas.place : undefined, turn: Math.floor(clock.hubNow / AGAIN_MS) }),
    async ({ place, turn }) => {
      if (place === undefined) return undefined;
      const hour = Math.floor(turn * AGAIN_MS / HOUR_MS) * HOUR_MS;
      const [whole, parts] = await Promise.all([
        hubApi.hourlyRows({ area: place.id, from: hour - DAY_MS, to: hour + HOUR_MS }),
        place.level === 'community' ? [] : hubApi.hourlyRows({ level: 'community', from: hour - COMPARED_MS, to: hour + HOUR_MS }),
      ]);
      return { place: whole, parts };
    },
  );
  const picture = computed(() => data.value === undefined ? undefined : airPicture(data.value, clock.hubNow));
  const hasFailed = computed(() => error.value !== undefined && !(error.value instanceof ApiError && error.value.code === 'NOT_FOUND'));
  return { picture, hasFailed };
}
