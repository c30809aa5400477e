import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../src/broker/frame-splitter.js';

/** A control packet of any type with a body of `length` bytes. */
function packet(type: number, length: number): Buffer {
  const header = [type << 4];
  let rest = length;
  do {
    header.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, length % 251)]);
}

describe('FrameSplitter', () => {
  it('gives back exactly the packets that went in, however the bytes are cut', () => {
    const packets = fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 0, max: 20_000 })), { maxLength: 8 });
    fc.assert(fc.property(packets, fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (list, cuts) => {
      const frames = list.map(([type, length]) => packet(type, length));
      const bytes = Buffer.concat(frames);
      const splitter = new FrameSplitter(1 << 20);
      const seen: Buffer[] = [];
      for (let offset = 0, i = 0; offset < bytes.length; i += 1) {
        const next = offset + (cuts[i % cuts.length] ?? 1);
        expect(splitter.push(bytes.subarray(offset, next), (frame) => { seen.push(Buffer.from(frame.bytes)); return true; })).toEqual({});
        offset = next;
      }
      expect(seen.map((frame) => frame.toString('hex'))).toEqual(frames.map((frame) => frame.toString('hex')));
    }), { numRuns: 200 });
  });

  it('refuses a packet by its declared length alone', () => {
    const splitter = new FrameSplitter(64 * 1024);
    expect(splitter.push(packet(1, 70_000).subarray(0, 5), () => true)).toEqual({ fault: 'frame_too_large' });
  });

  it('refuses a length of five bytes', () => {
    expect(new FrameSplitter(1000).push(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]), () => true)).toEqual({ fault: 'malformed_length' });
  });

  it('hands back what it has not looked at when told to stop', () => {
    const bytes = Buffer.concat([packet(1, 3), packet(3, 4)]);
    expect(new FrameSplitter(1000).push(bytes, () => false)).toEqual({ rest: packet(3, 4) });
  });
});
