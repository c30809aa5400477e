import type { CommunityProfile } from '@liandong/protocols';
import { driftAt, streamOf, unitAt } from '../random.js';
import { bump, dayNumber, hourOf } from './day.js';
import { createRadio } from './radio.js';
import { plausibleValues, type TelemetryModel } from './values.js';
import type { Weather } from './weather.js';

/** Hours of the collection rounds (UTC+8), and the hours at which people bring most. */
const HABITS: Record<CommunityProfile, { rounds: readonly number[]; peaks: readonly number[] }> = {
  'urban': { rounds: [6.5, 14, 21.5], peaks: [7.5, 12.5, 19] },
  'old-estate': { rounds: [6, 15.5, 22], peaks: [7, 11.5, 18.5] },
  'commercial': { rounds: [5.5, 13, 18, 23], peaks: [12.5, 16, 20] },
  'campus': { rounds: [6, 13.5, 20.5], peaks: [8, 12, 18] },
  'rural': { rounds: [8, 18], peaks: [7, 12, 18] },
};
/** Share of rounds that come too late for the bin, when the baseline is not asked to be calm. */
const LATE_SHARE = 0.03;

/** A street bin with an ultrasonic level sensor: fills in steps as people come, emptied by the rounds of its community. */
export function createWasteBin({ seed, id, profile, weather, isCalm }: { seed: number; id: string; profile: CommunityProfile; weather: Weather; isCalm: boolean }): TelemetryModel {
  const [shift, target, visits, lid] = ['shift', 'target', 'visits', 'lid'].map((name) => streamOf(seed, `${id}/${name}`)) as [number, number, number, number]; // four names in
  const radio = createRadio(seed, id);
  const { rounds, peaks } = HABITS[profile];
  // the truck needs the best part of an hour for its tour
  const tour = rounds.map((hour) => hour + 0.75 * (unitAt(shift, 0) - 0.5));

  /** The round before and the round after, as absolute hours since the day began, and a number that is this stretch's own. */
  const stretchAt = (simMs: number): { number: number; fromHour: number; toHour: number } => {
    const hour = hourOf(simMs);
    const done = tour.filter((at) => at <= hour).length;
    const number = dayNumber(simMs) * tour.length + done;
    const fromHour = tour[done - 1] ?? (tour[tour.length - 1] ?? 0) - 24;
    return { number, fromHour, toHour: tour[done] ?? (tour[0] ?? 0) + 24 };
  };
  const fillAt = (simMs: number): number => {
    const { number, fromHour, toHour } = stretchAt(simMs);
    const progress = brought(peaks, fromHour, hourOf(simMs)) / brought(peaks, fromHour, toHour);
    const isLate = !isCalm && unitAt(target, number * 2) < LATE_SHARE;
    const full = isLate ? 82 + 15 * unitAt(target, number * 2 + 1) : 32 + 42 * unitAt(target, number * 2 + 1);
    return 3 + (full - 3) * stepped(visits + number, progress, 24 + Math.floor(24 * unitAt(visits, number)));
  };
  return (simMs) => plausibleValues({
    fill_level: fillAt(simMs),
    temperature: weather.temperature(simMs) + 1 + 0.5 * driftAt(visits ^ 1, simMs / 600_000),
    tilted: false,
    lid_open: unitAt(lid, Math.floor(simMs / 10_000)) < 0.02,
    ...radio(simMs),
  });
}

/** How much is brought between two hours: a trickle all day, more at the peaks. In steps of a quarter of an hour. */
function brought(peaks: readonly number[], fromHour: number, toHour: number): number {
  let sum = 0;
  for (let hour = fromHour; hour < toHour; hour += 0.25) {
    const clock = ((hour % 24) + 24) % 24;
    sum += Math.min(0.25, toHour - hour) * (0.12 + peaks.reduce((all, peak) => all + bump(clock, peak, 1.3), 0));
  }
  return sum;
}

/** Progress 0–1 as a stair of `steps` uneven visits: never down, each at its own moment and of its own size. */
function stepped(stream: number, progress: number, steps: number): number {
  const position = Math.min(steps, Math.max(0, progress * steps));
  const step = Math.floor(position);
  const done = position - step >= unitAt(stream ^ 1, step) ? step + 1 : step;
  if (done <= 0 || done >= steps) return done <= 0 ? 0 : 1;
  return (done + 0.8 * (unitAt(stream, done) - 0.5)) / steps;
}
