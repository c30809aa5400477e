import { defineStore } from 'pinia';
import { computed, watch } from 'vue';
import { createDrawPace } from '../live/draw-pace.js';
import { createPictureMeter } from '../live/picture-meter.js';
import { createRateMeter } from '../live/rate-meter.js';
import { useClockStore } from './clock.js';

/** From here on several changes share a picture, and what lay between isn't seen (a second). */
const MERGED_FROM = 100;
/** What is promised of a screen in a storm; below it the page says so (pictures a second). */
const PICTURES_PROMISED = 50;
/** The lists move ten times a second at most, once at least, and take a sixth of the time; a critical alert is never held back. */
const [STORM_GAP_MS, SLOWEST_GAP_MS, DRAW_SHARE] = [100, 1000, 1 / 6];
/** Map, bars and figures that go through all alerts, in a storm (ms). */
const CALM_PARTS_MS = 2000;

/** What a storm does to this screen. `passes`: times a second that the lists move; `pictures`: a second, only when fewer than promised. */
export interface StormReading { readonly changes: number; readonly passes: number; readonly calmPartsS: number; readonly pictures: number | undefined }

/** Knows when more comes than a screen can show one by one, how often it is drawn then, and whether this computer keeps up. */
export const useStormStore = defineStore('storm', () => {
  const clock = useClockStore();
  const [changes, passes] = [createRateMeter(), createRateMeter()];
  const pace = createDrawPace({ share: DRAW_SHARE, leastMs: STORM_GAP_MS, mostMs: SLOWEST_GAP_MS, now: () => performance.now() });
  const meter = createPictureMeter({ now: () => performance.now() });
  const changesPerSecond = computed(() => changes.perSecond(clock.now));
  const isOn = computed(() => changesPerSecond.value > MERGED_FROM);
  const reading = computed((): StormReading | undefined => {
    if (!isOn.value) return undefined;
    const pictures = meter.perSecond();
    return { changes: changesPerSecond.value, passes: passes.perSecond(clock.now), calmPartsS: CALM_PARTS_MS / 1000, pictures: pictures !== undefined && pictures < PICTURES_PROMISED ? pictures : undefined };
  });
  watch(isOn, (on) => { if (on) meter.start(); else meter.stop(); });

  /** A pass over the lists begins, with so many changes. */
  function pass(count: number): void {
    changes.add(clock.localNow(), count);
    passes.add(clock.localNow(), 1);
    pace.begin();
  }
  return { reading, isOn, pass, gapMs: () => pace.gapMs, calmPartsMs: (otherwise: number) => isOn.value ? CALM_PARTS_MS : otherwise };
});
