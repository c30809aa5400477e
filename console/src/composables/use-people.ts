import { computed } from 'vue';
import { hubApi } from '../api/hub-api.js';
import { usePeopleStore } from '../stores/people.js';
import { useLoaded } from './use-loaded.js';
import { useWords } from './use-words.js';

/** Who the hub says did what nobody did. */
const HUB = 'hub';

/** What people are called, by user name. */
export function usePeople() {
  const people = usePeopleStore();
  const { t } = useWords();
  return { nameOf: (username: string): string => username === HUB ? t('audit.hub') : people.nameOf(username) };
}

/** Those who may be on duty in an area, to choose from; `more` are chosen already and stay in the list, even if they may no longer. */
export function usePeopleOf(area: () => string, more: () => readonly string[] = () => []) {
  const { nameOf } = usePeople();
  const { data } = useLoaded(area, async (of) => of === '' ? [] : await hubApi.peopleOf(of));
  const people = computed(() => data.value ?? []);
  const options = computed(() => [
    ...people.value.map(({ username, name }) => ({ value: username, label: name === username ? name : `${name} · ${username}` })),
    ...more().filter((user) => !people.value.some(({ username }) => username === user)).map((value) => ({ value, label: nameOf(value) })),
  ]);
  return { people, options };
}
