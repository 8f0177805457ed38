import { describe, expect, it } from 'vitest';
import type { Box, FivePoints } from '../geometry.js';
import { createImage, type Image } from '../image/image.js';
import { fakeSession, fakeSpec } from '../testing/fake-session.js';
import type { InputSpec } from '../zoo/manifest.js';
import { createLandmarker } from './landmarker.js';

/** Black, but for one white dot of 3x3 pixels. */
function dotted(width: number, height: number, x: number, y: number): Image {
  const image = createImage(width, height);
  for (let dy = -1; dy <= 1; dy++)
    image.data.fill(255, ((y + dy) * width + x - 1) * 3, ((y + dy) * width + x + 2) * 3);
  return image;
}

/** A network that finds the brightest spot of its picture: [x, y] in pixels, by weighted mean. */
function spotOf(
  picture: Float32Array,
  size: number,
  channels: number,
  interleaved: boolean,
): [number, number] {
  let [sum, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const value = picture[(y * size + x) * (interleaved ? channels : 1)] ?? 0;
      sum += value;
      sumX += value * x;
      sumY += value * y;
    }
  return [sumX / sum, sumY / sum];
}

const families = [
  {
    family: 'landmark68-grey',
    size: 64,
    color: 'grey',
    layout: 'nchw',
    count: 68,
    to: (v: number) => v / 64,
  },
  {
    family: 'landmark2d106',
    size: 192,
    color: 'rgb',
    layout: 'nchw',
    count: 106,
    to: (v: number) => v / 96 - 1,
  },
  {
    family: 'landmark3d68',
    size: 192,
    color: 'rgb',
    layout: 'nchw',
    count: 1103,
    to: (v: number) => v / 96 - 1,
    depth: 0.25,
  },
  { family: 'pfld98', size: 112, color: 'bgr', layout: 'nchw', count: 98, to: (v: number) => v / 112 },
  {
    family: 'mesh468',
    size: 192,
    color: 'rgb',
    layout: 'nhwc',
    count: 468,
    to: (v: number) => v,
    depth: -24,
  },
] as const;

describe.each(families)('$family', ({ family, size, color, layout, count, to, ...rest }) => {
  const depth = 'depth' in rest ? rest.depth : undefined;
  const channels = color === 'grey' ? 1 : 3;
  const dims = layout === 'nchw' ? ['n', channels, size, size] : ['n', size, size, channels];
  const session = fakeSession(dims, ['n', count * (depth === undefined ? 2 : 3)], picture => {
    const [x, y] = spotOf(picture, size, channels, layout === 'nhwc');
    const point = depth === undefined ? [to(x), to(y)] : [to(x), to(y), depth];
    return Array.from({ length: count }, () => point).flat();
  });
  const input: InputSpec = { size: [size, size], color, mean: 0, std: 1, layout };
  const landmarker = createLandmarker(fakeSpec('landmark', family, input), new Map([['model', session]]));

  it('brings points back to where they are in each photo, in one run', async () => {
    const places = [
      { x: 150, y: 120, bbox: [100, 60, 200, 190] as Box },
      { x: 411, y: 305, bbox: [380.4, 270.2, 451.7, 363.9] as Box },
    ];
    const faces = places.map(({ x, y, bbox }) => ({ image: dotted(640, 480, x, y), bbox }));
    const found = await landmarker.locate(faces);
    expect(session.runs.at(-1)?.[0]).toBe(2);
    for (const [index, { x, y, bbox }] of places.entries()) {
      expect(found[index]).toHaveLength(family === 'landmark3d68' ? 68 : count);
      const [point] = found[index] ?? [];
      expect(Math.abs((point?.[0] ?? Number.NaN) - x)).toBeLessThan(0.9);
      expect(Math.abs((point?.[1] ?? Number.NaN) - y)).toBeLessThan(0.9);
      // A quarter of half the crop, which shows 1.5 times the longer side; towards the camera.
      const side = 1.5 * Math.max(bbox[2] - bbox[0], bbox[3] - bbox[1]);
      if (depth !== undefined) expect(point?.[2]).toBeCloseTo(side / 8, 1);
    }
  });

  it('has nothing to say about no faces', async () => {
    expect(await landmarker.locate([])).toEqual([]);
  });
});

it('mesh468 levels the eyes of a tilted head', async () => {
  const size = 192;
  const seen: number[][] = [];
  const session = fakeSession(['n', size, size, 3], ['n', 1404], picture => {
    seen.push(spotOf(picture, size, 3, true));
    return new Float32Array(1404);
  });
  const input: InputSpec = { color: 'rgb', mean: 0, std: 1, layout: 'nhwc' };
  const landmarker = createLandmarker(fakeSpec('landmark', 'mesh468', input), new Map([['model', session]]));
  const kps: FivePoints = [
    [200, 150],
    [200, 210],
    [180, 180],
    [150, 155],
    [150, 205],
  ];
  // A head that lies on its side: each eye by turns is the bright spot.
  const faces = [kps[0], kps[1]].map(([x, y]) => ({
    image: dotted(400, 400, x, y),
    bbox: [120, 120, 240, 240] as const,
    kps,
  }));
  await landmarker.locate(faces);
  const [left, right] = seen;
  expect((right?.[1] ?? 0) - (left?.[1] ?? 0)).toBeCloseTo(0, 0);
  expect((right?.[0] ?? 0) - (left?.[0] ?? 0)).toBeGreaterThan(40);
});

it('refuses unknown families, and networks with too few numbers', async () => {
  const input: InputSpec = { color: 'rgb', mean: 0, std: 1, layout: 'nchw' };
  const session = fakeSession(['n', 3, 112, 112], ['n', 10], () => new Float32Array(10));
  const sessions = new Map([['model', session]]);
  expect(() => createLandmarker(fakeSpec('landmark', 'toString', input), sessions)).toThrow(
    expect.objectContaining({ code: 'PACK_INVALID' }),
  );
  const pfld = createLandmarker(fakeSpec('landmark', 'pfld98', input), sessions);
  await expect(pfld.locate([{ image: createImage(50, 50), bbox: [10, 10, 40, 40] }])).rejects.toMatchObject({
    code: 'MODEL_INVALID',
  });
});
