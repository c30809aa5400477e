import { useEventListener, useIntervalFn } from '@vueuse/core';
import { watch } from 'vue';
import { useAlertsStore } from '../stores/alerts.js';
import { useLiveStore } from '../stores/live.js';
import { useSoundStore } from '../stores/sound.js';

const REPEAT_MS = 4000;

/** A new alert is heard; a critical one again and again until it is acknowledged or the page is muted. */
export function useAlertSound(): void {
  const [alerts, sound, live] = [useAlertsStore(), useSoundStore(), useLiveStore()];
  alerts.onRaised((alert) => sound.play(alert.severity));
  const hasCritical = () => alerts.needing.some((alert) => alert.severity === 'critical');
  const { pause, resume } = useIntervalFn(() => sound.play('critical'), REPEAT_MS, { immediate: false });
  watch(() => hasCritical() && sound.state === 'on' && !live.hasLost, (isCalling) => { if (isCalling) resume(); else pause(); }, { immediate: true });
  // Any first click or key will do, wherever it lands. Not the press before a click: what it changes on the screen must not move the button from under the finger.
  for (const event of ['click', 'keydown'] as const) useEventListener(document, event, () => { if (sound.state === 'locked') void sound.unlock(); });
}
