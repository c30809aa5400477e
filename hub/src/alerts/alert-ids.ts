import type { Clock } from '../clock.js';

/** Gives a new id at each call; later ids sort after earlier ones. */
export type IdSource = () => string;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;
const TAIL_DIGITS = 16;
/** Tails fetched at once: in a storm of alerts each call for random bytes costs more than all else of an id. */
const TAILS_AT_ONCE = 128;

/**
 * Ids of 26 characters as in ULID: 48 bits of time, then 80 bits that are random, or one more than the last within the same millisecond.
 * A clock that goes back doesn't break the order: the last time seen goes on being used.
 */
export function createIdSource({ clock, random }: { clock: Clock; /** That many random bytes. */ random: (bytes: number) => Uint8Array }): IdSource {
  let time = -1;
  let timeText = '';
  /** Digits of five bits each. */
  const tail = new Uint8Array(TAIL_DIGITS);
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;

  function draw(): void {
    if (used >= pool.length) {
      pool = random(TAIL_DIGITS * TAILS_AT_ONCE);
      used = 0;
    }
    for (let digit = 0; digit < TAIL_DIGITS; digit += 1) tail[digit] = (pool[used + digit] ?? 0) & 31; // within the pool
    // The top bit stays free, so that counting on can't overflow within a millisecond.
    tail[0] = (tail[0] ?? 0) & 15;
    used += TAIL_DIGITS;
  }

  function countOn(): void {
    let digit = TAIL_DIGITS - 1;
    while (digit > 0 && tail[digit] === 31) tail[digit--] = 0;
    tail[digit] = (tail[digit] ?? 0) + 1;
  }

  return () => {
    const now = clock.now();
    if (now > time) {
      time = now;
      timeText = encodeTime(now);
      draw();
    } else countOn();
    return timeText + String.fromCharCode(...tail.map((digit) => ALPHABET.charCodeAt(digit)));
  };
}

function encodeTime(time: number): string {
  let text = '';
  for (let rest = time; text.length < TIME_DIGITS; rest = Math.floor(rest / 32)) text = (ALPHABET[rest % 32] ?? '') + text;
  return text;
}
