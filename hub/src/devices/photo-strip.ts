export type PhotoType = 'image/jpeg' | 'image/png' | 'image/webp';
/** A picture without what says where, when and by whom it was taken. */
export interface CleanPhoto { readonly type: PhotoType; readonly bytes: Buffer }

/**
 * Tells the format by its first bytes, whatever the sender calls it, and copies only the parts that make the picture: EXIF, XMP, IPTC,
 * comments and anything after the end are left out. Undefined when it is none of the three, or is broken.
 */
export function stripPhoto(file: Buffer): CleanPhoto | undefined {
  try {
    if (file.readUInt16BE(0) === 0xffd8) return { type: 'image/jpeg', bytes: stripJpeg(file) };
    if (file.subarray(0, 8).equals(PNG_MAGIC)) return { type: 'image/png', bytes: stripPng(file) };
    if (file.toString('latin1', 0, 4) === 'RIFF' && file.toString('latin1', 8, 12) === 'WEBP') return { type: 'image/webp', bytes: stripWebp(file) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // read past the end, or `broken`
  }
  return undefined;
}

const broken = (): RangeError => new RangeError('the picture is broken');

const PNG_MAGIC = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const [START, END, SCAN, APP0, APP2, APP14, APP15, COMMENT] = [0xd8, 0xd9, 0xda, 0xe0, 0xe2, 0xee, 0xef, 0xfe] as const;

/** ITU-T T.81, annex B: segments of marker and length; after a start of scan, coded data up to the next marker. */
function stripJpeg(file: Buffer): Buffer {
  const kept: Buffer[] = [file.subarray(0, 2)];
  let hasScan = false;
  for (let at = 2; ;) {
    if (file.readUInt8(at) !== 0xff) throw broken();
    const marker = file.readUInt8(at + 1);
    if (marker === 0xff) { at += 1; continue; } // fill bytes may stand before a marker
    if (marker === END) {
      if (!hasScan) throw broken();
      return Buffer.concat([...kept, file.subarray(at, at + 2)]);
    }
    if (marker === START || marker === 0) throw broken();
    const length = file.readUInt16BE(at + 2);
    const end = marker === SCAN ? endOfScan(file, at + 2 + length) : at + 2 + length;
    if (length < 2 || end > file.length) throw broken();
    hasScan ||= marker === SCAN;
    if (!isAbout(file, at, marker)) kept.push(file.subarray(at, end));
    at = end;
  }
}

/** JFIF, Adobe's colour transform and colour profiles are needed to draw; every other application segment is about the picture. */
function isAbout(file: Buffer, at: number, marker: number): boolean {
  if (marker === COMMENT) return true;
  if (marker < APP0 || marker > APP15 || marker === APP0 || marker === APP14) return false;
  return !(marker === APP2 && file.toString('latin1', at + 4, at + 15) === 'ICC_PROFILE');
}

/** A 0xFF in coded data is followed by 0, or is a restart marker. */
function endOfScan(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at !== -1; at = file.indexOf(0xff, at + 1)) {
    const next = file.readUInt8(at + 1);
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  throw broken();
}

const PNG_KEPT = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'bKGD', 'cICP']);

/** W3C PNG, 5.3: chunks of length, type, data and checksum. */
function stripPng(file: Buffer): Buffer {
  const kept: Buffer[] = [PNG_MAGIC];
  for (let at = PNG_MAGIC.length; ;) {
    const end = at + 12 + file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (end > file.length || (at === PNG_MAGIC.length && type !== 'IHDR')) throw broken();
    if (PNG_KEPT.has(type)) kept.push(file.subarray(at, end));
    if (type === 'IEND') return Buffer.concat(kept);
    at = end;
  }
}

const WEBP_KEPT = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP']);
/** Bits of VP8X that announce EXIF, XMP and animation, none of which is kept. */
const WEBP_FLAGS = 0x08 | 0x04 | 0x02;

/** RFC 9649, 2.3: chunks of type, length and data, padded to even length. */
function stripWebp(file: Buffer): Buffer {
  const kept: Buffer[] = [];
  const last = 8 + file.readUInt32LE(4);
  if (last > file.length) throw broken();
  for (let at = 12; at < last;) {
    const type = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const end = at + 8 + length + length % 2;
    if (end > last) throw broken();
    const chunk = Buffer.from(file.subarray(at, end));
    if (type === 'VP8X') chunk.writeUInt8(chunk.readUInt8(8) & ~WEBP_FLAGS, 8);
    if (WEBP_KEPT.has(type)) kept.push(chunk);
    at = end;
  }
  if (!kept.some((chunk) => chunk.toString('latin1', 0, 3) === 'VP8' && chunk[3] !== 0x58)) throw broken();
  const body = Buffer.concat([Buffer.from('WEBP'), ...kept]);
  const header = Buffer.from('RIFF\0\0\0\0');
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
}
