const FIN_TEXT = 0x81;
/** A length that follows in 16 or 64 bits is announced by these. */
const IN_16_BITS = 126;
const IN_64_BITS = 127;
const LONGEST_HEADER = 10;

/** One whole text message as a server sends it: not masked (RFC 6455 clauses 5.1 and 5.2). */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < IN_16_BITS ? 2 : length < 0x1_0000 ? 4 : LONGEST_HEADER;
  const frame = Buffer.allocUnsafe(header + length); // written whole below
  frame[0] = FIN_TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = IN_16_BITS;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = IN_64_BITS;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}

/** The text of such a frame. */
export function frameText(frame: Buffer): string {
  const length = frame[1];
  return frame.toString('utf8', length === IN_64_BITS ? LONGEST_HEADER : length === IN_16_BITS ? 4 : 2);
}
