import { optim } from '@insightface-ts/torch';
import { expect, test } from 'vitest';
import { planRun, progressOf, rateFactor, secondsLeft } from './progress.js';

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
        progressOf(plan, { steps: step, seconds: 0 }),
      );
      expect(factor).toBeCloseTo(expected(step), 12);
    }
  }
});

test('a run ends at whichever of epochs, steps and minutes comes first', () => {
  expect(planRun({ epochs: 2.5, warmup: 0, power: 1 }, 40).steps).toBe(100);
  expect(planRun({ epochs: 3, steps: 70, warmup: 0, power: 1 }, 40).steps).toBe(70);
  const plan = planRun({ steps: 1000, minutes: 2, warmup: 0, power: 1 }, 40);
  expect(progressOf(plan, { steps: 100, seconds: 90 })).toBe(0.75);
  expect(progressOf(plan, { steps: 900, seconds: 90 })).toBe(0.9);
  expect(secondsLeft(plan, { steps: 900, seconds: 90 })).toBeCloseTo(10);
});
