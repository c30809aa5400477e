/** A whole control packet; `headerLength` covers the type byte and the remaining length. */
export interface Frame { readonly bytes: Buffer; readonly headerLength: number }

/** Why a stream can't be split further; the connection is closed. */
export type FrameFault = 'frame_too_large' | 'malformed_length';

const LONGEST_LENGTH_BYTES = 4;

/**
 * Cuts a byte stream into MQTT control packets by their fixed header (clause 2.2), copying only packets that span chunks.
 * A packet longer than the limit is a fault as soon as its length is known, before its body is kept.
 */
export class FrameSplitter {
  /** Longest packet allowed now (bytes). */
  limitBytes: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Bytes needed before the next look; saves joining chunks of a long packet again and again. */
  #neededBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Gives every packet that is complete now to `onFrame`; false from it stops, and `rest` is what it has not seen. */
  push(chunk: Buffer, onFrame: (frame: Frame) => boolean): { fault?: FrameFault; rest?: Buffer } {
    const bytes = this.#join(chunk);
    if (bytes === undefined) return {};
    let offset = 0;
    while (offset < bytes.length) {
      const header = readHeader(bytes, offset);
      if (header === 'malformed_length') return { fault: header };
      if (header === undefined) break;
      const frameBytes = header.headerLength + header.remainingLength;
      if (frameBytes > this.limitBytes) return { fault: 'frame_too_large' };
      if (bytes.length - offset < frameBytes) {
        this.#hold(bytes.subarray(offset), frameBytes);
        return {};
      }
      const goesOn = onFrame({ bytes: bytes.subarray(offset, offset + frameBytes), headerLength: header.headerLength });
      offset += frameBytes;
      if (!goesOn) return offset < bytes.length ? { rest: bytes.subarray(offset) } : {};
    }
    if (offset < bytes.length) this.#hold(bytes.subarray(offset), 0);
    return {};
  }

  #join(chunk: Buffer): Buffer | undefined {
    if (this.#heldBytes === 0) return chunk;
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return undefined;
    const bytes = Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    return bytes;
  }

  #hold(bytes: Buffer, neededBytes: number): void {
    this.#held = [bytes];
    this.#heldBytes = bytes.length;
    this.#neededBytes = neededBytes;
  }
}

function readHeader(bytes: Buffer, offset: number): { headerLength: number; remainingLength: number } | 'malformed_length' | undefined {
  let remainingLength = 0;
  for (let i = 1; i <= LONGEST_LENGTH_BYTES; i += 1) {
    const byte = bytes[offset + i];
    if (byte === undefined) return undefined;
    remainingLength += (byte & 0x7f) * 128 ** (i - 1);
    if ((byte & 0x80) === 0) return { headerLength: i + 1, remainingLength };
  }
  return 'malformed_length';
}
