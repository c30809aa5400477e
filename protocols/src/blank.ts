import { Type } from 'typebox';

/**
 * Something to read, as a JSON Schema pattern: a letter, number, punctuation mark or symbol. Marks alone have nothing to stand on. What Unicode counts as a letter or symbol and shows nothing is left out: fillers of
 * Hangul and all else that is ignored when shown (`DI`), blank Braille, the place of an object that isn't there, the null notehead. Written so that it is no error to a program that reads it without the `u` flag, as
 * Fastify's serializer does when it looks whether it is a pattern.
 */
export const NOT_BLANK_PATTERN = '(?!\\ud834\\udd59|[\\p{DI}\\u2800\\ufffc])[\\p{L}\\p{N}\\p{P}\\p{S}]';
/** Embeddings, overrides and isolates of direction, as a JSON Schema pattern: a text that holds one can be shown as another than was written. */
export const TURNED_PATTERN = '[\\u202a-\\u202e\\u2066-\\u2069]';

const [seen, turned] = [NOT_BLANK_PATTERN, TURNED_PATTERN].map((pattern) => new RegExp(pattern, 'u')) as [RegExp, RegExp]; // two of two

/** Is there nothing to read in this text? */
export const isBlank = (text: string): boolean => !seen.test(text);
/** Does it hold what turns the direction of its text? */
export const isTurned = (text: string): boolean => turned.test(text);

/** What people may write for people to read, or leave empty. Checked once, when it is written: what was stored before is answered as it is. */
export const noteSchema = (maxLength: number) => Type.String({ maxLength, not: { pattern: TURNED_PATTERN } });
/** What people have to write for people to read, such as a name or a reason. */
export const wordsSchema = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: NOT_BLANK_PATTERN, not: { pattern: TURNED_PATTERN } });
