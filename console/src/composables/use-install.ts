import { useEventListener } from '@vueuse/core';
import { computed, onScopeDispose, ref, shallowRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { DEVICE_KINDS, type Credentials } from '@liandong/protocols';
import { codeInScan } from '../install/claim-code.js';
import { keepShell } from '../install/offline-shell.js';
import type { InstallForm } from '../install/form-queue.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';
import { useInstallQueueStore } from '../stores/install-queue.js';
import { useNoticesStore } from '../stores/notices.js';
import { useSessionStore } from '../stores/session.js';
import { useHubReach } from './use-hub-reach.js';
import { useLeaving, useTabQuestion } from './use-leaving.js';
import { claimOf, emptyDraft, useInstallDraft } from './use-install-draft.js';
import { useProblemWords } from './use-problem-words.js';
import { useWords } from './use-words.js';

/** The installer's way from the box to the green light. */
export function useInstall() {
  const [route, router, words] = [useRoute(), useRouter(), useWords()];
  const { problemText } = useProblemWords();
  const [areas, clock, queue, notices, session] = [useAreasStore(), useClockStore(), useInstallQueueStore(), useNoticesStore(), useSessionStore()];
  const draft = useInstallDraft();
  const [photo, credentials, copied] = [shallowRef<Blob>(), shallowRef<Credentials>(), shallowRef<Credentials>()];
  const [isWorking, wasSaved, problem] = [ref(false), ref(false), ref<string>()];
  const leaving = useLeaving(() => credentials.value !== undefined && credentials.value !== copied.value);
  // Of what was sent later the store has the passwords, as long as the page is not loaded anew.
  useTabQuestion(() => queue.delivered.some((result) => result.credentials !== undefined));
  /** The last form lies on the phone; no longer once it was delivered or refused, which the note above says. */
  const isSaved = computed(() => wasSaved.value && queue.waiting.length > 0);
  const { reach, ask } = useHubReach(() => void catchUp());
  const place = computed(() => draft.value.area === undefined ? undefined : words.placeName(draft.value.area));

  takeLink();
  clock.start();
  onScopeDispose(() => clock.stop());
  if (session.session !== undefined) localStorage.setItem('liandong.install.user', session.session.username);
  void catchUp();
  // A page that lies in the pocket for days is none that is opened: what was added meanwhile is read when it is looked at again.
  useEventListener(document, 'visibilitychange', () => { if (document.visibilityState === 'visible') void areas.loadOrRecall().catch(reportError); });
  const isKept = ref(false);
  keepShell().then((kept) => { isKept.value = kept; }, reportError);

  /** A printed label's link carries the code; the address forgets it at once, so that it doesn't stay in the history. */
  function takeLink(): void {
    const [code, kind, device] = [route.query['code'], route.query['kind'], route.query['device']];
    const found = typeof code === 'string' ? codeInScan(code) : undefined;
    if (found !== undefined) draft.value = { ...emptyDraft(), area: draft.value.area, code: found, kind: DEVICE_KINDS.find((each) => each === kind) };
    else if (typeof device === 'string' && device !== '') draft.value = { ...emptyDraft(), deviceId: device, step: 4 };
    if (Object.keys(route.query).length > 0) void router.replace({ path: route.path });
  }
  async function catchUp(): Promise<void> {
    try { await session.ensure(); await areas.loadOrRecall(); await queue.refresh(); await queue.flush(); } catch (error) { notices.show('bad', words.errorText(error)); }
  }
  async function submit(): Promise<void> {
    [isWorking.value, problem.value] = [true, undefined];
    try {
      const result = await queue.submit(claimOf(draft.value), photo.value);
      credentials.value = result.credentials;
      if (result.device !== undefined) watchDevice(result.device.id);
      else if (result.state === 'refused') problem.value = problemText(result.error);
      else if (result.state === 'waits') { another(); wasSaved.value = true; void ask(); }
      if (result.state === 'done' && result.isPhotoLost) notices.show('bad', words.t('install.photoLost'));
    } catch { problem.value = words.t('install.notStored'); } finally { isWorking.value = false; }
  }
  function watchDevice(deviceId: string): void {
    const index = queue.delivered.findIndex((result) => result.device?.id === deviceId);
    if (index >= 0) { credentials.value = queue.delivered[index]?.credentials; queue.dismiss(index); }
    draft.value = { ...draft.value, code: '', deviceId, step: 4 };
    [photo.value, wasSaved.value] = [undefined, false];
  }
  /** The next device mostly hangs in the same community and is of the same kind. */
  function another(): void {
    const { area, kind } = draft.value;
    draft.value = { ...emptyDraft(), area, kind };
    [photo.value, credentials.value, wasSaved.value, problem.value] = [undefined, undefined, false, undefined];
  }
  async function fix({ id, claim, photo: kept }: InstallForm): Promise<void> {
    const { code, area, location, name, install, reportingIntervalS } = claim;
    credentials.value = undefined;
    draft.value = { ...emptyDraft(), code, area, location, placedBy: location && 'map', name: name ?? '', install: { ...install }, kind: draft.value.kind, intervalMin: reportingIntervalS && reportingIntervalS / 60 };
    photo.value = kept;
    wasSaved.value = false;
    await queue.discard(id);
  }
  /** Whatever shows another device instead asks before it leaves a password behind. */
  const asking = <A extends unknown[]>(act: (...of: A) => unknown) => async (...of: A): Promise<void> => { if (await leaving.mayGo()) await act(...of); };
  return { draft, photo, credentials, copied, leaving, isWorking, isSaved, isKept, problem, reach, place, submit, watchDevice: asking(watchDevice), another: asking(another), fix: asking(fix) };
}
