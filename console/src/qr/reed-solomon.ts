/** Arithmetic in GF(256) with the polynomial of QR codes, x^8 + x^4 + x^3 + x^2 + 1. */
const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let index = 0, value = 1; index < 255; index += 1) {
  EXP[index] = EXP[index + 255] = value;
  LOG[value] = index;
  value = value << 1 ^ (value > 127 ? 0x11d : 0);
}
const at = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;
const times = (a: number, b: number): number => a === 0 || b === 0 ? 0 : at(EXP, at(LOG, a) + at(LOG, b));

/** Coefficients of (x − 2^0)…(x − 2^(degree−1)) below the highest, which is 1. */
function generator(degree: number): Uint8Array {
  const polynomial = new Uint8Array(degree);
  polynomial[degree - 1] = 1;
  for (let root = 0; root < degree; root += 1) {
    for (let index = 0; index < degree; index += 1) polynomial[index] = times(at(polynomial, index), at(EXP, root)) ^ at(polynomial, index + 1);
  }
  return polynomial;
}

/** The `count` error correction bytes of these data bytes. */
export function errorCorrection(data: Uint8Array, count: number): Uint8Array {
  const [divisor, rest] = [generator(count), new Uint8Array(count)];
  for (const byte of data) {
    const factor = byte ^ at(rest, 0);
    rest.copyWithin(0, 1);
    rest[count - 1] = 0;
    for (let index = 0; index < count; index += 1) rest[index] = at(rest, index) ^ times(at(divisor, index), factor);
  }
  return rest;
}
