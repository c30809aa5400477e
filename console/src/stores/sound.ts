import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { severityRank, type Severity } from '@liandong/protocols';
import { isPageHidden } from '../live/page-hidden.js';
import { playTune } from '../sound/alert-tones.js';
import { useClockStore } from './clock.js';
import { usePreferencesStore } from './preferences.js';

/** `locked`: the browser makes no sound before somebody has clicked. */
export type SoundState = 'locked' | 'on' | 'muted';
/** Alerts that come within this time sound once, as the worst of them (ms). */
const GATHER_MS = 150;

interface Playing { readonly severity: Severity | undefined; readonly stop: () => void }
const NOTHING: Playing = { severity: undefined, stop: () => undefined };

/** The page's voice. */
export const useSoundStore = defineStore('sound', () => {
  const [preferences, clock] = [usePreferencesStore(), useClockStore()];
  const isUnlocked = ref(false);
  const state = computed<SoundState>(() => preferences.isMuted ? 'muted' : isUnlocked.value ? 'on' : 'locked');
  let context: AudioContext | undefined;
  let waiting: Severity | undefined;
  let gather: ReturnType<typeof setTimeout> | undefined;
  let playing = NOTHING;
  let soundedAt = 0;

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
  /** Of several within a moment the worst is heard. A page in the background has no reliable timers, so it sounds at once. */
  function play(severity: Severity): void {
    if (isPageHidden()) { sound(severity); return; }
    gather ??= setTimeout(() => { gather = undefined; const worst = waiting; waiting = undefined; if (worst !== undefined) sound(worst); }, GATHER_MS);
    if (waiting === undefined || severityRank(severity) < severityRank(waiting)) waiting = severity;
  }
  function sound(severity: Severity): void {
    if (state.value !== 'on' || context === undefined) return;
    playing.stop();
    playing = { severity, stop: playTune(context, severity) };
    soundedAt = clock.localNow();
  }
  /** Silences at once what sounds or is about to for anything worse than `but`: it has been taken care of. */
  function hush(but: Severity | undefined): void {
    const isOver = (severity: Severity | undefined) => severity !== undefined && (but === undefined || severityRank(severity) < severityRank(but));
    if (isOver(waiting)) waiting = undefined;
    if (isOver(playing.severity)) { playing.stop(); playing = NOTHING; }
  }
  /** When the last tune began. */
  const lastAt = (): number => soundedAt;
  return { state, unlock, toggle, play, hush, lastAt };
});

function openContext(onChange: () => void): AudioContext {
  const context = new AudioContext();
  context.addEventListener('statechange', onChange);
  return context;
}
