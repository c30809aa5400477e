/**
 * Characters that show nothing: spaces, controls, soft hyphen, joiners, marks of direction, fillers of Hangul, selectors of variants, blank Braille; those beyond U+FFFF, and halves of characters, by their Unicode
 * property: a range of them would be an error to a program that reads the pattern without the `u` flag, as Fastify's serializer does when it looks whether it is one.
 */
const UNSEEN = '\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\p{DI}\\p{Cs}';

/** Has something to read, as a JSON Schema pattern; of notes and reasons, which are checked once, when they are written. */
export const NOT_BLANK_PATTERN = `[^${UNSEEN}]`;

const seen = new RegExp(NOT_BLANK_PATTERN, 'u');

/** Is there nothing to read in this text? */
export const isBlank = (text: string): boolean => !seen.test(text);
