import { createHash, randomBytes } from 'node:crypto';

/** Source of randomness; injected so that tests can foresee ids. */
export type RandomBytes = (count: number) => Buffer;
export const systemRandom: RandomBytes = (count) => randomBytes(count);

/**
 * A random secret needs no slow hash: nobody can guess 128 bits, so SHA-256 at rest is enough.
 * (Passwords are chosen by people and go through argon2 instead.)
 */
export const sha256 = (secret: string | Uint8Array): Buffer => createHash('sha256').update(secret).digest();

/** 256 random bits as text: the value of a session cookie or of an API token. */
export const newTokenValue = (random: RandomBytes): string => typable(random, 32);

/** `count` random bytes as base64url. With a hyphen in front a program takes it for an option, and a spreadsheet for a formula: then others. */
export function typable(random: RandomBytes, count: number): string {
  let text = random(count).toString('base64url');
  while (text.startsWith('-')) text = random(count).toString('base64url');
  return text;
}

/** Short id for rows that are named in addresses: 96 random bits. */
export const newRowId = (random: RandomBytes): string => random(12).toString('hex');

/** Crockford's base 32 without look-alikes; 32 letters, so a byte's low 5 bits pick one without bias. */
const READABLE = '0123456789abcdefghjkmnpqrstvwxyz';

/** 100 random bits in groups of four, for a person to type once: `k3mf-…`. */
export function readablePassword(random: RandomBytes): string {
  const letters = [...random(20)].map((byte) => READABLE.charAt(byte & 31)).join('');
  return (letters.match(/.{4}/g) ?? []).join('-');
}
