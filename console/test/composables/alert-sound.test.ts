import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, type EffectScope } from 'vue';
import { useAlertSound } from '../../src/composables/use-alert-sound.js';
import { useAlertsStore } from '../../src/stores/alerts.js';
import { useClockStore } from '../../src/stores/clock.js';
import { useLiveStore } from '../../src/stores/live.js';
import { useSoundStore } from '../../src/stores/sound.js';
import { anAlert } from '../support/alerts.js';
import { createFakeSocket } from '../support/fake-socket.js';

/** Plays nothing and notes when each tune begins and is cut off. */
class FakeAudio extends EventTarget {
  static log: string[] = [];
  state = 'running';
  destination = {};
  currentTime = 0;
  resume = async () => undefined;
  createGain = () => ({ gain: { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined, cancelScheduledValues: () => undefined, setTargetAtTime: () => { FakeAudio.log.push('cut'); } }, connect: () => undefined });
  createOscillator = () => {
    const tone = { type: '', frequency: { value: 0 }, connect: (next: unknown) => next, start: () => { FakeAudio.log.push(tone.type); }, stop: () => undefined };
    return tone;
  };
}
/** Tunes by their wave: critical sawtooth, major triangle, the milder ones sine; each once, however many beeps. */
const heard = (): string[] => { const tunes = FakeAudio.log.filter((entry, index, all) => entry !== all[index - 1]); FakeAudio.log = []; return tunes; };

describe('the sound of alerts', () => {
  let scope: EffectScope;
  let send: (changes: Parameters<typeof anAlert>[0]) => void;
  beforeEach(async () => {
    vi.useFakeTimers();
    vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false, title: '', documentElement: { lang: '', dataset: {} } }));
    vi.stubGlobal('AudioContext', FakeAudio);
    setActivePinia(createPinia());
    const [live, alerts, { fake, requests, socket }] = [useLiveStore(), useAlertsStore(), createFakeSocket()];
    useClockStore().start();
    live.start({ onSubscribed: () => undefined, onRefused: async () => true }, () => socket);
    fake.hear('connect');
    requests.at(-1)?.answer(null, { seq: 1, alerts: [], mode: 'snapshot' });
    let seq = 10;
    send = (changes) => { seq += 1; fake.hear('alert', { seq, alert: anAlert({ seq, ...changes }) }, () => undefined); alerts.flush(); fake.hear('heartbeat', { now: Date.now(), seq, feeds: { mqtt: 'ready', store: 'ready', rules: 'ready' } }); };
    scope = effectScope();
    scope.run(useAlertSound);
    await useSoundStore().unlock();
    FakeAudio.log = [];
  });
  afterEach(() => { scope.stop(); useLiveStore().stop(); useClockStore().stop(); vi.useRealTimers(); vi.unstubAllGlobals(); });
  /** Keeps the connection alive while time passes: a dead screen does not call. */
  const wait = (ms: number) => { for (let passed = 0; passed < ms; passed += 500) { vi.advanceTimersByTime(500); useLiveStore().$patch({ heardAt: Date.now() }); } };

  it('comes with a new alert, and for a critical one every four seconds until it is acknowledged', () => {
    send({ severity: 'critical' });
    wait(1000);
    expect(heard()).toEqual(['sawtooth']);
    wait(4000);
    expect(heard()).toContain('sawtooth');
    send({ severity: 'critical', acked: true, ackedBy: 'li.na' });
    heard();
    wait(20_000);
    expect(heard()).toEqual([]);
  });
  it('goes on by the hub\'s heartbeats where a tab in the background gets no timers', () => {
    send({ severity: 'critical' });
    wait(1000);
    heard();
    for (let beats = 0; beats < 3; beats += 1) {
      // The clock moves and no timer fires.
      vi.setSystemTime(Date.now() + 5000);
      Object.assign(document, { hidden: true });
      useLiveStore().$patch({ heardAt: Date.now() });
    }
    expect(heard().filter((tune) => tune === 'sawtooth').length).toBe(3);
  });
  it('stops in the middle of a tune when somebody acknowledges it on whatever screen', () => {
    send({ severity: 'critical' });
    vi.advanceTimersByTime(200);
    expect(heard()).toEqual(['sawtooth']);
    send({ severity: 'critical', acked: true, ackedBy: 'li.na' });
    expect(heard()).toEqual(['cut']);
  });
  it('stops when it ends with a maintenance window', () => {
    send({ severity: 'critical' });
    vi.advanceTimersByTime(200);
    heard();
    send({ severity: 'critical', active: false, clearedAt: Date.now(), endedBy: 'out-of-service' });
    expect(heard()).toEqual(['cut']);
    wait(20_000);
    expect(heard()).toEqual([]);
  });
  it('repeats a major one more slowly, in its own tone', () => {
    send({ severity: 'major' });
    wait(14_000);
    expect(heard()).toEqual(['triangle']);
    wait(2000);
    expect(heard()).toContain('triangle');
  });
  it('is silent for what is shelved, inhibited or grouped', () => {
    send({ id: 'p', severity: 'info' });
    wait(1000);
    heard();
    send({ id: 's', severity: 'critical', shelvedUntil: Date.now() + 3_600_000 });
    send({ id: 'i', severity: 'critical', inhibitedBy: 'p' });
    send({ id: 'g', severity: 'critical', groupId: 'p' });
    wait(10_000);
    expect(heard()).toEqual([]);
  });
});
