import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Session } from '@liandong/protocols';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { useAreasStore } from './areas.js';
import { useClockStore } from './clock.js';

export type SessionState = 'in' | 'out' | 'unreachable';

/** Who is signed in. The cookie is HttpOnly, so only the hub can tell. */
export const useSessionStore = defineStore('session', () => {
  const [areas, clock] = [useAreasStore(), useClockStore()];
  const session = ref<Session>();
  /** Somebody was signed in on this page before; what it holds may be theirs. */
  const wasUsed = ref(false);
  /** Roles that may act on alerts; the hub decides, the screen only doesn't offer what it would refuse. */
  const canAct = computed(() => session.value?.role === 'admin' || session.value?.role === 'operator');
  /** Roles that may read the published means of an area. */
  const canReadAggregates = computed(() => canAct.value || session.value?.role === 'property');
  /** The hub of a sub-district, or a city; a server that doesn't say is a hub. */
  const serves = computed(() => session.value?.serves ?? 'subdistrict');
  /** Roles that the hub lets change devices. */
  const canWriteDevices = computed(() => canAct.value || session.value?.role === 'installer');

  /** Asks the hub unless it is known already. */
  const ensure = async (): Promise<SessionState> => session.value !== undefined ? 'in' : await check();
  /** Asks the hub; what is known stays until it says otherwise. */
  async function check(): Promise<SessionState> {
    try {
      await ask();
      return 'in';
    } catch (error) {
      return error instanceof ApiError && error.status === 401 ? 'out' : 'unreachable';
    }
  }
  /** With the answer comes the hub's time: before the first page asks for a range, or reads an age, on a computer whose clock is wrong. */
  async function ask(): Promise<void> {
    const answer = await hubApi.session();
    if (answer.hubTime !== undefined) clock.learn(answer.hubTime);
    session.value = answer.session;
  }
  async function signIn(username: string, password: string): Promise<void> {
    await hubApi.signIn(username, password);
    await ask();
  }
  async function signOut(): Promise<void> {
    await hubApi.signOut();
    forget();
  }
  function forget(): void { session.value = undefined; wasUsed.value = true; areas.forget(); }
  return { session, wasUsed, serves, canAct, canReadAggregates, canWriteDevices, ensure, check, signIn, signOut, forget };
});
