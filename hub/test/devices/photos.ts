/** Stands in every part of the pictures below that has to go. */
export const SECRET = 'GPS 31.23 N';

const segment = (marker: number, data: string | Buffer): Buffer => {
  const body = Buffer.from(data);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

/** As a phone writes one, but for the pixels. */
export const jpeg = (): Buffer => Buffer.concat([
  Buffer.from([0xff, 0xd8]), segment(0xe0, 'JFIF\0.........'), segment(0xe1, `Exif\0\0${SECRET}`), segment(0xe1, `http://ns.adobe.com/xap/1.0/\0${SECRET}`), segment(0xe2, 'ICC_PROFILE\0....'),
  segment(0xe2, `MPF\0${SECRET}`), segment(0xed, `Photoshop 3.0\0${SECRET}`), segment(0xee, 'Adobe\0......'), segment(0xfe, SECRET), segment(0xdb, 'table'), segment(0xc0, 'frame'),
  segment(0xda, 'scan'), Buffer.from('PICTURE'), Buffer.from([0xff, 0x00, 0xff, 0xd0, 0x12]), Buffer.from([0xff]), segment(0xda, 'second scan'), Buffer.from([0x11, 0xff, 0xd9]),
]);

const pngChunk = (type: string, data: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(data), Buffer.alloc(4)]);
};
export const png = (): Buffer => Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), pngChunk('IHDR', 'size'), pngChunk('eXIf', SECRET), pngChunk('tEXt', SECRET), pngChunk('iTXt', SECRET), pngChunk('IDAT', 'PICTURE'), pngChunk('IEND', ''),
  Buffer.from(SECRET),
]);

const webpChunk = (type: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from(type), length, data, Buffer.alloc(data.length % 2)]);
};
export const webp = (): Buffer => {
  const body = Buffer.concat([
    Buffer.from('WEBP'), webpChunk('VP8X', Buffer.from([0x0c, 0, 0, 0, 1, 0, 0, 1, 0, 0])), webpChunk('VP8 ', Buffer.from('PICTURE')), webpChunk('EXIF', Buffer.from(SECRET)), webpChunk('XMP ', Buffer.from(SECRET)),
  ]);
  const head = Buffer.from('RIFF\0\0\0\0');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
};
