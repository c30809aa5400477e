import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { hubApi } from '../api/hub-api.js';
import { useClockStore } from './clock.js';
import { useSessionStore } from './session.js';

/** A name that isn't known is asked for again after this: somebody may have been added meanwhile (ms). */
const AGAIN_MS = 60_000;

/** What people are called, by user name, as far as the caller may know it; read when a name on the screen asks for it. Without it user names are shown. */
export const usePeopleStore = defineStore('people', () => {
  const [session, clock] = [useSessionStore(), useClockStore()];
  const listed = shallowRef<ReadonlyMap<string, string>>(new Map());
  let askedAt: number | undefined;
  watch(() => session.session?.username, () => { listed.value = new Map(); askedAt = undefined; });
  const names = computed((): ReadonlyMap<string, string> => session.session === undefined ? listed.value : new Map([[session.session.username, session.session.name], ...listed.value]));

  function nameOf(username: string): string {
    const name = names.value.get(username);
    if (name === undefined) ask();
    return name ?? username;
  }
  function ask(): void {
    if (!session.canAct || (askedAt !== undefined && clock.localNow() - askedAt < AGAIN_MS)) return;
    askedAt = clock.localNow();
    const who = session.session?.username;
    hubApi.peopleOf().then((people) => {
      if (session.session?.username === who) listed.value = new Map(people.map(({ username, name }) => [username, name]));
    }, () => undefined); // Asked again in a minute; until then it is user names.
  }
  return { nameOf };
});
