import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { EpochMs, Heartbeat, SocketProblem, SubscribeAnswer, TelemetryDelta } from '@liandong/protocols';
import { createChangeTracker } from '../live/change-tracker.js';
import { feedState, isLost } from '../live/feed-state.js';
import { createLiveSocket, type LiveSocket } from '../live/live-socket.js';
import { createRateMeter } from '../live/rate-meter.js';
import { useAlertsStore } from './alerts.js';
import { useAreasStore } from './areas.js';
import { useClockStore } from './clock.js';
import { useFleetStore } from './fleet.js';

/** How long `subscribe` may stay unanswered, and how long a silent socket may stand, before the line is taken down and built anew (ms). */
const ANSWER_WITHIN_MS = 10_000;
const REBUILD_AFTER_MS = 12_000;
const RETRY_MS = 2000;

export interface LiveHooks {
  /** A subscription stands: the areas and devices are to be read again, and after a snapshot everything else that came by REST. */
  onSubscribed: (mode: SubscribeAnswer['mode']) => void;
  /** The hub refuses this socket; the session may be over. Resolves to whether to try again. */
  onRefused: () => Promise<boolean>;
}
/** How the last loss ended; `caughtUp` is undefined after a snapshot. */
export interface Recovery { at: EpochMs; caughtUp: number | undefined }

/** The one live connection of the page. */
export const useLiveStore = defineStore('live', () => {
  const clock = useClockStore();
  const alerts = useAlertsStore();
  const areas = useAreasStore();
  const fleet = useFleetStore();
  const tracker = createChangeTracker();
  const rate = createRateMeter();
  const [isConnected, isSubscribed] = [ref(false), ref(false)];
  const heardAt = ref<EpochMs>();
  const telemetryAt = ref<EpochMs>();
  const startedAt = ref(clock.localNow());
  const feeds = ref<Heartbeat['feeds']>();
  /** More new alerts than a person can take in, as the hub counts them. */
  const flood = ref<Heartbeat['flood']>();
  const recovery = ref<Recovery>();
  const state = computed(() => feedState({ isConnected: isConnected.value, isSubscribed: isSubscribed.value, heardAt: heardAt.value, startedAt: startedAt.value }, clock.now));
  const hasLost = computed(() => isLost(state.value));
  /** Values a second that reach this screen, over the last ten seconds. */
  const valuesPerSecond = computed(() => rate.perSecond(clock.now));
  let socket: LiveSocket | undefined;
  let watchdog: ReturnType<typeof setInterval> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function start(hooks: LiveHooks, createSocket: () => LiveSocket = createLiveSocket): void {
    if (socket !== undefined) return;
    const opened = createSocket();
    socket = opened;
    startedAt.value = clock.localNow();
    listen(opened, hooks);
    watchdog = setInterval(() => rebuildWhenSilent(opened), 1000);
    opened.connect();
  }
  function stop(): void {
    clearInterval(watchdog);
    clearTimeout(retry);
    socket?.removeAllListeners();
    socket?.disconnect();
    socket = undefined;
    [isConnected.value, isSubscribed.value, heardAt.value, telemetryAt.value] = [false, false, undefined, undefined];
  }
  function listen(opened: LiveSocket, hooks: LiveHooks): void {
    opened.on('connect', () => { isConnected.value = true; subscribe(opened, hooks); });
    opened.on('disconnect', () => {
      [isConnected.value, isSubscribed.value] = [false, false];
      tracker.abandon();
      if (!opened.active) retryLater(opened, hooks);
    });
    opened.on('connect_error', () => { if (!opened.active) retryLater(opened, hooks); });
    opened.on('alert', ({ seq, alert }, ack) => { tracker.take({ seq, apply: () => alerts.take(alert) }); ack(); noteCaughtUp(); });
    opened.on('device', ({ seq, device }) => { tracker.take({ seq, apply: () => fleet.applyDevice(seq, device) }); noteCaughtUp(); });
    opened.on('area', ({ area }) => areas.apply(area));
    opened.on('telemetry', (delta) => { telemetryAt.value = clock.localNow(); rate.add(clock.localNow(), countValues(delta)); fleet.applyTelemetry(delta); });
    opened.on('heartbeat', (beat) => { clock.learn(beat.now); [feeds.value, flood.value] = [beat.feeds, beat.flood]; hear(); alerts.heard(); });
  }
  function subscribe(opened: LiveSocket, hooks: LiveHooks): void {
    const since = tracker.since();
    tracker.begin();
    opened.timeout(ANSWER_WITHIN_MS).emit('subscribe', since === undefined ? {} : { since }, (failure: Error | null, answer: SubscribeAnswer | SocketProblem) => {
      // Disconnected: the next connection subscribes anew.
      if (!opened.connected) return;
      if (failure !== null) { rebuild(opened); return; }
      if ('error' in answer) { tracker.abandon(); opened.disconnect(); return; }
      accept(opened, hooks, answer);
    });
  }
  function accept(opened: LiveSocket, hooks: LiveHooks, answer: SubscribeAnswer): void {
    const wasLost = heardAt.value !== undefined;
    const isSettled = tracker.settle(answer, () => alerts.replaceActive(answer.alerts));
    if (!isSettled) { subscribe(opened, hooks); return; }
    isSubscribed.value = true;
    hear();
    if (wasLost) recovery.value = { at: clock.localNow(), caughtUp: answer.mode === 'resume' ? tracker.caughtUp() : undefined };
    hooks.onSubscribed(answer.mode);
  }
  function hear(): void { heardAt.value = clock.localNow(); clock.tick(); }
  function noteCaughtUp(): void {
    if (recovery.value?.caughtUp !== undefined && recovery.value.caughtUp !== tracker.caughtUp()) recovery.value = { ...recovery.value, caughtUp: tracker.caughtUp() };
  }
  /** A half-open line looks connected for minutes; the hub's heartbeat says otherwise. */
  function rebuildWhenSilent(opened: LiveSocket): void {
    const since = heardAt.value ?? startedAt.value;
    if (opened.connected && isSubscribed.value && clock.localNow() - since > REBUILD_AFTER_MS) rebuild(opened);
  }
  function rebuild(opened: LiveSocket): void {
    tracker.abandon();
    opened.io.engine.close();
  }
  /** socket.io leaves a refused or dismissed socket alone; this one tries again unless the session is over. */
  function retryLater(opened: LiveSocket, hooks: LiveHooks): void {
    clearTimeout(retry);
    retry = setTimeout(() => {
      void hooks.onRefused().then((isWorthTrying) => { if (isWorthTrying && socket === opened) opened.connect(); });
    }, RETRY_MS);
  }
  return { state, hasLost, heardAt, telemetryAt, feeds, flood, recovery, valuesPerSecond, start, stop };
});

const countValues = (delta: TelemetryDelta): number => Object.values(delta.devices).reduce((sum, values) => sum + Object.keys(values).length, 0);
