import { describe, expect, it } from 'vitest';
import { confidence, fitCalibration } from './calibration.js';

/** Scores whose shares of same and different pairs follow the curve exactly, at equal weight of both. */
function scoresOf(slope: number, offset: number) {
  const same: number[] = [];
  const different: number[] = [];
  for (let cosine = -0.5; cosine <= 1; cosine += 0.01) {
    const p = 1 / (1 + Math.exp(-(slope * cosine + offset)));
    for (let i = 0; i < Math.round(2000 * p); i++) same.push(cosine);
    for (let i = 0; i < Math.round(2000 * (1 - p)); i++) different.push(cosine);
  }
  return { same, different };
}

describe('confidence', () => {
  it('is one half where slope and offset cancel, and rises with the similarity', () => {
    const calibration = { slope: 20, offset: -6 };
    expect(confidence(calibration, 0.3)).toBe(0.5);
    expect(confidence(calibration, 0.4)).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    expect(confidence(calibration, -1)).toBeGreaterThanOrEqual(0);
    expect(confidence(calibration, 1)).toBeLessThanOrEqual(1);
  });
});

describe('fitCalibration', () => {
  it('finds the curve that made the scores', () => {
    // Scores lie evenly about the middle, so that both kinds are equally many and weigh alike.
    const { same, different } = scoresOf(14, -3.5);
    const fitted = fitCalibration(same, different);
    expect(fitted.slope).toBeCloseTo(14, 0);
    expect(fitted.offset).toBeCloseTo(-3.5, 0);
  });

  it('does not depend on how many pairs there are of each kind', () => {
    const { same, different } = scoresOf(14, -3.5);
    const once = fitCalibration(same, different);
    const many = fitCalibration(same, [...different, ...different, ...different]);
    expect(many.slope).toBeCloseTo(once.slope, 1);
    expect(many.offset).toBeCloseTo(once.offset, 1);
  });

  it('stays finite where no score overlaps', () => {
    const { slope, offset } = fitCalibration([0.6, 0.7, 0.8], [0, 0.1, 0.2]);
    expect(Number.isFinite(slope) && Number.isFinite(offset)).toBe(true);
    expect(confidence({ slope, offset }, 0.4)).toBeCloseTo(0.5, 1);
  });

  it('refuses missing, broken and swapped scores', () => {
    const code = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    expect(() => fitCalibration([], [0.1])).toThrow(code);
    expect(() => fitCalibration([0.5, Number.NaN], [0.1])).toThrow(code);
    expect(() => fitCalibration([0, 0.1, 0.2], [0.6, 0.7, 0.8])).toThrow(code);
  });
});
