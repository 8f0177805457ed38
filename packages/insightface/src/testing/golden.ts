// Outputs of the real InsightFace code, and the pictures they were made from. For the data suite only.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeImage } from '../image/decode.js';
import { createImage, type Image } from '../image/image.js';
import { sharedPath } from './shared-data.js';

/** A golden file as it was parsed; tests name the shape they read. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(sharedPath(`golden/${name}`), 'utf8')) as T;
}

export function dataImage(name: string): Promise<Image> {
  return decodeImage(readFileSync(sharedPath(`data/${name}`)));
}

/** SHA-256 of the pixels in OpenCV's order, B G R. */
export function bgrSha256(image: Image): string {
  return createHash('sha256').update(swapRedBlue(image).data).digest('hex');
}

export function swapRedBlue({ width, height, data }: Image): Image {
  const swapped = createImage(width, height);
  for (let at = 0; at < data.length; at += 3) {
    swapped.data[at] = data[at + 2] ?? 0;
    swapped.data[at + 1] = data[at + 1] ?? 0;
    swapped.data[at + 2] = data[at] ?? 0;
  }
  return swapped;
}
