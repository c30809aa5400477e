import { createHmac } from 'node:crypto';
import { isPersonalKey } from './personal-keys.js';

const PSEUDONYM_LENGTH = 32;
/** In free text: what is as long as a phone, card or identity number. */
const LONG_NUMBER = /\d{7,}[Xx]?/g;

/** Turns credentials and plates into keyed hashes: the same card gives the same pseudonym, and nothing gives the card back. */
export interface Pseudonyms {
  /** A copy of the data with every personal value replaced, and long numbers in free text too. */
  protect(data: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/** `key` is 32 random bytes that stay in the data folder. */
export function createPseudonyms({ key }: { key: Buffer }): Pseudonyms {
  const hash = (value: unknown): string => createHmac('sha256', key).update(JSON.stringify(value)).digest('hex').slice(0, PSEUDONYM_LENGTH);
  const protectValue = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(LONG_NUMBER, (number) => `#${hash(number).slice(0, 8)}`);
    if (Array.isArray(value)) return value.map(protectValue);
    if (typeof value === 'object' && value !== null) return protect(value as Record<string, unknown>); // not an array, so a JSON object
    return value;
  };
  const protect = (data: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(data).map(([name, value]) => [name, isPersonalKey(name) && value !== null ? hash(value) : protectValue(value)]));
  return { protect };
}
