import { useIntervalFn } from '@vueuse/core';
import { computed, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { ApiError } from '../api/api-error.js';
import { useSessionStore } from '../stores/session.js';

const DEFAULT_WAIT_S = 60;
const PROBE_MS = 3000;

type Trouble = 'wrong' | 'tooMany' | 'unreachable' | 'server' | 'missing' | 'expired';

/** Signing in, with every way it can fail said in words. Comes back to the page that asked for it. */
export function useSignIn() {
  const { t } = useI18n();
  const [route, router, session] = [useRoute(), useRouter(), useSessionStore()];
  const [username, password, isWorking, waitS] = [ref(''), ref(''), ref(false), ref(0)];
  const trouble = ref<Trouble | undefined>(troubleOf(route.query['reason']));
  const message = computed(() => trouble.value === undefined ? undefined : t(`signIn.${trouble.value}`, { n: waitS.value }));

  useIntervalFn(() => {
    if (waitS.value > 0 && --waitS.value === 0 && trouble.value === 'tooMany') trouble.value = undefined;
  }, 1000);
  // The hub was away when the page opened: as soon as it is back, say so, or go on if the session still stands.
  useIntervalFn(() => { if (trouble.value === 'unreachable' && !isWorking.value) void probe(); }, PROBE_MS);

  async function probe(): Promise<void> {
    const state = await session.ensure();
    if (state === 'in') goOn();
    else if (state === 'out') trouble.value = undefined;
  }

  async function submit(): Promise<void> {
    if (isWorking.value || waitS.value > 0) return;
    if (username.value.trim() === '' || password.value === '') { trouble.value = 'missing'; return; }
    isWorking.value = true;
    try {
      await session.signIn(username.value.trim(), password.value);
      goOn();
    } catch (error) { explain(error); } finally { isWorking.value = false; }
  }
  function goOn(): void {
    const path = localPath(route.query['return']);
    // What the page holds may be somebody else's; a fresh page holds nothing.
    if (session.wasUsed) window.location.assign(path); else void router.replace(path);
  }
  function explain(error: unknown): void {
    trouble.value = error instanceof ApiError ? kindOf(error) : 'server';
    // One more than the hub asks for: the first second of the countdown is already running.
    if (trouble.value === 'tooMany') waitS.value = 1 + ((error instanceof ApiError ? error.retryAfterS : undefined) ?? DEFAULT_WAIT_S);
    if (trouble.value === 'wrong') password.value = '';
  }
  return { username, password, isWorking, waitS, message, submit };
}

/** Only a path of this site: `//host` and `https:` would lead elsewhere. */
export const localPath = (wanted: unknown): string => typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) ? wanted : '/';

const troubleOf = (reason: unknown): Trouble | undefined => reason === 'expired' || reason === 'unreachable' ? reason : undefined;

function kindOf(error: ApiError): Trouble {
  if (error.code === 'UNREACHABLE' || error.code === 'TIMEOUT') return 'unreachable';
  if (error.code === 'TOO_MANY_REQUESTS') return 'tooMany';
  return error.status === 401 || error.status === 400 ? 'wrong' : 'server';
}
