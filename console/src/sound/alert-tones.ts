import type { Severity } from '@liandong/protocols';

/** A beep: when it starts and how long it lasts (s), and its pitch (Hz). */
interface Beep { readonly at: number; readonly length: number; readonly pitch: number }
interface Tune { readonly wave: OscillatorType; readonly loudness: number; readonly beeps: readonly Beep[] }

const beep = (at: number, length: number, pitch: number): Beep => ({ at, length, pitch });

/** One tune per severity, told apart with closed eyes: more beeps and a harder tone for worse (after IEC 60601-1-8: bursts of five, three, two, one). */
export const TUNES: Record<Severity, Tune> = {
  critical: { wave: 'sawtooth', loudness: 0.16, beeps: [beep(0, 0.11, 880), beep(0.16, 0.11, 880), beep(0.32, 0.11, 1175), beep(0.58, 0.11, 880), beep(0.74, 0.18, 1175)] },
  major: { wave: 'triangle', loudness: 0.24, beeps: [beep(0, 0.16, 660), beep(0.22, 0.16, 660), beep(0.44, 0.22, 523)] },
  minor: { wave: 'sine', loudness: 0.22, beeps: [beep(0, 0.18, 523), beep(0.26, 0.22, 440)] },
  warning: { wave: 'sine', loudness: 0.16, beeps: [beep(0, 0.24, 392)] },
  info: { wave: 'sine', loudness: 0.08, beeps: [beep(0, 0.1, 523)] },
};

/** How long until the tune of an alert that nobody has acknowledged comes again (ms); the mild ones are heard once. */
export const REPEAT_MS: Readonly<Partial<Record<Severity, number>>> = { critical: 4000, major: 15_000, minor: 60_000 };

/** Plays a severity's tune on an audio context that runs; ends by itself, or at once when what it returns is called. */
export function playTune(context: AudioContext, severity: Severity): () => void {
  const voices: { tone: OscillatorNode; gain: GainNode }[] = [];
  const { wave, loudness, beeps } = TUNES[severity];
  for (const { at, length, pitch } of beeps) {
    const start = context.currentTime + 0.02 + at;
    const [tone, gain] = [context.createOscillator(), context.createGain()];
    tone.type = wave;
    tone.frequency.value = pitch;
    // Ramps instead of steps: a step is heard as a click.
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(loudness, start + 0.012);
    gain.gain.setValueAtTime(loudness, start + length - 0.03);
    gain.gain.linearRampToValueAtTime(0, start + length);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + length + 0.02);
    voices.push({ tone, gain });
  }
  return () => {
    for (const { tone, gain } of voices) {
      gain.gain.cancelScheduledValues(context.currentTime);
      gain.gain.setTargetAtTime(0, context.currentTime, 0.01);
      tone.stop(context.currentTime + 0.05);
    }
  };
}
