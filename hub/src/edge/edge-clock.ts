import type { EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { EdgeState } from './edge-state.js';

/** An HTTP date counts whole seconds, and the answer was on its way for a while. */
const TOLERANCE_MS = 2_000;
/** A clock this wrong is told of: somebody should see to it, though it does no harm while the hub is there to compare with. */
const WRONG_MS = 60_000;

/**
 * The hub's time, as far as is known: this box's clock and how far it was off when the hub last answered. Boxes have clocks without a battery; readings without a time
 * of their own, and alerts, must be dated in the hub's time, also while it is away.
 */
export class EdgeClock implements Clock {
  #offsetMs = 0;

  constructor(private readonly dependencies: { own: Clock; state: EdgeState; logger: Logger }) {}

  now(): EpochMs { return this.dependencies.own.now() + this.#offsetMs; }

  /** Hub time minus this box's. */
  get offsetMs(): number { return this.#offsetMs; }
  get isWrong(): boolean { return Math.abs(this.#offsetMs) >= WRONG_MS; }

  async load(): Promise<void> {
    const saved = await this.dependencies.state.load('clock');
    if (typeof saved === 'number') this.#offsetMs = saved;
  }

  /** The hub's clock showed `date` (the Date header of an answer) between `sentAt` and `receivedAt` of this box's own clock. */
  async compare(date: string | undefined, sentAt: EpochMs, receivedAt: EpochMs): Promise<void> {
    const hubAt = Date.parse(date ?? '') + 500; // within that second
    const offsetMs = hubAt - (sentAt + receivedAt) / 2;
    if (!(Math.abs(offsetMs - this.#offsetMs) > TOLERANCE_MS + (receivedAt - sentAt) / 2)) return; // false for no date, too
    this.#offsetMs = Math.round(offsetMs);
    if (this.isWrong) this.dependencies.logger.warn({ offsetS: Math.round(offsetMs / 1000) }, 'the clock of this box is wrong; it goes by the hub\'s');
    await this.dependencies.state.save('clock', this.#offsetMs);
  }
}
