import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { BarcodeDetector, prepareZXingModule } from 'barcode-detector/ponyfill';
import { qrCode } from '../../src/qr/qr-code.js';

/** Node has neither of these; the reader looks at a picture's name and fields only, and reports where a code stands. */
class DOMRectReadOnly { constructor(readonly x: number, readonly y: number, readonly width: number, readonly height: number) {} }
class ImageData {
  readonly colorSpace = 'srgb';
  constructor(readonly data: Uint8ClampedArray, readonly width: number, readonly height: number) {}
  get [Symbol.toStringTag]() { return 'ImageData'; }
}
const QUIET = 4;
const SCALE = 4;
function picture(modules: boolean[][]): ImageData {
  const size = (modules.length + 2 * QUIET) * SCALE;
  const data = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) {
    if (modules[Math.floor(y / SCALE) - QUIET]?.[Math.floor(x / SCALE) - QUIET] === true) data.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
  }
  return new ImageData(data, size, size);
}

describe('a QR code of ours', () => {
  beforeAll(async () => {
    Object.assign(globalThis, { ImageData, DOMRectReadOnly });
    const wasm = await readFile(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'));
    await prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) }, fireImmediately: true });
  });
  it.each([1, 14, 15, 26, 42, 43, 62, 84, 106, 122, 152, 180, 181, 213])('of %i bytes is read by another maker’s reader', async (length) => {
    const text = Array.from({ length }, (_, index) => String.fromCharCode(33 + (index * 7 + length) % 90)).join('');
    // The detector's types ask for the DOM's ImageData.
    const found = await new BarcodeDetector({ formats: ['qr_code'] }).detect(picture(qrCode(text)) as unknown as globalThis.ImageData);
    expect(found.map((code) => code.rawValue)).toEqual([text]);
  });
  it('carries Chinese as UTF-8', async () => {
    const found = await new BarcodeDetector({ formats: ['qr_code'] }).detect(picture(qrCode('北关社区 3 号楼')) as unknown as globalThis.ImageData);
    expect(found[0]?.rawValue).toBe('北关社区 3 号楼');
  });
  it('refuses what doesn’t fit', () => { expect(() => qrCode('x'.repeat(214))).toThrow(RangeError); });
});
