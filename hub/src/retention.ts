import { LIMITS, type EpochMs, type Seq } from '@liandong/protocols';
import type { ChangeLog } from './changes/change-log.js';
import type { Clock } from './clock.js';
import type { Feature } from './feature.js';
import type { Logger } from './logger.js';
import { Rounds } from './rounds.js';
import type { TelemetryStore } from './telemetry/types.js';

const EVERY_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** The change log waits so long for the notifier, and no longer: what wasn't told by then would be given up. */
const NOTIFIER_MS = DAY_MS;

export interface RetentionDependencies {
  telemetry: Pick<TelemetryStore, 'dropBefore'>;
  changes: Pick<ChangeLog, 'dropBefore'>;
  /** The change up to which it was decided what is told; undefined: nothing waits for that. */
  notifier?: { position(): Seq | undefined };
  /** Rows of the database, by how long they are kept; looked after once a day. */
  rows: readonly { readonly days: number; dropBefore(at: EpochMs): Promise<void> }[];
  telemetryDays: number;
  /** Gate events are records about people and go earlier. */
  eventDays: number;
  clock: Clock;
  logger: Logger;
}

/** Drops what is past its time: telemetry, events, rows of the database, and the change log beyond what screens may resume. */
export class Retention implements Feature {
  readonly #dependencies: RetentionDependencies;
  readonly #rounds = new Rounds(EVERY_MS, () => this.run());
  #rowsAt: EpochMs | undefined;

  constructor(dependencies: RetentionDependencies) {
    this.#dependencies = dependencies;
  }

  start(): Promise<void> { return this.#rounds.start(); }
  stop(): Promise<void> { return this.#rounds.stop(); }

  /** One round now; what fails is tried again in the next. */
  async run(): Promise<void> {
    const { telemetry, changes, notifier, rows, telemetryDays, eventDays, clock, logger } = this.#dependencies;
    const now = clock.now();
    try {
      await changes.dropBefore(now - LIMITS.resumeMs, notifier?.position());
      if (notifier !== undefined) await changes.dropBefore(now - NOTIFIER_MS);
      if (this.#rowsAt === undefined || now - this.#rowsAt >= DAY_MS || now < this.#rowsAt) {
        for (const { days, dropBefore } of rows) await dropBefore(now - days * DAY_MS);
        this.#rowsAt = now;
      }
      await telemetry.dropBefore({ telemetry: now - telemetryDays * DAY_MS, events: now - eventDays * DAY_MS });
    } catch (error) {
      logger.warn({ err: error }, 'retention could not drop what is past its time; it tries again in ten minutes');
    }
  }
}
