/** One part of a multipart body; `content` is a view, nothing of it has been read. */
export interface Part { readonly contentType: string; readonly content: Uint8Array }

const MOST_PARTS = 16;
const HEADER_BYTES = 4096;
/** RFC 2046, 5.1.1: up to 70 of these, quoted or bare. */
const BOUNDARY = /;\s*boundary=(?:"([0-9A-Za-z'()+_,\-./:=? ]{1,70})"|([0-9A-Za-z'+_\-.]{1,70}))\s*(?:;|$)/i;
const CONTENT_TYPE = ascii('content-type:');
const CR = 0x0d, LF = 0x0a, CRLF_BYTES = 2;

/** The parts of a `multipart/*` body, or undefined when it is none: no boundary, a part that does not end, too many parts, endless headers. */
export function splitMultipart(contentType: string, body: Uint8Array): Part[] | undefined {
  const match = BOUNDARY.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return undefined;
  const delimiter = ascii(`\r\n--${boundary}`);
  const skips = skipsOf(delimiter);
  const parts: Part[] = [];
  let at = firstDelimiterEnd(body, delimiter, skips);
  while (at !== undefined) {
    if (body[at] === 0x2d && body[at + 1] === 0x2d) return parts; // `--`: the last one
    const start = lineEnd(body, at);
    const end = start === undefined ? -1 : find(body, delimiter, skips, start - CRLF_BYTES); // an empty part has no line of its own
    if (start === undefined || end < 0 || parts.length === MOST_PARTS) return undefined;
    const part = readPart(body, start, Math.max(start, end));
    if (part === undefined) return undefined;
    parts.push(part);
    at = end + delimiter.length;
  }
  return undefined;
}

/** Header lines up to the empty one; only as much as headers may be long is looked at, and the content stays bytes. */
function readPart(body: Uint8Array, start: number, end: number): Part | undefined {
  const most = Math.min(end, start + HEADER_BYTES);
  let contentType: string | undefined;
  for (let at = start; ; ) {
    const line = at;
    while (at + 1 < most && !(body[at] === CR && body[at + 1] === LF)) at += 1;
    if (at + 1 >= most) return undefined;
    if (at === line) return { contentType: contentType ?? '', content: body.subarray(at + CRLF_BYTES, end) };
    if (isContentType(body, line, at)) contentType ??= latin1(body, line + CONTENT_TYPE.length, at).trim().toLowerCase();
    at += CRLF_BYTES;
  }
}

/** Names of headers are of any case. */
function isContentType(body: Uint8Array, start: number, end: number): boolean {
  if (end - start < CONTENT_TYPE.length) return false;
  for (let index = 0; index < CONTENT_TYPE.length; index += 1) {
    const byte = body[start + index] as number; // in bounds
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== CONTENT_TYPE[index]) return false;
  }
  return true;
}

/** Without a preamble the first delimiter has no line end before it. */
function firstDelimiterEnd(body: Uint8Array, delimiter: Uint8Array, skips: Uint8Array): number | undefined {
  if (matches(body, delimiter, -CRLF_BYTES, CRLF_BYTES)) return delimiter.length - CRLF_BYTES;
  const at = find(body, delimiter, skips, 0);
  return at < 0 ? undefined : at + delimiter.length;
}

/** Where the line's end has passed; padding after a delimiter is allowed. */
function lineEnd(body: Uint8Array, from: number): number | undefined {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09) at += 1;
  return body[at] === CR && body[at + 1] === LF ? at + CRLF_BYTES : undefined;
}

/** Horspool's search: a picture is passed over in steps of a delimiter's length. */
function find(body: Uint8Array, pattern: Uint8Array, skips: Uint8Array, from: number): number {
  const last = pattern.length - 1;
  const final = pattern[last];
  for (let end = from + last; end < body.length; ) {
    const byte = body[end] as number; // in bounds
    if (byte === final && matches(body, pattern, end - last, 0)) return end - last;
    end += skips[byte & SKIP_MASK] as number; // a table as long as the mask
  }
  return -1;
}

/** 64 bytes, the most that V8 keeps on its own heap: a table for all 256 costs more to make than a small picture to search. */
const SKIP_MASK = 63;

/** By the low bits of the byte under the pattern's end, how far the pattern may move at least. A delimiter is at most 74 bytes. */
function skipsOf(pattern: Uint8Array): Uint8Array {
  const skips = new Uint8Array(SKIP_MASK + 1).fill(pattern.length);
  for (let index = 0; index < pattern.length - 1; index += 1) skips[(pattern[index] as number) & SKIP_MASK] = pattern.length - 1 - index; // in bounds
  return skips;
}

/** Is the pattern, from its byte `first` on, in the body, where the whole of it would begin `at`? */
function matches(body: Uint8Array, pattern: Uint8Array, at: number, first: number): boolean {
  if (at + pattern.length > body.length) return false;
  for (let index = first; index < pattern.length; index += 1) if (body[at + index] !== pattern[index]) return false;
  return true;
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** A byte at a time: spreading bytes into `fromCharCode`'s arguments costs ten times as much. */
function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index += 1) text += String.fromCharCode(bytes[index] as number); // in bounds
  return text;
}
