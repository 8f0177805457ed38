// The bar of the README on a smaller sample: found from 32 pixels with the default pack, from 16 with the precise one.
import { FaceAnalysis, fetchDemoPhotos } from 'insightface-ts';
import { describe, expect, it } from 'vitest';
import { faceWidths, measureWidth, type SizeResult } from './face-sizes.js';
import { readBackgrounds, readMarkedFaces } from './pasted-faces.js';
import { sharedPath } from './shared-data.js';

const faces = readMarkedFaces(sharedPath('data/lfw-unaligned'), 'landmarks5_boxes.txt');
const backgrounds = await readBackgrounds(await fetchDemoPhotos());

describe.each([
  { pack: 'open', from: 32, less: [24, 0.95] },
  { pack: 'open-precise', from: 16, less: [12, 0.95] },
] as const)('$pack', ({ pack, from, less }) => {
  it(`finds 99 % of faces from ${from} pixels to 95 % of the frame, with at most 1 false one in 10 photos`, async () => {
    const app = await FaceAnalysis.create({ pack, tasks: ['detection', 'landmark'] });
    const results: SizeResult[] = [];
    for (const width of faceWidths)
      if (width >= from && width <= 308)
        results.push(await measureWidth(app, width, width > 96 ? 12 : 36, width, faces, backgrounds));
    const sum = (key: 'faces' | 'found' | 'frames' | 'falseFaces') =>
      results.reduce((total, result) => total + result[key], 0);
    expect(sum('found') / sum('faces'), JSON.stringify(results)).toBeGreaterThanOrEqual(0.99);
    expect(sum('falseFaces') / sum('frames'), JSON.stringify(results)).toBeLessThanOrEqual(0.1);
    const [width, share] = less;
    const smaller = await measureWidth(app, width, 48, 5, faces, backgrounds);
    expect(smaller.found / smaller.faces, `${width} pixels`).toBeGreaterThanOrEqual(share);
    await app.dispose();
  });
});
