// Parts of a photo that a network with a small picture looks at one by one, so that small faces are large enough for it.
import { createImage, type Image } from '../image/image.js';
import type { Candidates } from './candidates.js';
import type { Size } from './detector.js';

/** A part of the photo, in whole pixels. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Part of a window that its neighbour shows too: a face at a seam is then whole in one of them. */
const overlap = 0.25;

/** Windows of a size that cover the photo, with overlap, evenly spread. */
export function tiles(image: Size, window: Size): Window[] {
  const lefts = offsets(image.width, window.width);
  const tops = offsets(image.height, window.height);
  return tops.flatMap(top =>
    lefts.map(left => ({
      left,
      top,
      width: Math.min(window.width, image.width),
      height: Math.min(window.height, image.height),
    })),
  );
}

function offsets(length: number, window: number): number[] {
  if (window >= length) return [0];
  const count = 1 + Math.ceil((length - window) / (window * (1 - overlap)));
  return Array.from({ length: count }, (_, index) => Math.round((index * (length - window)) / (count - 1)));
}

/** Windows of a size about candidates, the best first, until each lies well inside one or `most` are there. */
export function windowsAround(
  candidates: Candidates,
  indices: readonly number[],
  image: Size,
  window: Size,
  most: number,
): Window[] {
  const windows: Window[] = [];
  const { boxes } = candidates;
  for (const index of indices) {
    const at = index * 4;
    const x = ((boxes[at] as number) + (boxes[at + 2] as number)) / 2;
    const y = ((boxes[at + 1] as number) + (boxes[at + 3] as number)) / 2;
    const marginX = window.width * overlap;
    const marginY = window.height * overlap;
    const seen = windows.some(
      ({ left, top, width, height }) =>
        Math.abs(x - left - width / 2) < width / 2 - marginX &&
        Math.abs(y - top - height / 2) < height / 2 - marginY,
    );
    if (seen) continue;
    if (windows.length === most) break;
    windows.push({
      left: within(x - window.width / 2, image.width - window.width),
      top: within(y - window.height / 2, image.height - window.height),
      width: Math.min(window.width, image.width),
      height: Math.min(window.height, image.height),
    });
  }
  return windows;
}

function within(start: number, room: number): number {
  return Math.round(Math.max(0, Math.min(start, room)));
}

/** Copies a window out of the photo. */
export function cropWindow(image: Image, { left, top, width, height }: Window): Image {
  if (width === image.width && height === image.height) return image;
  const target = createImage(width, height);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * image.width + left) * 3;
    target.data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return target;
}
