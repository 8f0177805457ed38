import { describe, expect, it } from 'vitest';
import { createImage, type Image } from '../image/image.js';
import { type QuarterTurn, rotateImage } from '../image/pixels.js';
import type { Detection, Detector } from './detector.js';
import { unturnBox, unturnPoint, unturnRoll } from './turn.js';
import { findTurned } from './turned.js';

const turns: readonly QuarterTurn[] = [0, 90, 180, 270];

describe('turning back', () => {
  it('finds the pixel that was turned', () => {
    const photo = createImage(7, 5);
    photo.data[(3 * 7 + 5) * 3] = 255;
    for (const turn of turns) {
      const turned = rotateImage(photo, turn);
      const at = turned.data.indexOf(255) / 3;
      expect(unturnPoint([at % turned.width, Math.floor(at / turned.width)], turn, photo)).toEqual([5, 3]);
    }
  });

  it('keeps depth, and boxes the right way round', () => {
    const photo = { width: 100, height: 50 };
    expect(unturnPoint([1, 2, -7], 90, photo)).toEqual([2, 48, -7]);
    expect(unturnBox([0, 0, 9, 19], 90, photo)).toEqual([0, 40, 19, 49]);
    expect(unturnBox([0, 0, 9, 19], 180, photo)).toEqual([90, 30, 99, 49]);
  });

  it('counts roll in the photo', () => {
    expect(unturnRoll(5, 0)).toBe(5);
    expect(unturnRoll(5, 90)).toBe(-85);
    expect(unturnRoll(-5, 180)).toBe(175);
    expect(unturnRoll(5, 270)).toBe(95);
  });
});

/** Sees a red pixel with a green one to its right as an upright face, in other ways with a lower score. */
function markDetector(scores: readonly [upright: number, turned: number]): Detector & { runs: number } {
  return {
    family: 'marks',
    detThresh: 0.5,
    upright: { sure: 0.9, margin: 1 },
    runs: 0,
    async detect(image: Image): Promise<Detection[]> {
      this.runs++;
      const found: Detection[] = [];
      for (let at = 0; at < image.data.length; at += 3) {
        if (image.data[at] !== 255) continue;
        const detScore = image.data[at + 4] === 255 ? scores[0] : scores[1];
        const [x, y] = [(at / 3) % image.width, Math.floor(at / 3 / image.width)];
        if (detScore >= 0.5) found.push({ bbox: [x - 4, y - 4, x + 4, y + 4], detScore });
      }
      return found;
    },
    async dispose() {},
  };
}

/** Sees one face, and that face in four ways with the scores it is given. */
function squareDetector(asItLooks: number, inFourWays: readonly number[]): Detector & { runs: number } {
  return {
    family: 'squares',
    detThresh: 0.5,
    upright: { sure: 0.99, margin: 3, fourWays: true },
    runs: 0,
    async detect(image: Image): Promise<Detection[]> {
      this.runs++;
      if (image.width !== 240 || image.height !== 240)
        return [{ bbox: [35, 25, 65, 55], detScore: asItLooks }];
      return inFourWays.map((detScore, index) => {
        const [left, top] = [(index % 2) * 120 + 36, Math.floor(index / 2) * 120 + 36];
        return { bbox: [left, top, left + 48, top + 48], detScore };
      });
    },
    async dispose() {},
  };
}

/** A face at (30, 20) that stands upright once the photo is turned so. */
function photoFor(turn: QuarterTurn): Image {
  const sideways = turn === 90 || turn === 270;
  const upright = sideways ? createImage(60, 80) : createImage(80, 60);
  const [x, y] = [30, 20];
  upright.data[(y * upright.width + x) * 3] = 255;
  upright.data[(y * upright.width + x + 1) * 3 + 1] = 255;
  return rotateImage(upright, ((360 - turn) % 360) as QuarterTurn);
}

describe('findTurned', () => {
  it.each(turns)('finds which way is up in a photo that must be turned by %i', async turn => {
    for (const rotation of ['auto', 'all'] as const) {
      const photo = photoFor(turn);
      const [face, ...others] = await findTurned(markDetector([0.8, 0.55]), photo, {}, rotation);
      expect(others).toEqual([]);
      expect(face?.turn).toBe(turn);
      expect(face?.upright.bbox).toEqual([26, 16, 34, 24]);
      const [x1, y1, x2, y2] = face?.bbox ?? [0, 0, 0, 0];
      expect(photo.data[(((y1 + y2) / 2) * photo.width + (x1 + x2) / 2) * 3]).toBe(255);
    }
  });

  it('leaves it at one look when that shows a face that is surely upright', async () => {
    const detector = markDetector([0.95, 0.6]);
    await findTurned(detector, photoFor(0), {}, 'auto');
    expect(detector.runs).toBe(1);
    await findTurned(detector, photoFor(0), {}, 'all');
    expect(detector.runs).toBe(1 + 4);
  });

  it('does not turn when asked not to, or for a gain within the margin', async () => {
    const detector = markDetector([0.95, 0.6]);
    expect((await findTurned(detector, photoFor(180), {}, 'off'))[0]?.turn).toBe(0);
    expect(detector.runs).toBe(1);
    expect((await findTurned(markDetector([0.7, 0.6]), photoFor(180), {}, 'auto'))[0]?.turn).toBe(0);
    // Nothing upright at all: a turned face has to beat the threshold by the margin.
    expect(await findTurned(markDetector([0.6, 0.4]), photoFor(180), {}, 'auto')).toEqual([]);
    expect(await findTurned(markDetector([0.6, 0.4]), photoFor(180), {}, 'all')).toEqual([]);
    expect((await findTurned(markDetector([0.8, 0.4]), photoFor(180), {}, 'auto'))[0]?.turn).toBe(180);
  });

  it('takes the clearest of four ways to hold a face', async () => {
    const photo = createImage(100, 80);
    const turnOf = async (detector: Detector) => (await findTurned(detector, photo, {}, 'auto'))[0]?.turn;
    expect(await turnOf(squareDetector(0.9, [0.6, 0.7, 0.99, 0.8]))).toBe(180);
    expect(await turnOf(squareDetector(0.9, [0.6, 0.99, 0.7, 0.8]))).toBe(90);
    expect(await turnOf(squareDetector(0.9, [0.99, 0.7, 0.6, 0.98]))).toBe(0);
    // Clearer by less than the margin.
    expect(await turnOf(squareDetector(0.9, [0.98, 0.7, 0.6, 0.99]))).toBe(0);
  });

  it('looks once where upright, twice where one face tells so, and all around where it does not tell', async () => {
    const runs = async (detector: Detector & { runs: number }) => {
      await findTurned(detector, createImage(100, 80), {}, 'auto');
      return detector.runs;
    };
    expect(await runs(squareDetector(0.995, []))).toBe(1);
    expect(await runs(squareDetector(0.9, [0.99, 0.7, 0.6, 0.8]))).toBe(2);
    expect(await runs(squareDetector(0.9, [0.6, 0.7, 0.99, 0.8]))).toBe(4);
    expect(await runs(squareDetector(0.9, [0.6, 0.7, 0.65, 0.1]))).toBe(5);
  });

  it('asks the whole photo where a group has no clear face', async () => {
    const one = squareDetector(0.9, [0.6, 0.7, 0.99, 0.8]);
    const group: Detector = {
      ...one,
      detect: async image => {
        const found = await one.detect(image);
        return image.width === 240 ? found : [...found, ...found, ...found];
      },
    };
    await findTurned(group, createImage(100, 80), {}, 'auto');
    // Nothing is clearer there: 1 + 3 looks, and none at four ways.
    expect(one.runs).toBe(4);
  });

  it('stops between looks', async () => {
    const controller = new AbortController();
    const detector = markDetector([0.8, 0.55]);
    const { signal } = controller;
    const work = findTurned(detector, photoFor(0), { signal }, 'all');
    controller.abort();
    await expect(work).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
