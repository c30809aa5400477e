import { defineStore } from 'pinia';
import { computed, ref, shallowRef, toRaw } from 'vue';
import type { Claim } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { createFormQueue, isDelivered, type Delivered, type InstallForm, type Sent } from '../install/form-queue.js';
import { createIndexedFormStorage } from '../install/form-storage.js';
import { useSessionStore } from './session.js';

const storage = createIndexedFormStorage();

/** Forms filled in on this phone that the hub doesn't have yet. */
export const useInstallQueueStore = defineStore('install-queue', () => {
  const session = useSessionStore();
  const queue = createFormQueue({ storage, claim: hubApi.claim, uploadPhoto: hubApi.uploadPhoto });
  const forms = shallowRef<readonly InstallForm[]>([]);
  /** Answers to forms that were sent later, with credentials that are shown this once; only in memory. */
  const delivered = ref<Delivered[]>([]);
  const own = computed(() => forms.value.filter((form) => form.by === owner()));
  const waiting = computed(() => own.value.filter((form) => form.refused === undefined));
  const refused = computed(() => own.value.filter((form) => form.refused !== undefined));
  let sending: Promise<void> | undefined;

  async function refresh(): Promise<void> { forms.value = await storage.all(); }
  /** Stores the form first, then tries to send it; whatever happens to the network or the page, it isn't lost. */
  async function submit(claim: Claim, photo: Blob | undefined): Promise<Sent> {
    const form: InstallForm = { id: newId(), by: owner(), at: Date.now(), claim: structuredClone(toRaw(claim)), ...(photo === undefined ? {} : { photo }) };
    await storage.put(form);
    const result = await queue.send(form);
    // The writer sees what is wrong and sends a new form.
    if (result.state === 'refused') await storage.remove(form.id);
    await refresh();
    return result;
  }
  /** Sends what waits. One at a time, however often it is asked for. */
  function flush(): Promise<void> {
    sending ??= deliver().finally(() => { sending = undefined; });
    return sending;
  }
  async function deliver(): Promise<void> {
    if (session.session === undefined) return;
    delivered.value = [...delivered.value, ...(await queue.sendAll(owner())).filter(isDelivered)];
    await refresh();
  }
  async function discard(id: string): Promise<void> { await storage.remove(id); await refresh(); }
  const dismiss = (index: number) => { delivered.value = delivered.value.filter((_, at) => at !== index); };
  /** Offline nobody is known to be signed in; the phone remembers who was. */
  const owner = (): string => session.session?.username ?? localStorage.getItem('liandong.install.user') ?? '';
  return { forms, waiting, refused, delivered, refresh, submit, flush, discard, dismiss };
});

/** `crypto.randomUUID` needs HTTPS; the page works on plain HTTP too. */
const newId = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
