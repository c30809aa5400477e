import type { AreaId } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Feature } from '../feature.js';
import type { HubBook } from './hub-book.js';
import { createHubClient, type HubClient, type HubRequest } from './hub-client.js';
import { HubPuller, PULL_TUNING, type PullTuning } from './hub-puller.js';
import { PullError } from './pull-error.js';
import type { PullStore } from './pull-store.js';

/** A puller for each hub that is switched on. */
export interface Pullers extends Feature {
  /** A hub was registered, changed or removed: its puller stops, and begins anew where there is still one to be. Resolves when the old one has stopped. */
  apply(id: AreaId): Promise<void>;
  /** One call to a hub outside its pull. @throws PullError */
  send(id: AreaId, request: Pick<HubRequest, 'path' | 'body'>): Promise<unknown>;
}
export interface PullersDependencies {
  readonly book: HubBook; readonly store: PullStore; readonly areas: AreaTree; readonly clock: Clock; readonly random: () => number; readonly onError: (error: unknown) => void;
  readonly tuning?: Partial<PullTuning>;
}

/** A person waits for these. */
const CALL_MS = 10_000;

export function createPullers({ book, store, areas, clock, random, onError, tuning }: PullersDependencies): Pullers {
  const running = new Map<AreaId, { puller: HubPuller; client: HubClient }>();
  const calls = new AbortController();
  let isRunning = false;
  let turn: Promise<void> = Promise.resolve();

  async function renew(id: AreaId): Promise<void> {
    await running.get(id)?.puller.stop();
    running.delete(id);
    const hub = book.get(id);
    if (!isRunning || hub === undefined || !hub.isEnabled) return;
    const client = createHubClient(hub, { clock });
    const puller = new HubPuller({ hub, client, store, book, areas, clock, random, onError, tuning: { ...PULL_TUNING, ...tuning } });
    running.set(id, { puller, client });
    await puller.start();
  }
  /** One after the other: two changes of one hub must not leave two pullers. */
  function inTurn(work: () => Promise<unknown>): Promise<void> {
    const done = turn.then(async () => { await work(); });
    turn = done.catch(() => undefined); // told to whoever asked
    return done;
  }

  return {
    async start() {
      if (isRunning) return;
      isRunning = true;
      await inTurn(() => Promise.all(book.all().map(({ id }) => renew(id))));
    },
    async stop() {
      isRunning = false;
      calls.abort();
      await inTurn(() => Promise.all([...running.keys()].map(renew)));
    },
    apply: (id) => inTurn(() => renew(id)),
    async send(id, request) {
      const hub = running.get(id);
      if (hub === undefined) throw new PullError('unreachable', 'its pull is switched off');
      return (await hub.client.send({ ...request, timeoutMs: CALL_MS, signal: calls.signal })).body;
    },
  };
}
