import { computed } from 'vue';
import type { Shift } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { useSessionStore } from '../stores/session.js';
import { useLoaded } from './use-loaded.js';
import { useWords } from './use-words.js';

/** Who the hub says did what nobody did. */
const HUB = 'hub';

/** People by user name. Only an admin may list them; to others those of the shifts are known, by their user names. */
export function usePeople(shifts: () => readonly Shift[] = () => []) {
  const session = useSessionStore();
  const { t } = useWords();
  const { data } = useLoaded(() => session.session?.role === 'admin', async (mayList) => mayList ? await hubApi.userList() : []);
  const names = computed(() => new Map([...(session.session === undefined ? [] : [[session.session.username, session.session.name] as const]), ...(data.value ?? []).map(({ username, name }) => [username, name] as const)]));
  const nameOf = (username: string): string => names.value.get(username) ?? (username === HUB ? t('audit.hub') : username);
  const options = computed(() => [...new Set([...names.value.keys(), ...shifts().flatMap(({ users }) => users)])].map((value) => ({ value, label: nameOf(value) === value ? value : `${nameOf(value)} · ${value}` })));
  return { nameOf, options };
}
