import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { stripPhoto } from '../../src/devices/photo-strip.js';
import { jpeg, png, SECRET, webp } from './photos.js';

describe('a photo', () => {
  it.each([['image/jpeg', jpeg()], ['image/png', png()], ['image/webp', webp()]])('%s loses what says where and by whom it was taken, and keeps its picture', (type, file) => {
    expect(file.includes(SECRET)).toBe(true);
    const clean = stripPhoto(file);
    expect(clean?.type).toBe(type);
    expect(clean?.bytes.includes(SECRET)).toBe(false);
    expect(clean?.bytes.includes('PICTURE')).toBe(true);
    // A second pass finds nothing more: the result is whole.
    expect(stripPhoto(clean?.bytes ?? Buffer.alloc(0))?.bytes.equals(clean?.bytes ?? Buffer.alloc(0))).toBe(true);
  });

  it('keeps colour profile and Adobe segment of a JPEG and drops what comes after its end', () => {
    const { bytes } = stripPhoto(Buffer.concat([jpeg(), Buffer.from(`a film ${SECRET}`)])) ?? { bytes: Buffer.alloc(0) };
    expect([bytes.includes('ICC_PROFILE'), bytes.includes('Adobe'), bytes.includes('a film'), bytes.includes('MPF')]).toEqual([true, true, false, false]);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)], ['text', Buffer.from('<svg onload="alert(1)"/>')], ['a GIF', Buffer.from('GIF89a.........')], ['the first bytes of a JPEG only', Buffer.from([0xff, 0xd8, 0xff])],
    ['a JPEG without a picture', Buffer.from([0xff, 0xd8, 0xff, 0xd9])], ['half a JPEG', jpeg().subarray(0, 60)], ['half a PNG', png().subarray(0, 30)], ['a PNG with a monstrous chunk', Buffer.concat([png().subarray(0, 8), Buffer.from([0xff, 0xff, 0xff, 0xff]), Buffer.from('IHDR')])],
    ['half a WebP', webp().subarray(0, 20)], ['a RIFF of another kind', Buffer.from('RIFF\x10\0\0\0WAVEfmt 0123')],
  ])('%s is none', (_what, file) => {
    expect(stripPhoto(file)).toBeUndefined();
  });

  it('that is damaged anywhere never breaks the reader', () => {
    const files = [jpeg(), png(), webp()];
    fc.assert(fc.property(fc.nat(2), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }), fc.nat(400), (which, edits, cut) => {
      const file = Buffer.from(files[which] ?? []);
      for (const [at, byte] of edits) if (at < file.length) file[at] = byte;
      stripPhoto(file.subarray(0, cut));
      stripPhoto(file);
    }), { numRuns: 2000 });
  });
});
