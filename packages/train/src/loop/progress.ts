// How far a run is, and the learning rate there.
import type { Experiment } from './experiment.js';

/** What has been done so far. */
export interface Done {
  readonly steps: number;
  /** Passes over the data, with fraction. */
  readonly epochs: number;
  /** Wall time of training, over all resumptions, in seconds. */
  readonly seconds: number;
}

/** The end of a run, in steps, epochs and seconds; Infinity where the schedule names none. */
export interface Plan {
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Rounded to whole steps. */
  readonly epochs: number;
  readonly seconds: number;
}

/** Turns epochs, steps and minutes into one plan. */
export function planRun(schedule: Experiment['schedule'], stepsPerEpoch: number): Plan {
  const { epochs, steps, minutes } = schedule;
  return {
    stepsPerEpoch,
    steps: steps ?? Number.POSITIVE_INFINITY,
    epochs:
      epochs === undefined
        ? Number.POSITIVE_INFINITY
        : Math.max(1, Math.round(epochs * stepsPerEpoch)) / stepsPerEpoch,
    seconds: minutes === undefined ? Number.POSITIVE_INFINITY : minutes * 60,
  };
}

/**
 * Share of the run that is done, 0 to 1: by steps, epochs or the clock, whichever is further. Epochs are not counted in steps,
 * whose size changes when a run goes on with another number of ranks.
 */
export function progressOf(plan: Plan, { steps, epochs, seconds }: Done): number {
  return Math.min(1, Math.max(steps / plan.steps, epochs / plan.epochs, seconds / plan.seconds));
}

/** Steps of the whole run; Infinity where only the clock ends it. */
export function stepsInAll(plan: Plan, done: Done): number {
  return Math.min(plan.steps, done.steps + Math.round((plan.epochs - done.epochs) * plan.stepsPerEpoch));
}

/**
 * What the base learning rate is multiplied with: a straight rise from 0 during the warm-up, then (1 - p)^power to 0.
 * The values are those of arcface_torch's PolynomialLRWarmup, but for its first step, which there has the full rate.
 */
export function rateFactor(schedule: Experiment['schedule'], progress: number): number {
  const { warmup, power } = schedule;
  if (progress < warmup) return progress / warmup;
  return ((1 - progress) / (1 - warmup)) ** power;
}

/** Seconds until the end at the pace so far, by what comes first. */
export function secondsLeft(plan: Plan, done: Done): number {
  const bySteps =
    done.steps > 0
      ? (done.seconds / done.steps) * (stepsInAll(plan, done) - done.steps)
      : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(bySteps, plan.seconds - done.seconds));
}
