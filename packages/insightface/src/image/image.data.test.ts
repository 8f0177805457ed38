import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alignFace } from '../alignment/index.js';
import type { FivePoints } from '../geometry.js';
import { bgrSha256, dataImage, golden } from '../testing/golden.js';
import { sharedPath } from '../testing/shared-data.js';
import { decodeImage } from './decode.js';
import { letterbox } from './letterbox.js';

interface Detection {
  images: Record<string, { width: number; height: number; bgr_sha256: string }>;
  stages: Record<
    string,
    { model: string; input_size: [number, number]; det_scale: number; padded_bgr_sha256: string }[]
  >;
}
interface Alignment {
  crops: { image: string; size: number; points: FivePoints; bgr_sha256: string }[];
  square_crop: { image: string; S: number; scale: number; bgr_sha256: string }[];
}
const detection = golden<Detection>('detection.json');
const alignment = golden<Alignment>('alignment.json');

describe('decoding', () => {
  it.each(Object.keys(detection.images))("gives OpenCV's bytes for %s", async name => {
    const image = await dataImage(name);
    const truth = detection.images[name];
    expect([image.width, image.height]).toEqual([truth?.width, truth?.height]);
    expect(bgrSha256(image)).toBe(truth?.bgr_sha256);
  });

  it('reads the lossless copy of t1 as the JPEG', async () => {
    const copy = await decodeImage(readFileSync(sharedPath('golden/t1_bgr.png')));
    expect(bgrSha256(copy)).toBe(detection.images['insightface-samples/t1.jpg']?.bgr_sha256);
  });
});

describe('letterbox', () => {
  it.each(Object.keys(detection.stages))("gives InsightFace's network input for %s", async name => {
    const image = await dataImage(name);
    for (const stage of detection.stages[name] ?? []) {
      const [width, height] = stage.input_size;
      const boxed = letterbox(image, width, height);
      expect(bgrSha256(boxed.image), `${width}x${height}`).toBe(stage.padded_bgr_sha256);
      expect(boxed.scale).toBeCloseTo(stage.det_scale, 4);
    }
  });
});

describe('aligned crops', () => {
  it.each(alignment.crops)('$image at $size equals norm_crop byte for byte', async crop => {
    const image = await dataImage(crop.image);
    expect(bgrSha256(alignFace(image, crop.points, crop.size))).toBe(crop.bgr_sha256);
  });
});

describe('square crops', () => {
  it.each(alignment.square_crop)(
    '$image at $S equals square_crop byte for byte',
    async ({ image: name, S, bgr_sha256 }) => {
      const image = await dataImage(name);
      expect(bgrSha256(letterbox(image, S, S).image)).toBe(bgr_sha256);
    },
  );
});
