// Test frames for detectors: real faces at known widths on real backgrounds without faces. The truth is hand-marked
// boxes, so that no detector is favoured.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box, Image } from 'insightface-ts';
import sharp, { type Sharp } from 'sharp';

export const frameWidth = 640;
export const frameHeight = 480;

/** A photo with the hand-marked box of its face: a square from the eyebrows to below the mouth. */
export interface MarkedFace {
  readonly file: string;
  readonly box: Box;
}

/** A frame with the boxes of its faces, from forehead to chin. */
export interface Frame {
  readonly image: Image;
  readonly faces: readonly Box[];
}

/**
 * Parts of the demo photos of `@vladmandic/face-api` below all faces: clothes, hands, furniture. Chosen by eye.
 * x, y, width, height in pixels of the photo.
 */
const backgroundParts: readonly (readonly [
  photo: string,
  x: number,
  y: number,
  width: number,
  height: number,
])[] = [
  ['sample1.jpg', 0, 730, 733, 550],
  ['sample1.jpg', 600, 800, 640, 480],
  ['sample1.jpg', 1187, 730, 733, 550],
  ['sample2.jpg', 0, 520, 1129, 847],
  ['sample2.jpg', 791, 520, 1129, 847],
  ['sample3.jpg', 0, 700, 866, 650],
  ['sample3.jpg', 1054, 700, 866, 650],
  ['sample4.jpg', 0, 580, 1157, 868],
  ['sample4.jpg', 763, 580, 1157, 868],
  ['sample5.jpg', 950, 700, 930, 698],
  ['sample6.jpg', 0, 860, 902, 677],
  ['sample6.jpg', 1018, 860, 902, 677],
];

/** Frames without faces, 640x480. */
export function readBackgrounds(photos: readonly string[]): Promise<Image[]> {
  return Promise.all(
    backgroundParts.map(([name, left, top, width, height]) => {
      const photo = photos.find(path => path.endsWith(name));
      if (!photo) throw new Error(`${name} is not among the demo photos.`);
      return pixels(sharp(photo).extract({ left, top, width, height }).resize(frameWidth, frameHeight));
    }),
  );
}

/** Reads `image x1 y1 x2 y2 ...` lines; `#` begins a comment. */
export function readMarkedFaces(folder: string, list: string): MarkedFace[] {
  return readFileSync(join(folder, list), 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(line => {
      const [name = '', x1, y1, x2, y2] = line.split(/\s+/);
      return { file: join(folder, name), box: [Number(x1), Number(y1), Number(x2), Number(y2)] };
    });
}

/**
 * Pastes faces onto a background, as many as fit (at most 12), each with its surroundings. `width` is that of the
 * marked box.
 */
export async function pasteFaces(
  background: Image,
  faces: readonly MarkedFace[],
  width: number,
  random: () => number,
): Promise<Frame> {
  const data = new Uint8Array(background.data);
  const truth: Box[] = [];
  const [columns, rows] = gridFor(width);
  for (const [index, face] of faces.slice(0, columns * rows).entries()) {
    const patch = await cutOut(face, width);
    const cellWidth = frameWidth / columns;
    const cellHeight = frameHeight / rows;
    // The patch lies anywhere in its cell; one that is larger than the frame is cut by it, with the face in the middle.
    const place = (room: number, size: number, face: number) =>
      size < room ? random() * (room - size) : room / 2 - face;
    const left = Math.round(
      (index % columns) * cellWidth + place(cellWidth, patch.image.width, patch.centerX),
    );
    const top = Math.round(
      Math.floor(index / columns) * cellHeight + place(cellHeight, patch.image.height, patch.centerY),
    );
    paste(patch.image, data, left, top);
    const [x, y] = [left + patch.centerX, top + patch.centerY];
    truth.push([x - 0.53 * width, y - 0.74 * width, x + 0.53 * width, y + 0.74 * width]);
  }
  return { image: { width: frameWidth, height: frameHeight, data }, faces: truth };
}

/** Faces side by side and one above the other. */
export function gridFor(width: number): [columns: number, rows: number] {
  if (width <= 64) return [4, 3];
  if (width <= 110) return [3, 2];
  return width <= 200 ? [2, 1] : [1, 1];
}

/** The face with hair, chin and some of what is around it, scaled; with the centre of the whole face in the patch. */
async function cutOut({ file, box }: MarkedFace, width: number) {
  const [x1, y1, x2, y2] = box;
  const side = x2 - x1;
  const scale = width / side;
  const { width: photoWidth = 0, height: photoHeight = 0 } = await sharp(file).metadata();
  // A face that fills the frame brings all its photo with it.
  const margin = width > 200 ? 9 : 0.4;
  const left = Math.max(0, Math.round(x1 - margin * side));
  const top = Math.max(0, Math.round(y1 - (margin + 0.25) * side));
  const right = Math.min(photoWidth, Math.round(x2 + margin * side));
  const bottom = Math.min(photoHeight, Math.round(y2 + (margin + 0.1) * side));
  const region = { left, top, width: right - left, height: bottom - top };
  const image = await pixels(
    sharp(file)
      .extract(region)
      .resize(Math.round(region.width * scale), Math.round(region.height * scale), { fit: 'fill' }),
  );
  return {
    image,
    centerX: ((x1 + x2) / 2 - left) * scale,
    centerY: ((y1 + y2) / 2 - 0.09 * side - top) * scale,
  };
}

function paste(patch: Image, data: Uint8Array, left: number, top: number): void {
  const from = Math.max(0, -left);
  const to = Math.min(patch.width, frameWidth - left);
  if (to <= from) return;
  for (let row = Math.max(0, -top); row < Math.min(patch.height, frameHeight - top); row++)
    data.set(
      patch.data.subarray((row * patch.width + from) * 3, (row * patch.width + to) * 3),
      ((top + row) * frameWidth + left + from) * 3,
    );
}

async function pixels(picture: Sharp): Promise<Image> {
  const { data, info } = await picture
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
