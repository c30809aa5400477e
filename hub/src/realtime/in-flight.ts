import type { Seq } from '@liandong/protocols';
import type { LiveSocket } from './socket-server.js';

/**
 * The alerts that were sent to a screen and that it has not acknowledged yet, oldest first, and none beyond a number. A ring of numbers: with an entry in a map and a function for each alert and screen, a storm
 * left more for the garbage collector than all else that is done for alerts.
 */
export class InFlight {
  readonly #ids: Float64Array;
  readonly #seqs: Float64Array;
  readonly #sweeps: Float64Array;
  readonly #capacity: number;
  #first = 0;
  /** From the oldest one to the newest, with those in between that were acknowledged before their turn. */
  #span = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#ids = new Float64Array(capacity);
    this.#seqs = new Float64Array(capacity);
    this.#sweeps = new Float64Array(capacity);
  }

  get size(): number { return this.#size; }
  get isFull(): boolean { return this.#span >= this.#capacity; }
  /** Undefined when there is none. */
  get oldestSeq(): Seq | undefined { return this.#span === 0 ? undefined : this.#seqs[this.#first]; }
  /** The sweep at which the oldest was sent; undefined when there is none. */
  get oldestSweep(): number | undefined { return this.#span === 0 ? undefined : this.#sweeps[this.#first]; }

  /** `id`: by which it will be acknowledged. Not when it is full. */
  add(id: number, seq: Seq, sweep: number): void {
    if (this.isFull) throw new RangeError('More alerts are in flight than there is room for.');
    const at = this.#at(this.#span);
    this.#ids[at] = id;
    this.#seqs[at] = seq;
    this.#sweeps[at] = sweep;
    this.#span += 1;
    this.#size += 1;
  }

  /** It was acknowledged. Says whether it was in flight; the same alert may be so twice, and is then acknowledged twice. */
  take(id: number): boolean {
    let index = 0;
    while (index < this.#span && this.#ids[this.#at(index)] !== id) index += 1; // nearly always the first
    if (index === this.#span) return false;
    this.#ids[this.#at(index)] = TAKEN;
    this.#size -= 1;
    while (this.#span > 0 && this.#ids[this.#first] === TAKEN) {
      this.#first = this.#at(1);
      this.#span -= 1;
    }
    return true;
  }

  clear(): void {
    this.#span = 0;
    this.#size = 0;
  }

  #at(index: number): number { return (this.#first + index) % this.#capacity; }
}

/** Ids count up from 0. */
const TAKEN = -1;

type Acknowledgement = (...args: unknown[]) => void;

/** In the place of Socket.IO's map of acknowledgements it waits for: it asks this for an id once, when that is acknowledged, and calls what it gets. */
class Acknowledgements extends Map<number, Acknowledgement> {
  constructor(private readonly inFlight: InFlight, private readonly onTaken: Acknowledgement) {
    super();
  }

  override get(id: number): Acknowledgement | undefined {
    return super.get(id) ?? (this.inFlight.take(id) ? this.onTaken : undefined);
  }
}

/** From now on the socket takes out of `inFlight` what its screen acknowledges. For a socket that has asked nothing yet. */
export function acknowledging(socket: LiveSocket, inFlight: InFlight, onTaken: () => void): void {
  (socket as unknown as { acks: Map<number, Acknowledgement> }).acks = new Acknowledgements(inFlight, onTaken); // private in the typings
}
