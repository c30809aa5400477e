import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';

/** `insecure`: browsers allow notifications under HTTPS or on the machine itself only. `unsupported`: a phone's browser, that lets no page notify by itself. `denied`: the person said no to the browser, which won't ask again. */
export type NotifierState = 'insecure' | 'unsupported' | 'denied' | 'off' | 'on';

/** The switch of the browser's notifications: on only after somebody has pressed it and the browser has agreed. */
export const useNotifierStore = defineStore('notifier', () => {
  const isWanted = useLocalStorage('liandong.notify', false);
  const isThere = typeof Notification !== 'undefined' && globalThis.isSecureContext;
  const permission = ref<NotificationPermission>(isThere ? Notification.permission : 'denied');
  const isRefused = ref(false);
  const state = computed<NotifierState>(() => !isThere ? 'insecure' : isRefused.value ? 'unsupported' : permission.value === 'denied' ? 'denied' : isWanted.value && permission.value === 'granted' ? 'on' : 'off');

  async function toggle(): Promise<void> {
    if (!isThere || isRefused.value) return;
    if (state.value === 'on') { isWanted.value = false; return; }
    permission.value = Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission;
    isWanted.value = permission.value === 'granted';
  }
  /** The browser has said yes and throws all the same. */
  const refuse = (): void => { isRefused.value = true; };
  return { state, toggle, refuse };
});
