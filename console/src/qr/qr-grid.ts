/** Modules of a QR code; what is fixed holds no data. */
export interface Grid {
  readonly size: number;
  get(x: number, y: number): boolean;
  set(x: number, y: number, isDark: boolean): void;
  isFixed(x: number, y: number): boolean;
}

const ALIGNMENT = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]] as const;

/** An empty code of this version with its finder, timing, alignment and version patterns; format bits are reserved. */
export function drawPatterns(version: number): Grid {
  const size = 17 + 4 * version;
  const [dark, fixed] = [new Uint8Array(size * size), new Uint8Array(size * size)];
  const grid: Grid = { size, get: (x, y) => dark[y * size + x] === 1, set: (x, y, isDark) => { dark[y * size + x] = isDark ? 1 : 0; }, isFixed: (x, y) => fixed[y * size + x] === 1 };
  const fix = (x: number, y: number, isDark: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    grid.set(x, y, isDark);
    fixed[y * size + x] = 1;
  };
  const rings = (cx: number, cy: number, radius: number, isDark: (ring: number) => boolean) => {
    for (let dy = -radius; dy <= radius; dy += 1) for (let dx = -radius; dx <= radius; dx += 1) fix(cx + dx, cy + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
  };
  for (let index = 0; index < size; index += 1) { fix(6, index, index % 2 === 0); fix(index, 6, index % 2 === 0); }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) rings(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  const centres = ALIGNMENT[version - 1] ?? [];
  const last = centres.at(-1);
  for (const x of centres) for (const y of centres) {
    const isFinder = (x === 6 && (y === 6 || y === last)) || (x === last && y === 6);
    if (!isFinder) rings(x, y, 2, (ring) => ring !== 1);
  }
  formatPlaces(size).flat().forEach(([x, y]) => fix(x, y, false));
  fix(8, size - 8, true);
  if (version >= 7) {
    const bits = version << 12 | remainder(version, 12, 0x1f25);
    for (let bit = 0; bit < 18; bit += 1) {
      const [a, b] = [size - 11 + bit % 3, Math.floor(bit / 3)];
      fix(a, b, (bits >>> bit & 1) === 1);
      fix(b, a, (bits >>> bit & 1) === 1);
    }
  }
  return grid;
}

/** Writes level M and the mask, twice. */
export function formatBits(grid: Grid, mask: number): void {
  // Level M is 00, so the five bits are the mask alone.
  const bits = (mask << 10 | remainder(mask, 10, 0x537)) ^ 0x5412;
  for (const copy of formatPlaces(grid.size)) copy.forEach(([x, y], bit) => grid.set(x, y, (bits >>> bit & 1) === 1));
}

/** Where bits 0 to 14 of both copies stand. */
function formatPlaces(size: number): [number, number][][] {
  const first = Array.from({ length: 15 }, (_, bit): [number, number] => bit < 6 ? [8, bit] : bit < 8 ? [8, bit + 1] : bit === 8 ? [7, 8] : [14 - bit, 8]);
  const second = Array.from({ length: 15 }, (_, bit): [number, number] => bit < 8 ? [size - 1 - bit, 8] : [8, size - 15 + bit]);
  return [first, second];
}

function remainder(value: number, bits: number, polynomial: number): number {
  let rest = value;
  for (let step = 0; step < bits; step += 1) rest = rest << 1 ^ (rest >>> bits - 1) * polynomial;
  return rest;
}

export function isMasked(mask: number, x: number, y: number): boolean {
  switch (mask) {
    case 0: return (x + y) % 2 === 0;
    case 1: return y % 2 === 0;
    case 2: return x % 3 === 0;
    case 3: return (x + y) % 3 === 0;
    case 4: return (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0;
    case 5: return x * y % 2 + x * y % 3 === 0;
    case 6: return (x * y % 2 + x * y % 3) % 2 === 0;
    default: return ((x + y) % 2 + x * y % 3) % 2 === 0;
  }
}

/** How hard a pattern is to read: long runs, blocks of 2 × 2, look-alikes of finders, an uneven share of dark. */
export function penalty(rows: readonly (readonly boolean[])[]): number {
  const columns = rows.map((_, x) => rows.map((row) => row[x] === true));
  let score = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map((isDark) => isDark ? '1' : '0').join('');
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) score += run.length - 2;
    score += 40 * [...text.matchAll(/(?=00001011101|10111010000)/g)].length;
  }
  rows.forEach((row, y) => row.forEach((isDark, x) => {
    if (rows[y + 1]?.[x] === isDark && row[x + 1] === isDark && rows[y + 1]?.[x + 1] === isDark) score += 3;
  }));
  const share = rows.flat().filter(Boolean).length / rows.length ** 2;
  return score + 10 * Math.floor(Math.abs(share - 0.5) * 20);
}
