/** One part of a multipart body; `content` is a view, nothing of it has been read. */
export interface Part { readonly contentType: string; readonly content: Uint8Array }

const MOST_PARTS = 16;
const HEADER_BYTES = 4096;
/** RFC 2046, 5.1.1: up to 70 of these, quoted or bare. */
const BOUNDARY = /;\s*boundary=(?:"([0-9A-Za-z'()+_,\-./:=? ]{1,70})"|([0-9A-Za-z'+_\-.]{1,70}))\s*(?:;|$)/i;
const CONTENT_TYPE = /^content-type:([^\r\n]*)/im;
const CRLF = Uint8Array.of(0x0d, 0x0a);
const BLANK_LINE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a);

/** The parts of a `multipart/*` body, or undefined when it is none: no boundary, a part that does not end, too many parts, endless headers. */
export function splitMultipart(contentType: string, body: Uint8Array): Part[] | undefined {
  const match = BOUNDARY.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return undefined;
  const delimiter = ascii(`--${boundary}`);
  const nextDelimiter = ascii(`\r\n--${boundary}`);
  const skips = skipsOf(nextDelimiter);
  const parts: Part[] = [];
  let at = startsWith(body, delimiter, 0) ? delimiter.length : after(body, nextDelimiter, skips);
  while (at !== undefined) {
    if (body[at] === 0x2d && body[at + 1] === 0x2d) return parts; // `--`: the last one
    const start = lineEnd(body, at);
    const end = start === undefined ? -1 : find(body, nextDelimiter, skips, start - CRLF.length); // an empty part has no line of its own
    if (start === undefined || end < 0 || parts.length === MOST_PARTS) return undefined;
    const part = readPart(body.subarray(start, Math.max(start, end)));
    if (part === undefined) return undefined;
    parts.push(part);
    at = end + nextDelimiter.length;
  }
  return undefined;
}

function readPart(bytes: Uint8Array): Part | undefined {
  const isBare = startsWith(bytes, CRLF, 0);
  // Only as much as headers may be long is looked at; the content stays bytes.
  const end = isBare ? 0 : find(bytes.subarray(0, HEADER_BYTES), BLANK_LINE, BLANK_LINE_SKIPS, 0);
  if (end < 0) return undefined;
  const head = String.fromCharCode(...bytes.subarray(0, end));
  return { contentType: CONTENT_TYPE.exec(head)?.[1]?.trim().toLowerCase() ?? '', content: bytes.subarray(end + (isBare ? CRLF.length : BLANK_LINE.length)) };
}

/** Where the line's end has passed; padding after a delimiter is allowed. */
function lineEnd(body: Uint8Array, from: number): number | undefined {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09) at += 1;
  return body[at] === 0x0d && body[at + 1] === 0x0a ? at + 2 : undefined;
}

function after(body: Uint8Array, pattern: Uint8Array, skips: Uint8Array): number | undefined {
  const at = find(body, pattern, skips, 0);
  return at < 0 ? undefined : at + pattern.length;
}

/** Horspool's search: a picture is passed over in steps of a delimiter's length. */
function find(body: Uint8Array, pattern: Uint8Array, skips: Uint8Array, from: number): number {
  const last = pattern.length - 1;
  const final = pattern[last];
  for (let end = from + last; end < body.length; ) {
    const byte = body[end] as number; // in bounds
    if (byte === final && startsWith(body, pattern, end - last)) return end - last;
    end += skips[byte] as number; // a table of 256
  }
  return -1;
}

/** By byte under the pattern's end, how far the pattern may move. A delimiter is at most 74 bytes. */
function skipsOf(pattern: Uint8Array): Uint8Array {
  const skips = new Uint8Array(256).fill(pattern.length);
  for (let index = 0; index < pattern.length - 1; index += 1) skips[pattern[index] ?? 0] = pattern.length - 1 - index;
  return skips;
}

function startsWith(body: Uint8Array, pattern: Uint8Array, at: number): boolean {
  if (at + pattern.length > body.length) return false;
  for (let index = 0; index < pattern.length; index += 1) if (body[at + index] !== pattern[index]) return false;
  return true;
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

const BLANK_LINE_SKIPS = skipsOf(BLANK_LINE);
