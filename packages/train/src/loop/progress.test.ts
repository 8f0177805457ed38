import { optim } from '@insightface-ts/torch';
import { expect, test } from 'vitest';
import { planRun, progressOf, rateFactor, secondsLeft, stepsInAll } from './progress.js';

test("the rate is that of arcface_torch's PolynomialLRWarmup at every step but its first", () => {
  for (const [warmupSteps, power] of [
    [0, 1],
    [10, 1],
    [10, 2],
  ] as const) {
    const plan = planRun({ steps: 100, warmup: warmupSteps / 100, power }, 50);
    const expected = optim.polynomialWarmup({ warmupSteps, totalSteps: 100, power });
    for (let step = 1; step <= 100; step++) {
      const factor = rateFactor(
        { steps: 100, warmup: warmupSteps / 100, power },
        progressOf(plan, { steps: step, epochs: step / 50, seconds: 0 }),
      );
      expect(factor).toBeCloseTo(expected(step), 12);
    }
  }
});

test('a run ends at whichever of epochs, steps and minutes comes first', () => {
  const plan = planRun({ epochs: 2.5, steps: 1000, minutes: 2, warmup: 0, power: 1 }, 40);
  expect(progressOf(plan, { steps: 100, epochs: 1, seconds: 90 })).toBe(0.75);
  expect(progressOf(plan, { steps: 900, epochs: 1, seconds: 90 })).toBe(0.9);
  expect(progressOf(plan, { steps: 99, epochs: 99 / 40, seconds: 1 })).toBeLessThan(1);
  expect(progressOf(plan, { steps: 100, epochs: 100 / 40, seconds: 1 })).toBe(1);
  expect(stepsInAll(plan, { steps: 0, epochs: 0, seconds: 0 })).toBe(100);
  expect(secondsLeft(plan, { steps: 50, epochs: 50 / 40, seconds: 20 })).toBeCloseTo(20);
});

test('epochs are counted in data: with half as many images a step, as many epochs are left', () => {
  const schedule = { epochs: 4, warmup: 0, power: 1 };
  const done = { steps: 20, epochs: 2, seconds: 1 };
  for (const [stepsPerEpoch, steps] of [
    [10, 40],
    [20, 60],
  ] as const) {
    const plan = planRun(schedule, stepsPerEpoch);
    expect(progressOf(plan, done)).toBe(0.5);
    expect(stepsInAll(plan, done)).toBe(steps);
  }
});
