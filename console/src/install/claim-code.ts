/**
 * Claim codes are typed with gloves and read off dusty labels: letters that look like digits count as the digit (Crockford's base 32),
 * and how they are grouped doesn't matter.
 */
const LOOKALIKES: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };
const GROUP = 4;
const MIN_LENGTH = 8;
/** Characters in a claim code at most; what the hub takes. */
export const MAX_CODE_LENGTH = 64;

/** The code as the hub gets it: capitals and digits without gaps. */
export const normaliseCode = (typed: string): string =>
  [...typed.normalize('NFKC').toUpperCase()].filter((char) => /[0-9A-Z]/.test(char)).map((char) => LOOKALIKES[char] ?? char).join('').slice(0, MAX_CODE_LENGTH);

/** `7F3K-92AB-…`, as it is printed. */
export const groupCode = (code: string): string => (normaliseCode(code).match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []).join('-');

/** Long enough to be worth asking the hub. */
export const isWholeCode = (typed: string): boolean => normaliseCode(typed).length >= MIN_LENGTH;

/** The code in what a camera read: a link of ours with `?code=`, or the code alone. Undefined for anything else, such as a maker's own label. */
export function codeInScan(text: string): string | undefined {
  const link = /^https?:\/\//i.test(text) ? codeInLink(text) : text.trim();
  return link !== undefined && /^[0-9A-Z\s-]+$/i.test(link) && isWholeCode(link) ? normaliseCode(link) : undefined;
}

function codeInLink(text: string): string | undefined {
  try { return new URL(text).searchParams.get('code') ?? undefined; } catch { return undefined; }
}
