// Photos of one face each: parts of the demo photos, checked with the default pack.
import { readFile } from 'node:fs/promises';
import { type FaceAnalysis, fetchDemoPhotos } from 'insightface-ts';
import sharp from 'sharp';

/** Side of a photo in pixels. */
const side = 480;

/** JPEGs of 480x480 with one face each, about a third of the photo wide, cut out of six group photos. */
export async function oneFacePhotos(app: FaceAnalysis): Promise<Uint8Array[]> {
  const photos: Uint8Array[] = [];
  for (const path of await fetchDemoPhotos()) {
    const file = await readFile(path);
    const { width, height } = await sharp(file).metadata();
    for (const { bbox } of await app.get(file)) {
      const [x1, y1, x2, y2] = bbox;
      const size = Math.round(Math.min(2.4 * (x2 - x1), width, height));
      const place = (middle: number, room: number) =>
        Math.round(Math.max(0, Math.min(room - size, middle - size / 2)));
      const region = {
        left: place((x1 + x2) / 2, width),
        top: place((y1 + y2) / 2, height),
        width: size,
        height: size,
      };
      const photo = await sharp(file).extract(region).resize(side, side).jpeg({ quality: 90 }).toBuffer();
      if ((await app.get(photo)).length === 1) photos.push(photo);
    }
  }
  if (photos.length < 10) throw new Error(`Only ${photos.length} photos of one face could be cut out.`);
  return photos;
}
