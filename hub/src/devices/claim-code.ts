import type { ClaimCode } from '@liandong/protocols';
import { sha256, type RandomBytes } from '../identity/secrets.js';

/** Crockford's base 32: no I, L, O or U; 32 letters, so a byte's low 5 bits pick one without bias. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;
const LOOKALIKES: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

/** 80 random bits as `XXXX-XXXX-XXXX-XXXX`. */
export function newClaimCode(random: RandomBytes): ClaimCode & { hash: string } {
  const letters = [...random(LENGTH)].map((byte) => ALPHABET.charAt(byte & 31)).join('');
  const code = (letters.match(/.{4}/g) ?? []).join('-');
  return { code, url: `/install?code=${code}`, hash: claimHash(code) };
}

/** What is kept of a code: SHA-256, hex, of its letters however they were typed. 80 random bits need no slow hash. */
export function claimHash(typed: string): string {
  const letters = [...typed.normalize('NFKC').toUpperCase()].filter((letter) => /[0-9A-Z]/.test(letter)).map((letter) => LOOKALIKES[letter] ?? letter);
  return sha256(letters.join('')).toString('hex');
}
