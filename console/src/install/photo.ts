/** The longer edge of a photo at most (px), and its JPEG quality. */
export const PHOTO_EDGE_PX = 1600;
const QUALITY = 0.82;

/** The size that keeps the proportions within the edge. */
export function fitWithin(width: number, height: number, edge: number): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Draws the photo anew, smaller: nothing of the file but its pixels is left, so neither place nor phone travel in EXIF. Throws when the file is no picture. */
export async function shrinkPhoto(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    const { width, height } = fitWithin(bitmap.width, bitmap.height, PHOTO_EDGE_PX);
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width, height);
    return await new Promise<Blob>((resolve, reject) => canvas.toBlob((blob) => blob === null ? reject(new Error('The picture could not be drawn')) : resolve(blob), 'image/jpeg', QUALITY));
  } finally { bitmap.close(); }
}
