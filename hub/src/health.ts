import type { PartState } from '@liandong/protocols';
import type { UplinkSource } from './broker/types.js';
import type { DatabaseProbe } from './database/postgres/database-probe.js';
import type { Feature } from './feature.js';
import type { Journal } from './journal/journal.js';
import type { HealthProbe } from './realtime/types.js';
import type { RuleEvaluator } from './rules/rule-evaluator.js';
import type { StoreWriter } from './telemetry/store-writer.js';

const CHECK_MS = 5000;

export interface HealthDependencies {
  source: UplinkSource;
  journal: Journal;
  storeWriter: StoreWriter;
  evaluator: Pick<RuleEvaluator, 'state'>;
  /** Of a database server; a file needs no asking. */
  database?: DatabaseProbe | undefined;
}

/**
 * How each part is. A store that is down is `degraded`: ingest and alerts go on and the writer catches up.
 * Store and database server are asked now and then, so that an outage shows on a quiet hub too.
 */
export class Health implements HealthProbe, Feature {
  readonly #dependencies: HealthDependencies;
  #timer: NodeJS.Timeout | undefined;
  #isStarting = true;

  constructor(dependencies: HealthDependencies) {
    this.#dependencies = dependencies;
  }

  async start(): Promise<void> {
    if (this.#timer !== undefined) return;
    await this.#check();
    this.#timer = setInterval(() => void this.#check(), CHECK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Everything is open: from now on `GET /readyz` may say so. */
  startDone(): void {
    this.#isStarting = false;
  }

  parts(): Record<string, { state: PartState; detail?: string }> {
    const { source, storeWriter, evaluator, database } = this.#dependencies;
    const hub = this.#isStarting ? { hub: { state: 'down' as const, detail: 'starting' } } : {};
    return { ...hub, broker: source.state(), journal: this.#journal(), store: storeWriter.state(), rules: { state: evaluator.state() }, ...(database === undefined ? {} : { database: database.state() }) };
  }

  async #check(): Promise<void> {
    const { storeWriter, database } = this.#dependencies;
    await Promise.all([storeWriter.check(), database?.check()]);
  }

  #journal(): { state: PartState; detail?: string } {
    const { journal } = this.#dependencies;
    if (journal.writeFailure !== undefined) return { state: 'down', detail: `can not write: ${journal.writeFailure}` };
    if (journal.isOverLimit) return { state: 'down', detail: 'full: its readers are too far behind (JOURNAL_MAX_MB)' };
    return { state: 'ready' };
  }
}
