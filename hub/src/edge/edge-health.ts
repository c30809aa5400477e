import type { PartState } from '@liandong/protocols';
import type { UplinkSource } from '../broker/types.js';
import type { Journal } from '../journal/journal.js';
import type { HealthProbe } from '../realtime/types.js';
import type { RuleEvaluator } from '../rules/rule-evaluator.js';
import type { EdgeClock } from './edge-clock.js';
import type { HubLink } from './hub-link.js';
import type { RegistryKeeper } from './registry-keeper.js';
import type { Uplink } from './uplink.js';

export interface EdgeHealthDependencies {
  readonly source: UplinkSource; readonly journal: Journal; readonly evaluator: Pick<RuleEvaluator, 'state'>;
  readonly link: HubLink; readonly uplink: Uplink; readonly keeper: RegistryKeeper; readonly clock: EdgeClock;
}
type Part = { state: PartState; detail?: string };

/** How each part of an edge is. A hub that is away is `degraded`: everything here goes on without it. */
export class EdgeHealth implements HealthProbe {
  #isStarting = true;

  constructor(private readonly dependencies: EdgeHealthDependencies) {}

  startDone(): void { this.#isStarting = false; }

  parts(): Record<string, Part> {
    const { source, evaluator, keeper } = this.dependencies;
    return {
      ...(this.#isStarting ? { edge: { state: 'down', detail: 'starting' } } : {}),
      broker: source.state(), journal: this.#journal(), store: { state: 'ready', detail: 'none at an edge; history is the hub\'s' }, rules: { state: evaluator.state() },
      uplink: this.#uplink(), registry: keeper.state(), clock: this.#clock(),
    };
  }

  #journal(): Part {
    const { journal } = this.dependencies;
    if (journal.writeFailure !== undefined) return { state: 'down', detail: `can not write: ${journal.writeFailure}` };
    const { telemetry, events } = journal.shed;
    return telemetry + events === 0 ? { state: 'ready' } : { state: 'degraded', detail: `given up for want of room since the start: ${telemetry} readings, ${events} events (JOURNAL_MAX_MB)` };
  }

  #uplink(): Part {
    const { link, uplink } = this.dependencies;
    const waiting = uplink.backlog;
    if (link.failure !== undefined) return { state: 'degraded', detail: `${link.failure}; ${waiting} records wait` };
    return waiting === 0 ? { state: 'ready' } : { state: 'ready', detail: `${waiting} records of the backlog wait` };
  }

  #clock(): Part {
    const { clock } = this.dependencies;
    return clock.isWrong ? { state: 'degraded', detail: `this box's clock is ${Math.round(-clock.offsetMs / 1000)} s off the hub's; it goes by the hub's` } : { state: 'ready' };
  }
}
