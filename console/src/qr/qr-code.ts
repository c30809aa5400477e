import { drawPatterns, formatBits, isMasked, penalty, type Grid } from './qr-grid.js';
import { errorCorrection } from './reed-solomon.js';

/** Versions 1 to 10 at level M (ISO/IEC 18004, table 9): all codewords, correction bytes a block, blocks. */
const VERSIONS = [[26, 10, 1], [44, 16, 1], [70, 26, 1], [100, 18, 2], [134, 24, 2], [172, 16, 4], [196, 18, 4], [242, 22, 4], [292, 22, 5], [346, 26, 5]] as const;

/** A QR code of the text as UTF-8, level M: rows of modules, dark is true. Throws RangeError above 213 bytes. */
export function qrCode(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  const index = VERSIONS.findIndex(([all, each, blocks], position) => bytes.length * 8 + 4 + (position < 9 ? 8 : 16) <= (all - each * blocks) * 8);
  const found = VERSIONS[index];
  if (found === undefined) throw new RangeError(`${bytes.length} bytes are too many for a QR code of version 10`);
  const [all, each, blocks] = found;
  const codewords = interleave(dataBytes(bytes, all - each * blocks, index < 9 ? 8 : 16), each, blocks);
  const grid = drawPatterns(index + 1);
  placeData(grid, codewords);
  return bestMask(grid);
}

/** Byte mode, length, data, end, padding. */
function dataBytes(bytes: Uint8Array, size: number, lengthBits: number): Uint8Array {
  const bits: number[] = [];
  const push = (value: number, count: number) => { for (let bit = count - 1; bit >= 0; bit -= 1) bits.push(value >>> bit & 1); };
  push(0b0100, 4);
  push(bytes.length, lengthBits);
  bytes.forEach((byte) => push(byte, 8));
  push(0, Math.min(4, size * 8 - bits.length));
  push(0, (8 - bits.length % 8) % 8);
  for (let pad = 0xec; bits.length < size * 8; pad ^= 0xec ^ 0x11) push(pad, 8);
  return Uint8Array.from({ length: size }, (_, index) => bits.slice(index * 8, index * 8 + 8).reduce((byte, bit) => byte << 1 | bit, 0));
}

/** The first blocks are a byte shorter where the data doesn't divide; codewords go out block by block in turn. */
function interleave(data: Uint8Array, each: number, blocks: number): number[] {
  const short = Math.floor(data.length / blocks);
  const longFrom = blocks - data.length % blocks;
  const parts = Array.from({ length: blocks }, (_, index) => {
    const start = index * short + Math.max(0, index - longFrom);
    const part = data.slice(start, start + short + (index >= longFrom ? 1 : 0));
    return { part, correction: errorCorrection(part, each) };
  });
  const columns = (size: number, of: (index: number) => readonly (number | undefined)[]) => Array.from({ length: size }, (_, index) => of(index)).flat().filter((byte) => byte !== undefined);
  return [...columns(short + 1, (index) => parts.map(({ part }) => part[index])), ...columns(each, (index) => parts.map(({ correction }) => correction[index]))];
}

/** Two columns at a time from the right, up and down by turns, past the timing column. */
function placeData(grid: Grid, codewords: readonly number[]): void {
  let bit = 0;
  for (let right = grid.size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const isUp = ((right < 7 ? right + 1 : right) + 1 & 2) === 0;
    for (let step = 0; step < grid.size; step += 1) {
      const y = isUp ? grid.size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (grid.isFixed(x, y)) continue;
        grid.set(x, y, ((codewords[bit >> 3] ?? 0) >>> 7 - (bit & 7) & 1) === 1);
        bit += 1;
      }
    }
  }
}

function bestMask(grid: Grid): boolean[][] {
  const candidates = Array.from({ length: 8 }, (_, mask) => {
    formatBits(grid, mask);
    return Array.from({ length: grid.size }, (_row, y) => Array.from({ length: grid.size }, (_cell, x) => grid.get(x, y) !== (!grid.isFixed(x, y) && isMasked(mask, x, y))));
  });
  return candidates.reduce((best, next) => penalty(next) < penalty(best) ? next : best);
}
