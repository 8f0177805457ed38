import { beforeAll, describe, expect, it } from 'vitest';
import { transformPoints } from '../alignment/index.js';
import type { Detector } from '../detection/detector.js';
import type { Affine, Box, FivePoints } from '../geometry.js';
import type { Image } from '../image/image.js';
import { flipImage } from '../image/pixels.js';
import { warpAffine } from '../image/warp.js';
import { openDetector } from '../testing/central-face.js';
import { dataImage, golden } from '../testing/golden.js';
import { packModel } from '../testing/pack-models.js';
import type { Landmarker, Pose } from './attribute-model.js';
import { fivePoints } from './five-points.js';
import { createLandmarker } from './landmarker.js';
import { estimatePose } from './pose.js';

let detector: Detector;
let flat: Landmarker;
let mesh: Landmarker;

beforeAll(async () => {
  detector = await openDetector();
  const grey = await packModel('open', 'landmark');
  const dense = await packModel('open-precise', 'landmark');
  flat = createLandmarker(grey.spec, grey.sessions);
  mesh = createLandmarker(dense.spec, dense.sessions);
});

/** Pose by each source there is: 68 flat points, the mesh, and five points alone. */
async function poses(image: Image, box?: Box, points?: FivePoints): Promise<Record<string, Pose>> {
  const bbox = box ?? ((await detector.detect(image))[0]?.bbox as Box);
  const [landmarks = []] = await flat.locate([{ image, bbox }]);
  const kps = points ?? fivePoints('landmark68', landmarks);
  const [dense = []] = await mesh.locate([{ image, bbox, kps }]);
  return {
    ...(!points && { flat: estimatePose({ kps, landmarks: new Map([['landmark68', landmarks]]) }) }),
    mesh: estimatePose({ kps, landmarks: new Map([['landmark468', dense]]) }),
    five: estimatePose({ kps }),
  };
}

describe('signs on photos whose pose can be seen', () => {
  it.each([
    ['left_face.jpeg', 'yaw', -70, -30],
    ['right_face.png', 'yaw', 30, 70],
    ['lower_face.jpeg', 'pitch', -40, -15],
    ['rise_face.jpeg', 'pitch', 10, 30],
    ['right_wryneck.png', 'roll', 30, 50],
  ] as const)('%s has a %s between %d and %d', async (name, angle, low, high) => {
    const found = await poses(await dataImage(`insightface-samples/pose/${name}`));
    for (const [source, pose] of Object.entries(found)) {
      expect(pose[angle], source).toBeGreaterThan(low);
      expect(pose[angle], source).toBeLessThan(high);
    }
  });

  it("left_wryneck.png has a roll of about -55, from another detector's points", async () => {
    // The default detector misses a face that is tilted so far.
    const image = 'insightface-samples/pose/left_wryneck.png';
    const { faces } = golden<{ faces: { image: string; points: FivePoints }[] }>('alignment.json');
    const points = faces.find(face => face.image === image)?.points as FivePoints;
    for (const pose of Object.values(await poses(await dataImage(image), [62, 74, 267, 244], points))) {
      expect(pose.roll).toBeGreaterThan(-70);
      expect(pose.roll).toBeLessThan(-40);
    }
  });
});

const upright = ['pose/lower_face.jpeg', 'pose/rise_face.jpeg', 'bulk/woman.png', 'rotate/rot_0.jpg'];

it.each(upright)('the mirror image of %s turns yaw and roll around', async name => {
  const image = await dataImage(`insightface-samples/${name}`);
  const straight = await poses(image);
  const mirrored = await poses(flipImage(image));
  for (const source of ['flat', 'mesh', 'five']) {
    const [a, b] = [straight[source] as Pose, mirrored[source] as Pose];
    expect(Math.abs(a.yaw + b.yaw), `${source} yaw`).toBeLessThan(8);
    expect(Math.abs(a.roll + b.roll), `${source} roll`).toBeLessThan(10);
    expect(Math.abs(a.pitch - b.pitch), `${source} pitch`).toBeLessThan(8);
  }
});

it.each([-20, 20])('a photo turned by %d degrees has that much more roll', async degrees => {
  for (const name of ['bulk/woman.png', 'rotate/rot_0.jpg']) {
    const image = await dataImage(`insightface-samples/${name}`);
    const straight = await poses(image);
    const turned = await poses(turnedAboutMiddle(image, degrees));
    for (const source of ['flat', 'mesh', 'five'])
      expect(
        Math.abs((turned[source]?.roll ?? 0) - (straight[source]?.roll ?? 0) - degrees),
        `${name} ${source}`,
      ).toBeLessThan(7);
  }
});

/** Clockwise as seen. */
function turnedAboutMiddle(image: Image, degrees: number): Image {
  const cosine = Math.cos((degrees * Math.PI) / 180);
  const sine = Math.sin((degrees * Math.PI) / 180);
  const middle = [image.width / 2, image.height / 2] as const;
  const turn: Affine = [cosine, -sine, 0, sine, cosine, 0];
  const [[x, y]] = transformPoints([middle] as const, turn);
  const matrix: Affine = [cosine, -sine, middle[0] - x, sine, cosine, middle[1] - y];
  return warpAffine(image, matrix, image.width, image.height);
}
