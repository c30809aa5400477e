import { METRICS, POLLUTANTS, aqiOf, type AqiRule, type Concentrations, type EpochMs, type MetricKey, type Pollutant } from '@liandong/protocols';
import type { Condition } from './condition.js';
import type { Judge } from './device-memory.js';
import type { Extra } from './extra.js';
import { HourMean, type SavedHour } from './hour-mean.js';
import type { SampleWatch } from './watches.js';

/** Means of an hour move slowly: judged once a minute of device time, however often a device reports. */
const JUDGED_EVERY_MS = 60_000;

type SavedMeans = Partial<Record<Pollutant, SavedHour>>;

/** The real-time AQI of one device: the hour's means of what it measures, judged once when all values of a message are in. */
class AqiWatch implements Extra, Judge {
  isDue = false;
  readonly #means = new Map<Pollutant, HourMean>();
  #judgedTs = -Infinity;

  constructor(private readonly rule: AqiRule, private readonly condition: Condition) {}

  watch(pollutant: Pollutant): SampleWatch {
    return (ts, _at, value) => {
      if (typeof value !== 'number' || !this.condition.device.isWatched) return; // out of service it may be the gas it is calibrated with
      this.#meanOf(pollutant).add(ts, value);
      this.condition.isAged = true;
      this.condition.device.judgeLater(this);
    };
  }

  judge(ts: EpochMs, at: EpochMs): void {
    if (ts - this.#judgedTs < JUDGED_EVERY_MS) return;
    this.#judgedTs = ts;
    const means: Concentrations = {};
    for (const [pollutant, mean] of this.#means) {
      const value = mean.at(ts, this.condition.device.entry.device.reportingIntervalS);
      if (value !== undefined) means[pollutant] = value;
    }
    const found = aqiOf(means);
    if (found === undefined) return this.condition.leave(false, ts, at);
    const level = this.rule.bands.findLastIndex(({ limit }) => found.aqi >= limit);
    if (level < 0) return this.condition.leave(found.aqi < this.rule.clearAt, ts, at);
    this.condition.facts = {
      what: { zh: found.primary.map((pollutant) => METRICS[pollutant].label.zh).join('、'), en: found.primary.map((pollutant) => METRICS[pollutant].label.en).join(', ') },
    };
    this.condition.enter(level, ts, at, found.aqi);
  }

  limitTimes(now: EpochMs): void {
    this.#judgedTs = -Infinity;
    for (const mean of this.#means.values()) mean.limitTimes(now);
  }

  save(): SavedMeans | undefined {
    const saved: SavedMeans = {};
    for (const [pollutant, mean] of this.#means) {
      const hour = mean.save();
      if (hour !== undefined) saved[pollutant] = hour;
    }
    return Object.keys(saved).length === 0 ? undefined : saved;
  }

  /** Cast: what `save` gave. */
  load(saved: unknown): void {
    for (const pollutant of POLLUTANTS) {
      const hour = (saved as SavedMeans)[pollutant];
      if (hour !== undefined) this.#meanOf(pollutant).load(hour);
    }
  }

  #meanOf(pollutant: Pollutant): HourMean {
    const known = this.#means.get(pollutant);
    if (known !== undefined) return known;
    const made = new HourMean();
    this.#means.set(pollutant, made);
    return made;
  }
}

export function watchAqi(rule: AqiRule, condition: Condition): (metric: MetricKey) => SampleWatch {
  const watch = new AqiWatch(rule, condition);
  condition.extra = watch;
  return (metric) => watch.watch(metric as Pollutant); // an AQI rule listens to pollutants only
}
