import { createImage, type Image } from 'insightface-ts';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../data/random.js';
import { drawnImage } from '../data/testing/drawn.js';
import { aboutCenter } from './about-center.js';
import {
  type AugmentationInput,
  createAugmenter,
  parseAugmentation,
  standardAugmentation,
} from './augment.js';
import { gaussianBlur } from './blur.js';

const image = drawnImage([1], 56, 56);

/** What a step makes of the image, for many draws. */
function many(step: AugmentationInput[number], source = image, draws = 200): Promise<Image[]> {
  const augment = createAugmenter(parseAugmentation([step]));
  return Promise.all(Array.from({ length: draws }, (_, seed) => augment(source, seededRandom(seed))));
}

const mean = ({ data }: Image) => data.reduce((sum, level) => sum + level, 0) / data.length;

/** Mid-grey with one bright dot. */
function dotImage(x: number, y: number, side = 57): Image {
  const dot = createImage(side, side);
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++)
      dot.data.fill(250, ((y + dy) * side + x + dx) * 3, ((y + dy) * side + x + dx) * 3 + 3);
  return dot;
}

/** Centre of the light, from the image's centre. */
function lightAt({ width, height, data }: Image): [x: number, y: number] {
  let [x, y, sum] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    x += (i % width) * data[i * 3]!;
    y += Math.floor(i / width) * data[i * 3]!;
    sum += data[i * 3]!;
  }
  return [x / sum - (width - 1) / 2, y / sum - (height - 1) / 2];
}

describe('parseAugmentation', () => {
  it('fills in what a person leaves open', () => {
    expect(parseAugmentation([{ kind: 'rotate' }, { kind: 'flip' }])).toEqual([
      { kind: 'rotate', probability: 1, degrees: 15 },
      { kind: 'flip', probability: 0.5 },
    ]);
  });

  it.each([
    [[{ kind: 'rotate', degrees: 'many' }], '0.degrees'],
    [[{ kind: 'flip' }, { kind: 'turn' }], '1.kind'],
    [[{ kind: 'blur', sigma: [3, 1] }], '0.sigma'],
    [[{ kind: 'flip', probability: 2 }], '0.probability'],
    [[{ kind: 'flip', probabilty: 0.1 }], '0.probabilty'],
    ['flip', 'top'],
  ])('names what is wrong in %j', (steps, name) => {
    expect(() => parseAugmentation(steps)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(name) }),
    );
  });
});

describe('createAugmenter', () => {
  it('gives the same image for the same seeds, and leaves the original alone', async () => {
    const augment = createAugmenter(standardAugmentation);
    const before = image.data.slice();
    for (let seed = 0; seed < 20; seed++) {
      const [first, second] = [
        await augment(image, seededRandom(seed)),
        await augment(image, seededRandom(seed)),
      ];
      expect(first).toEqual(second);
      expect([first.width, first.height]).toEqual([56, 56]);
    }
    expect(image.data).toEqual(before);
  });

  it('does a step as often as its probability says', async () => {
    const results = await many({ kind: 'flip', probability: 0.3 }, image, 2000);
    const flipped = results.filter(result => result !== image).length;
    // Standard deviation: sqrt(2000 x 0.3 x 0.7) = 20.5.
    expect(Math.abs(flipped - 600)).toBeLessThan(5 * 20.5);
  });
});

describe('the steps', () => {
  it('brightness: 0.7 to 1.3 times the levels', async () => {
    const grey = createImage(4, 4, new Uint8Array(48).fill(100));
    const levels = (await many({ kind: 'brightness' }, grey)).map(({ data }) => data[0]!);
    expect(Math.min(...levels)).toBeGreaterThanOrEqual(70);
    expect(Math.max(...levels)).toBeLessThanOrEqual(130);
    expect(Math.max(...levels) - Math.min(...levels)).toBeGreaterThan(55);
  });

  it('contrast: another spread about the same mean', async () => {
    const spread = (x: Image) =>
      Math.sqrt(x.data.reduce((sum, level) => sum + (level - mean(x)) ** 2, 0) / x.data.length);
    const soft = createImage(
      16,
      16,
      Uint8Array.from({ length: 768 }, (_, i) => 100 + (i % 50)),
    );
    for (const result of await many({ kind: 'contrast', amount: 0.3 }, soft, 40)) {
      expect(Math.abs(mean(result) - mean(soft))).toBeLessThan(0.5);
      expect(spread(result) / spread(soft)).toBeGreaterThan(0.68);
      expect(spread(result) / spread(soft)).toBeLessThan(1.32);
    }
  });

  it('flip: mirrored left and right', async () => {
    const [flipped] = await many({ kind: 'flip', probability: 1 }, image, 1);
    for (let i = 0; i < 56 * 56; i++) {
      const mirror = Math.floor(i / 56) * 56 + 55 - (i % 56);
      expect(flipped!.data[i * 3 + 1]).toBe(image.data[mirror * 3 + 1]);
    }
  });

  it('rotate: up to 15 degrees either way, about the centre', async () => {
    const angles = (await many({ kind: 'rotate' }, dotImage(48, 28))).map(result => {
      const [x, y] = lightAt(result);
      expect(Math.hypot(x, y)).toBeCloseTo(20, 0);
      return (Math.atan2(y, x) * 180) / Math.PI;
    });
    expect(Math.min(...angles)).toBeLessThan(-13);
    expect(Math.max(...angles)).toBeGreaterThan(13);
    for (const angle of angles) expect(Math.abs(angle)).toBeLessThan(15.5);
  });

  it('random-crop: scale and shift within their limits', async () => {
    const places = (await many({ kind: 'random-crop', scale: [0.8, 1.25], shift: 0 }, dotImage(48, 28))).map(
      result => lightAt(result)[0],
    );
    expect(Math.min(...places)).toBeGreaterThan(20 * 0.8 - 0.5);
    expect(Math.max(...places)).toBeLessThan(20 * 1.25 + 0.5);
    expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(7);
    for (const result of await many({ kind: 'random-crop', scale: [1, 1], shift: 0.1 }, dotImage(28, 28), 50))
      for (const place of lightAt(result)) expect(Math.abs(place)).toBeLessThan(5.8);
  });

  it('aboutCenter: keeps the centre in its place', () => {
    const [a, b, tx, c, d, ty] = aboutCenter({ width: 57, height: 31 }, { degrees: 33, scale: 1.7 });
    expect(a * 28 + b * 15 + tx).toBeCloseTo(28, 9);
    expect(c * 28 + d * 15 + ty).toBeCloseTo(15, 9);
  });

  it('grey: one level in all channels, the luma of BT.601', async () => {
    const [grey] = await many({ kind: 'grey', probability: 1 }, image, 1);
    for (let i = 0; i < image.data.length; i += 3) {
      const [r, g, b] = [image.data[i]!, image.data[i + 1]!, image.data[i + 2]!];
      expect(Math.abs(grey!.data[i]! - (0.299 * r + 0.587 * g + 0.114 * b))).toBeLessThan(0.51);
      expect([grey!.data[i + 1], grey!.data[i + 2]]).toEqual([grey!.data[i], grey!.data[i]]);
    }
  });

  it('blur: a dot spreads as the Gaussian does, and no light is lost', () => {
    const dot = createImage(41, 41);
    dot.data[(20 * 41 + 20) * 3] = 255;
    const sigma = 1.3;
    const { data } = gaussianBlur(dot, sigma);
    const density = (x: number) => Math.exp(-(x ** 2) / (2 * sigma ** 2));
    const total = Array.from({ length: 9 }, (_, i) => density(i - 4)).reduce((sum, value) => sum + value, 0);
    for (let dy = -3; dy <= 3; dy++)
      for (let dx = -3; dx <= 3; dx++)
        expect(
          Math.abs(data[((20 + dy) * 41 + 20 + dx) * 3]! - (255 * density(dx) * density(dy)) / total ** 2),
        ).toBeLessThan(0.6);
    expect(Math.abs(mean(gaussianBlur(image, 2)) - mean(image))).toBeLessThan(2);
  });

  it('jpeg: close to the original, and further from it at a lower quality', async () => {
    const distance = async (quality: number) => {
      const [result] = await many({ kind: 'jpeg', probability: 1, quality: [quality, quality] }, image, 1);
      return mean({ ...image, data: result!.data.map((level, i) => Math.abs(level - image.data[i]!)) });
    };
    const [low, high] = [await distance(5), await distance(90)];
    expect(low).toBeGreaterThan(2 * high);
    expect(high).toBeGreaterThan(0);
    expect(high).toBeLessThan(4);
  });

  it('low-resolution: detail is gone, the mean stays', async () => {
    const stripes = createImage(48, 48);
    for (let i = 0; i < 48 * 48; i++) stripes.data.fill(i % 2 === 0 ? 40 : 200, i * 3, i * 3 + 3);
    const [result] = await many({ kind: 'low-resolution', probability: 1, scale: [0.25, 0.25] }, stripes, 1);
    for (const level of result!.data) expect(Math.abs(level - 120)).toBeLessThan(4);
  });

  it('cut-out: one rectangle of mid-grey within its sizes, the rest untouched', async () => {
    for (const result of await many({ kind: 'cut-out', probability: 1, size: [0.25, 0.5] }, image, 50)) {
      const changed = [...result.data.keys()].filter(i => result.data[i] !== image.data[i]);
      const columns = changed.map(i => Math.floor(i / 3) % 56);
      const rows = changed.map(i => Math.floor(i / (3 * 56)));
      const size = (places: number[]) => Math.max(...places) - Math.min(...places) + 1;
      for (const places of [columns, rows]) {
        expect(size(places)).toBeGreaterThanOrEqual(13);
        expect(size(places)).toBeLessThanOrEqual(28);
      }
      for (const i of changed) expect(result.data[i]).toBe(127);
    }
  });
});
