import type { AggregateRow, AreaId, PullDetail } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Feature } from '../feature.js';
import { backOffMs } from '../notifications/back-off.js';
import { pause } from '../pause.js';
import { readAlerts, readAreas, readPage } from './hub-answers.js';
import { levelsOf, type HubBook, type HubEntry, type PullTask } from './hub-book.js';
import type { HubAnswer, HubClient } from './hub-client.js';
import { PullError } from './pull-error.js';
import type { PullStore, PullStream } from './pull-store.js';

export interface PullTuning {
  /** Between two looks at the aggregates; a hub publishes once a minute. */
  readonly everyMs: number;
  /** Between two readings of the list of areas. */
  readonly areasEveryMs: number;
  /** Longest pause after failures. */
  readonly longestPauseMs: number;
  /** A whole exchange; the wait for alerts comes on top. */
  readonly timeoutMs: number;
  /** How long a hub holds an answer without alerts (s). */
  readonly waitS: number;
  /** Rows of one page, and so what one hub has in memory. */
  readonly pageRows: number;
}
export const PULL_TUNING: PullTuning = { everyMs: 15_000, areasEveryMs: 60_000, longestPauseMs: 60_000, timeoutMs: 30_000, waitS: 20, pageRows: 2_500 };

export interface HubPullerDependencies {
  readonly hub: HubEntry; readonly client: HubClient; readonly store: PullStore; readonly book: HubBook; readonly areas: AreaTree; readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
  readonly tuning: PullTuning;
}

/** Pages of one look; a hub that never ends gives the thread and itself a rest. */
const MOST_PAGES = 400;
/** Many changes come in one answer rather than one by one. */
const AGAIN_MS = 50;
/** A hub that doesn't hold answers is asked for alerts this often. */
const UNHELD_MS = 2_000;

/** Pulls one hub, until it is stopped: aggregates in one loop, alerts in another. What goes wrong in one hinders neither the other nor any other hub. */
export class HubPuller implements Feature {
  readonly #dependencies: HubPullerDependencies;
  #stopping: AbortController | undefined;
  #loops: Promise<unknown> = Promise.resolve();
  #areasReadAt = -Infinity;
  readonly #etags = new Map<PullStream, string>();

  constructor(dependencies: HubPullerDependencies) {
    this.#dependencies = dependencies;
  }

  async start(): Promise<void> {
    if (this.#stopping !== undefined) return;
    const { tuning } = this.#dependencies;
    const { signal } = this.#stopping = new AbortController();
    this.#loops = Promise.all([this.#loop('aggregates', () => this.#pullAggregates(signal), signal), this.#loop('alerts', (failures) => this.#pullAlerts(signal, failures > 0 ? 0 : tuning.waitS), signal)]);
  }

  async stop(): Promise<void> {
    this.#stopping?.abort();
    await this.#loops;
    this.#stopping = undefined;
    this.#dependencies.client.close();
  }

  /** `round` is told of the failures in a row (1 before the first, when nothing is known) and gives the pause until the next. Never rejects. */
  async #loop(task: PullTask, round: (failures: number) => Promise<number>, signal: AbortSignal): Promise<void> {
    const { random, tuning, book, hub } = this.#dependencies;
    for (let failures = 1; !signal.aborted;) {
      let pauseMs: number;
      try {
        pauseMs = await round(failures);
        failures = 0;
        book.recovered(hub.id, task);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        pauseMs = Math.max(this.#failed(task, error) ?? 0, Math.min(backOffMs(failures, random()), tuning.longestPauseMs));
      }
      await pause(pauseMs, signal);
    }
  }

  /** Gives the wait the hub asked for. */
  #failed(task: PullTask, error: unknown): number | undefined {
    const { hub, book, onError } = this.#dependencies;
    if (!(error instanceof PullError)) {
      onError(error); // ours, not the hub's
      return undefined;
    }
    book.troubled(hub.id, task, error);
    return error.retryAfterMs;
  }

  async #pullAggregates(signal: AbortSignal): Promise<number> {
    const { hub, tuning, random } = this.#dependencies;
    if (performance.now() - this.#areasReadAt >= tuning.areasEveryMs) await this.#pullAreas(signal);
    for (const level of levelsOf(hub.detail)) await this.#pullLevel(level, signal);
    return tuning.everyMs * (0.9 + random() * 0.2);
  }

  async #pullAreas(signal: AbortSignal): Promise<void> {
    const { hub, store } = this.#dependencies;
    const answer = await this.#get('/aggregates/areas', signal);
    const { data } = readAreas(answer.body);
    if (!data.some(({ area, level }) => area === hub.id && level === 'subdistrict')) {
      const found = data.filter(({ level }) => level === 'subdistrict').map(({ area }) => area).slice(0, 5);
      throw new PullError('foreign', found.length === 0 ? `its token sees no sub-district ${hub.id}` : `it has ${found.join(', ')} and no sub-district ${hub.id}`);
    }
    const freed = hub.withheld;
    hub.withheld = await store.takeAreas(hub.id, data);
    // What was left out before comes with everything else again; the cursor has passed it.
    if (freed.some((area) => !hub.withheld.includes(area))) for (const level of levelsOf(hub.detail)) await store.restart(hub.id, level);
    this.#areasReadAt = performance.now();
    await this.#heard(answer);
  }

  /** Page by page until there is no more. */
  async #pullLevel(level: PullDetail, signal: AbortSignal): Promise<void> {
    const { hub, store, tuning } = this.#dependencies;
    for (let [pages, isAnew] = [0, false]; pages < MOST_PAGES; pages += 1) {
      const { cursor } = await store.position(hub.id, level);
      const query = new URLSearchParams({ level, limit: String(tuning.pageRows), ...(cursor === undefined ? {} : { since: cursor }) });
      const answer = await this.#getFrom(level, `/aggregates?${query.toString()}`, signal);
      if (answer === undefined) {
        // Its own cursor of a moment ago: the next look begins anew.
        if (isAnew) throw new PullError('garbage', 'it refuses its own cursors');
        isAnew = true;
        continue;
      }
      if (answer.body === undefined) return this.#heard(answer); // 304: nothing has changed
      const { rows, next, watermark } = readPage(answer.body);
      const isLast = next === cursor;
      const isComplete = isLast && level === 'subdistrict';
      await store.takeRows(hub.id, level, { rows: await this.#ownRows(rows, signal), next, isLast, watermark: isComplete ? watermark : undefined });
      if (isComplete) hub.watermark = watermark;
      await this.#heard(answer);
      if (!isLast) continue;
      if (answer.etag !== undefined) this.#etags.set(level, answer.etag);
      return;
    }
  }

  /** Rows of areas that are the hub's own here. One that was made since the list was read is looked up first. */
  async #ownRows(rows: AggregateRow[], signal: AbortSignal): Promise<AggregateRow[]> {
    const { areas, hub } = this.#dependencies;
    const isKnown = (area: AreaId): boolean => areas.get(area) !== undefined || hub.withheld.includes(area);
    const strangers = new Set(rows.map(({ area }) => area).filter((area) => !isKnown(area)));
    if (strangers.size > 0) await this.#pullAreas(signal);
    return rows.filter(({ area }) => areas.ancestor(area, 'subdistrict')?.id === hub.id);
  }

  async #pullAlerts(signal: AbortSignal, waitS: number): Promise<number> {
    const { hub, store, tuning, areas } = this.#dependencies;
    const { cursor } = await store.position(hub.id, 'alerts');
    const began = performance.now();
    const query = new URLSearchParams({ limit: '200', wait: String(waitS), ...(cursor === undefined ? {} : { since: cursor }) });
    const answer = await this.#getFrom('alerts', `/city/alerts?${query.toString()}`, signal, tuning.timeoutMs + waitS * 1000);
    if (answer === undefined) return UNHELD_MS;
    const { data, next, isMore } = readAlerts(answer.body);
    const isOwn = ({ subdistrict, area }: (typeof data)[number]): boolean => (subdistrict ?? areas.ancestor(area, 'subdistrict')?.id) === hub.id;
    await store.takeAlerts(hub.id, { alerts: data.filter(isOwn), next, isLast: !isMore });
    await this.#heard(answer);
    if (isMore) return 0;
    // Held, or not meant to be: then it is asked again at once. An older hub or a proxy that doesn't hold is given time.
    return data.length === 0 && waitS > 0 && performance.now() - began < UNHELD_MS ? UNHELD_MS : AGAIN_MS;
  }

  /** Undefined when the hub refused the cursor: the pull begins anew. */
  async #getFrom(stream: PullStream, path: string, signal: AbortSignal, timeoutMs?: number): Promise<HubAnswer | undefined> {
    const { hub, store } = this.#dependencies;
    try {
      return await this.#get(path, signal, { timeoutMs, etag: this.#etags.get(stream) });
    } catch (error) {
      if (!(error instanceof PullError) || error.code !== 'CURSOR_INVALID' || !path.includes('since=')) throw error;
      this.#etags.delete(stream);
      await store.restart(hub.id, stream);
      return undefined;
    }
  }

  #get(path: string, signal: AbortSignal, { timeoutMs, etag }: { timeoutMs?: number | undefined; etag?: string | undefined } = {}): Promise<HubAnswer> {
    const { client, tuning } = this.#dependencies;
    return client.send({ path, signal, timeoutMs: timeoutMs ?? tuning.timeoutMs, etag });
  }

  #heard(answer: HubAnswer): Promise<void> {
    const { book, hub } = this.#dependencies;
    return book.heard(hub.id, answer);
  }
}
