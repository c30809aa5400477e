import type { Feature } from './feature.js';
import type { Logger } from './logger.js';

/** Starts features in order and stops what was started in reverse; one that fails to stop does not keep the others open. */
export class FeatureStack {
  readonly #started: { name: string; feature: Feature }[] = [];
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  async start(name: string, feature: Feature): Promise<void> {
    // Kept first: a start that fails halfway has things to close too.
    this.#started.push({ name, feature });
    await feature.start();
  }

  async stop(): Promise<void> {
    for (let last = this.#started.pop(); last !== undefined; last = this.#started.pop()) {
      try {
        await last.feature.stop();
      } catch (error) {
        this.#logger.error({ err: error, feature: last.name }, 'a part did not stop cleanly');
      }
    }
  }
}
