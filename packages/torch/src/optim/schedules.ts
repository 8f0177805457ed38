// Learning rate as a function of the optimizer's step: no state, so a resumed run needs nothing but the step's number.
import { TorchError } from '../errors.js';
import type { Optimizer } from './optimizer.js';

/** What a group's initial learning rate is multiplied by at a step, counted from 0. */
export type Schedule = (step: number) => number;

/** Sets every group's learning rate for the step that comes: call it before `optimizer.step()`. */
export function applySchedule(optimizer: Optimizer, schedule: Schedule, step: number): void {
  const factor = schedule(step);
  for (const group of optimizer.groups) group.lr = group.initialLr * factor;
}

/**
 * Warm-up from 0, then a polynomial down to 0: arcface_torch's `PolynomialLRWarmup`.
 * As there, step 0 has the full rate, and the warm-up begins with step 1 at 1 / warmupSteps.
 * @param options.power 1 by default: a straight line.
 */
export function polynomialWarmup(options: {
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly power?: number;
}): Schedule {
  const { warmupSteps, totalSteps, power = 1 } = options;
  requireSteps(warmupSteps, totalSteps);
  return step => {
    if (step === 0) return 1;
    const at = Math.min(step, totalSteps);
    if (at <= warmupSteps) return at / warmupSteps;
    return (1 - (at - warmupSteps) / (totalSteps - warmupSteps)) ** power;
  };
}

/**
 * Warm-up from 0, then half a cosine wave down to `end` (https://arxiv.org/abs/1608.03983).
 * The warm-up gives step s the rate (s + 1) / warmupSteps.
 * @param options.end part of the initial rate that is left at the end; 0 by default.
 */
export function cosineWarmup(options: {
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly end?: number;
}): Schedule {
  const { warmupSteps, totalSteps, end = 0 } = options;
  requireSteps(warmupSteps, totalSteps);
  return step => {
    if (step < warmupSteps) return (step + 1) / warmupSteps;
    if (step >= totalSteps) return end;
    const progress = (step - warmupSteps) / (totalSteps - warmupSteps);
    return end + ((1 - end) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

/**
 * The rate falls at given steps, by a factor each time, after an optional warm-up like {@link cosineWarmup}'s.
 * @param options.factor 0.1 by default.
 */
export function stepDecay(options: {
  readonly milestones: readonly number[];
  readonly factor?: number;
  readonly warmupSteps?: number;
}): Schedule {
  const { milestones, factor = 0.1, warmupSteps = 0 } = options;
  return step => {
    const warmup = step < warmupSteps ? (step + 1) / warmupSteps : 1;
    return warmup * factor ** milestones.filter(milestone => step >= milestone).length;
  };
}

function requireSteps(warmupSteps: number, totalSteps: number): void {
  if (!(warmupSteps >= 0 && totalSteps >= 1 && warmupSteps <= totalSteps))
    throw new TorchError(
      'INVALID_ARGUMENT',
      `A schedule of ${totalSteps} steps cannot have ${warmupSteps} of warm-up: give 0 <= warmupSteps <= totalSteps, totalSteps at least 1.`,
    );
}
