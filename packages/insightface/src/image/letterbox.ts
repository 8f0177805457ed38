// Fits a picture into a network's input: aspect kept, from the top left, black elsewhere, as InsightFace does.
import { createImage, type Image } from './image.js';
import { pasteImage } from './pixels.js';
import { resizeImage, resizeInto } from './resize.js';

export interface Letterbox {
  readonly image: Image;
  /** Pixels of the letterbox for one pixel of the source, as InsightFace computes it: new height / old height. */
  readonly scale: number;
}

/** Fits the image into `width` x `height`. Source coordinates are those of the letterbox divided by `scale`. */
export function letterbox(image: Image, width: number, height: number): Letterbox {
  const imageRatio = image.height / image.width;
  const modelRatio = height / width;
  let newWidth = width;
  let newHeight = height;
  if (imageRatio > modelRatio) newWidth = Math.max(1, Math.trunc(height / imageRatio));
  else newHeight = Math.max(1, Math.trunc(width * imageRatio));
  const scale = newHeight / image.height;
  if (newWidth === width && newHeight === height) return { image: resizeImage(image, width, height), scale };
  const target = createImage(width, height);
  const same = image.width === newWidth && image.height === newHeight;
  const half = image.width === newWidth * 2 && image.height === newHeight * 2;
  if (same || half) pasteImage(resizeImage(image, newWidth, newHeight), target);
  else resizeInto(image, target.data, newWidth, newHeight, width);
  return { image: target, scale };
}
