import { describe, expect, it } from 'vitest';
import { arcfaceTemplate, transformPoints } from '../alignment/index.js';
import type { FivePoints } from '../geometry.js';
import { createImage, type Image } from '../image/image.js';
import { resizeSmoothly } from '../image/warp.js';
import { faceQuality, type QualitySource, qualityFactors } from './quality.js';

/** Smooth waves over fine grain: as much detail as a sharp photo has. */
function drawn(light = 1): Image {
  const image = createImage(224, 224);
  for (let y = 0, at = 0; y < 224; y++)
    for (let x = 0; x < 224; x++, at += 3) {
      const wave =
        130 + 45 * Math.sin(x / 19) * Math.cos(y / 23) + 32 * Math.sin(x * 1.1) * Math.sin(y * 1.3);
      image.data.fill(Math.max(0, Math.min(255, wave * light)), at, at + 3);
    }
  return image;
}

const scaledPoints = (scale: number) => transformPoints(arcfaceTemplate(224), [scale, 0, 0, 0, scale, 0]);

function face(image: Image, more: Partial<QualitySource> = {}): QualitySource {
  const kps = scaledPoints(image.width / 224);
  return {
    image,
    bbox: [0, 0, image.width, image.height],
    kps,
    pose: { pitch: 0, yaw: 0, roll: 0 },
    ...more,
  };
}

describe('faceQuality', () => {
  const best = faceQuality(face(drawn()));

  it('is near 1 for a large, sharp, well lit face that looks into the camera', () => {
    expect(best).toBeGreaterThan(0.9);
    expect(best).toBeLessThanOrEqual(1);
  });

  it.each([
    ['small', face(resizeSmoothly(drawn(), 56, 56)), 'size'],
    ['blurred', face(resizeSmoothly(resizeSmoothly(drawn(), 40, 40), 224, 224)), 'sharpness'],
    ['dark', face(drawn(0.4)), 'brightness'],
    ['burnt out', face(drawn(2.2)), 'exposure'],
    ['turned', face(drawn(), { pose: { pitch: 0, yaw: 60, roll: 0 } }), 'pose'],
    ['doubtful', face(drawn(), { detScore: 0.4 }), 'detection'],
  ] as const)('falls for a face that is %s, and says why', (_, worse, factor) => {
    expect(faceQuality(worse)).toBeLessThan(0.75 * best);
    const factors = qualityFactors(worse);
    expect(factors[factor]).toBeLessThan(0.8);
    expect(factors[factor]).toBeLessThan(qualityFactors(face(drawn()))[factor]);
  });

  it('falls when the points are no face', () => {
    const kps = scaledPoints(1);
    const [left, right, nose, ...mouth] = kps;
    const squeezed: FivePoints = [left, right, [nose[0] + 50, nose[1] - 30], ...mouth];
    expect(faceQuality(face(drawn(), { kps: squeezed }))).toBeLessThan(0.65 * best);
  });

  it('does not depend on a tilt of the head', () => {
    expect(faceQuality(face(drawn(), { pose: { pitch: 0, yaw: 0, roll: 90 } }))).toBe(best);
  });

  it('estimates the pose itself where none is given', () => {
    const { pose: _, ...unposed } = face(drawn());
    expect(faceQuality(unposed)).toBeGreaterThan(0.8);
  });
});
