// Pixels to image files, by the browser.
import { InsightFaceError } from '../errors.js';
import type { Image } from '../image/image.js';

/** A lossless PNG file. */
export function encodePng(image: Image): Promise<Blob> {
  return canvasOf(image).convertToBlob({ type: 'image/png' });
}

function canvasOf({ width, height, data }: Image): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new InsightFaceError('RUNTIME_UNAVAILABLE', 'This browser gives no canvas to draw on.');
  const pixels = context.createImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    pixels.data.set(data.subarray(from, from + 3), to);
    pixels.data[to + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}
