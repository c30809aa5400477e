import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { severityRank, type Severity } from '@liandong/protocols';
import { playTune } from '../sound/alert-tones.js';
import { usePreferencesStore } from './preferences.js';

/** `locked`: the browser makes no sound before somebody has clicked. */
export type SoundState = 'locked' | 'on' | 'muted';
/** Alerts that come within this time sound once, as the worst of them (ms). */
const GATHER_MS = 150;

/** The page's voice. */
export const useSoundStore = defineStore('sound', () => {
  const preferences = usePreferencesStore();
  const isUnlocked = ref(false);
  const state = computed<SoundState>(() => preferences.isMuted ? 'muted' : isUnlocked.value ? 'on' : 'locked');
  let context: AudioContext | undefined;
  let waiting: Severity | undefined;

  /** Only within a click or a key press will the browser agree. */
  async function unlock(): Promise<void> {
    context ??= openContext(() => { isUnlocked.value = context?.state === 'running'; });
    if (context.state !== 'running') await context.resume();
    isUnlocked.value = context.state === 'running';
  }
  async function toggle(): Promise<void> {
    const wasLocked = !isUnlocked.value;
    await unlock();
    if (preferences.isMuted) preferences.isMuted = false;
    else if (!wasLocked) preferences.isMuted = true;
    if (!preferences.isMuted) play('info');
  }
  function play(severity: Severity): void {
    if (waiting === undefined) setTimeout(() => { sound(waiting ?? severity); waiting = undefined; }, GATHER_MS);
    if (waiting === undefined || severityRank(severity) < severityRank(waiting)) waiting = severity;
  }
  function sound(severity: Severity): void {
    if (state.value === 'on' && context !== undefined) playTune(context, severity);
  }
  return { state, unlock, toggle, play };
});

function openContext(onChange: () => void): AudioContext {
  const context = new AudioContext();
  context.addEventListener('statechange', onChange);
  return context;
}
