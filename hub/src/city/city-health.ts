import type { PartState } from '@liandong/protocols';
import type { HealthProbe } from '../realtime/types.js';
import type { HubBook } from './hub-book.js';

/** How the city is. Hubs that are away degrade it and never bring it down: it shows what it has and since when it has nothing more. */
export class CityHealth implements HealthProbe {
  readonly #book: HubBook;
  #isStarting = true;

  constructor({ book }: { book: HubBook }) {
    this.#book = book;
  }

  /** Everything is open: from now on `GET /readyz` may say so. */
  startDone(): void { this.#isStarting = false; }

  parts(): Record<string, { state: PartState; detail?: string }> {
    const city = this.#isStarting ? { state: 'down' as const, detail: 'starting' } : { state: 'ready' as const };
    const states = this.#book.all().map((entry) => this.#book.view(entry).state).filter((state) => state !== 'off');
    const wrong = states.filter((state) => state !== 'ok').length;
    return { city, hubs: wrong === 0 ? { state: 'ready' } : { state: 'degraded', detail: `${wrong} of ${states.length} hubs are silent or failing` } };
  }
}
