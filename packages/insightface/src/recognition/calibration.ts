// From a cosine to the probability that two faces are one person's: a logistic curve, fitted by Newton's method with
// the softened targets of J. Platt, "Probabilistic outputs for support vector machines", 1999.
import { InsightFaceError } from '../errors.js';

/** P(same person) = 1 / (1 + exp(-(slope * cosine + offset))) for equally likely same and different pairs. */
export interface Calibration {
  readonly slope: number;
  readonly offset: number;
}

/** Probability, 0 to 1, that a pair with this similarity is of one person, if half of all pairs are. */
export function confidence(calibration: Calibration, similarity: number): number {
  return 1 / (1 + Math.exp(-(calibration.slope * similarity + calibration.offset)));
}

/**
 * Fits the curve to similarities of pairs of the same and of different people; both kinds count alike, however many
 * there are of each. Fit on people who are in no reported test.
 * @throws InsightFaceError `INVALID_ARGUMENT` when one kind is missing, a score is not finite, or the scores of same
 * pairs are not the higher ones.
 */
export function fitCalibration(same: readonly number[], different: readonly number[]): Calibration {
  if (same.length === 0 || different.length === 0 || ![...same, ...different].every(Number.isFinite))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `A calibration needs finite scores of same and of different pairs; there are ${same.length} and ${different.length}.`,
    );
  const groups = [
    // Platt's targets keep the curve finite where no score overlaps.
    { scores: same, target: (same.length + 1) / (same.length + 2), weight: 1 / same.length },
    { scores: different, target: 1 / (different.length + 2), weight: 1 / different.length },
  ];
  let slope = 0;
  let offset = 0;
  let loss = lossOf(groups, { slope, offset });
  for (let step = 0; step < 100; step++) {
    const [stepSlope, stepOffset] = newtonStep(groups, { slope, offset });
    // Full Newton steps overshoot where the curve saturates; halve until the loss falls.
    let length = 1;
    while (length > 1e-10) {
      const next = { slope: slope + length * stepSlope, offset: offset + length * stepOffset };
      const nextLoss = lossOf(groups, next);
      if (nextLoss < loss) {
        ({ slope, offset } = next);
        loss = nextLoss;
        break;
      }
      length /= 2;
    }
    if (length <= 1e-10 || Math.hypot(stepSlope, stepOffset) < 1e-9) break;
  }
  if (!(slope > 0))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'Pairs of the same person do not score higher than pairs of different people; check that they were not swapped.',
    );
  return { slope, offset };
}

interface Group {
  readonly scores: readonly number[];
  readonly target: number;
  readonly weight: number;
}

function lossOf(groups: readonly Group[], { slope, offset }: Calibration): number {
  let loss = 0;
  for (const { scores, target, weight } of groups)
    for (const score of scores) {
      const z = slope * score + offset;
      // Cross-entropy in a form that never overflows.
      loss += weight * (Math.max(z, 0) - z * target + Math.log1p(Math.exp(-Math.abs(z))));
    }
  return loss;
}

function newtonStep(groups: readonly Group[], calibration: Calibration): [slope: number, offset: number] {
  let [g0, g1, h00, h01, h11] = [0, 0, 1e-12, 0, 1e-12];
  for (const { scores, target, weight } of groups)
    for (const score of scores) {
      const p = confidence(calibration, score);
      const error = weight * (target - p);
      const curvature = weight * p * (1 - p);
      g0 += error * score;
      g1 += error;
      h00 += curvature * score * score;
      h01 += curvature * score;
      h11 += curvature;
    }
  const determinant = h00 * h11 - h01 * h01;
  return [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
}
