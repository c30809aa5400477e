import type { ClassicLevel } from 'classic-level';
import type { JournalRecord, Seq } from '@liandong/protocols';
import type { Logger } from '../logger.js';

/** What was given up, by kind, since the start. */
export interface ShedCounts { readonly telemetry: number; readonly events: number }

/** Room is made down to this part of the limit, so that it is not made again at once. */
const ENOUGH = 0.9;
/** Part of what may go that goes in one step: how much room it gave is known only after the disk was tidied. */
const STEP = 1 / 16;
const LEAST_STEP = 2_000;

/** Stages in their order: what each lets go. Alerts are not in the journal, and never go. */
const STAGES: readonly { readonly key: string; readonly goes: (record: JournalRecord) => boolean }[] = [
  { key: 's-telemetry', goes: ({ type }) => type === 'telemetry' || type === 'status' },
  { key: 's-events', goes: () => true },
];

export interface ShedRequest {
  readonly bytes: number;
  readonly maxBytes: number;
  /** Nothing newer goes: readers have not seen it. */
  readonly upTo: Seq;
  readonly measure: () => Promise<number>;
}

/**
 * Makes room in a journal whose hub is away: telemetry goes first, the oldest of it first, and events only when no telemetry is left. What went leaves a hole, so that
 * all others keep their sequence. How far each stage has come stands in the journal, or every start would look through all of it again.
 */
export class Shedder {
  #counts = { telemetry: 0, events: 0 };
  #isShedding = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(private readonly dependencies: { db: ClassicLevel<string, Buffer>; logger: Logger }) {}

  get counts(): ShedCounts { return this.#counts; }

  /** Answers how many bytes are used afterwards. One at a time: what one looks at the other would count again. */
  shed(request: ShedRequest): Promise<number> {
    const shed = this.#running.then(() => this.#shed(request));
    this.#running = shed.catch(() => undefined); // it is the caller's to know
    return shed;
  }

  async #shed({ bytes, maxBytes, upTo, measure }: ShedRequest): Promise<number> {
    if (bytes <= maxBytes) {
      if (bytes < maxBytes * ENOUGH) this.#isShedding = false;
      return bytes;
    }
    if (!this.#isShedding) this.dependencies.logger.warn({ maxMb: Math.round(maxBytes / 2 ** 20) }, 'no room for more while the hub is away (JOURNAL_MAX_MB, or a full disk): the oldest telemetry goes, and after all of it events');
    this.#isShedding = true;
    let left = bytes;
    for (const stage of STAGES) {
      for (let from = await this.#reached(stage.key); left > maxBytes * ENOUGH && from <= upTo;) {
        const to = Math.min(upTo, from + Math.max(LEAST_STEP, Math.ceil((upTo - from) * STEP)));
        await this.#shedRange(stage, from, to);
        left = await measure();
        from = to + 1;
      }
    }
    return left;
  }

  async #shedRange({ key: stage, goes }: typeof STAGES[number], from: Seq, to: Seq): Promise<void> {
    const { db } = this.dependencies;
    const [begin, end] = [keyOf(from), keyOf(to + 1)];
    const first = (await db.keys({ gte: 'b', lte: begin, reverse: true, limit: 1 }).all())[0] ?? begin;
    const gone = { telemetry: 0, events: 0 };
    for await (const [key, value] of db.iterator({ gte: first, lt: end })) {
      const records = JSON.parse(value.toString()) as (JournalRecord | 0)[]; // written by the journal, or below
      const start = Number.parseInt(key.slice(1), 16);
      const kept = records.map((record, index) => {
        if (record === 0 || start + index < from || start + index > to || !goes(record)) return record;
        if (record.type === 'telemetry') gone.telemetry += 1;
        else if (record.type === 'event') gone.events += 1;
        return 0;
      });
      if (kept.every((record) => record === 0)) await db.del(key);
      else await db.put(key, Buffer.from(JSON.stringify(kept)));
    }
    await db.put(stage, Buffer.from(String(to)), { sync: true });
    await db.compactRange(first, end);
    this.#counts = { telemetry: this.#counts.telemetry + gone.telemetry, events: this.#counts.events + gone.events };
  }

  /** The first sequence the stage has not looked at. */
  async #reached(stage: string): Promise<Seq> {
    const { db } = this.dependencies;
    const [value, [oldest = 'b1']] = [await db.get(stage), await db.keys({ gte: 'b', lt: 'c', limit: 1 }).all()];
    return Math.max(value === undefined ? 1 : Number(value.toString()) + 1, Number.parseInt(oldest.slice(1), 16));
  }
}

/** Of the batch that begins with it; as the journal names them. */
const keyOf = (first: Seq): string => `b${first.toString(16).padStart(14, '0')}`;
