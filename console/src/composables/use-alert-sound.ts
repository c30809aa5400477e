import { useEventListener } from '@vueuse/core';
import { onScopeDispose, watch } from 'vue';
import { worstOf } from '../live/alert-counts.js';
import { REPEAT_MS } from '../sound/alert-tones.js';
import { useAlertsStore } from '../stores/alerts.js';
import { useClockStore } from '../stores/clock.js';
import { useLiveStore } from '../stores/live.js';
import { useSoundStore } from '../stores/sound.js';

const LOOK_MS = 500;

/** A new alert is heard; the worst that nobody has acknowledged again and again, each severity at its own pace, until it is, whoever does it on whatever screen. */
export function useAlertSound(): void {
  const [alerts, sound, live, clock] = [useAlertsStore(), useSoundStore(), useLiveStore(), useClockStore()];
  /** Only what needs a person counts here: nothing acknowledged, shelved, inhibited or grouped. */
  const calling = () => { void alerts.version; return live.hasLost ? undefined : worstOf(alerts.counts.needing); };
  const { off } = alerts.onNews((alert) => { if (!live.hasLost) sound.play(alert.severity); });
  function look(): void {
    const worst = calling();
    const every = worst === undefined ? undefined : REPEAT_MS[worst];
    if (worst !== undefined && every !== undefined && clock.localNow() - sound.lastAt() >= every) sound.play(worst);
  }
  const timer = setInterval(look, LOOK_MS);
  // In the background timers may come once a minute; the hub's heartbeats go on.
  watch(() => live.heardAt, look, { flush: 'sync' });
  watch(calling, (worst) => { sound.hush(worst); }, { flush: 'sync' });
  onScopeDispose(() => { clearInterval(timer); off(); sound.hush(undefined); });
  // Any first click or key will do, wherever it lands. Not the press before a click: what it changes on the screen must not move the button from under the finger.
  for (const event of ['click', 'keydown'] as const) useEventListener(document, event, () => { if (sound.state === 'locked') void sound.unlock(); });
}
