import type { Clock } from '../clock.js';

/** Gives a new id at each call; later ids sort after earlier ones. */
export type IdSource = () => string;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Ids of 26 characters as in ULID: 48 bits of time, then 80 bits that are random, or one more than the last within the same millisecond.
 * A clock that goes back doesn't break the order: the last time seen goes on being used.
 */
export function createIdSource({ clock, random }: { clock: Clock; /** That many random bytes. */ random: (bytes: number) => Uint8Array }): IdSource {
  let time = -1;
  let tail = 0n;
  return () => {
    const now = clock.now();
    if (now > time) {
      time = now;
      // The top bit stays free, so that counting on can't overflow within a millisecond.
      tail = random(10).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> 1n;
    } else {
      tail += 1n;
    }
    return encode(BigInt(time), 10) + encode(tail, 16);
  };
}

function encode(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest >>= 5n) text = (ALPHABET[Number(rest & 31n)] ?? '') + text;
  return text;
}
