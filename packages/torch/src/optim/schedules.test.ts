import { describe, expect, it } from 'vitest';
import { tensor } from '../factories.js';
import { parameter } from '../nn/parameter.js';
import { applySchedule, cosineWarmup, polynomialWarmup, Sgd, stepDecay } from './index.js';

describe('polynomialWarmup', () => {
  it.each([
    { warmupSteps: 10, totalSteps: 100, power: 1 },
    { warmupSteps: 10, totalSteps: 100, power: 2 },
    { warmupSteps: 0, totalSteps: 20, power: 1 },
    { warmupSteps: 20, totalSteps: 20, power: 1 },
  ])('is the recursion of PolynomialLRWarmup with %o', options => {
    // PyTorch's scheduler multiplies the last rate by the ratio of two neighbours of the polynomial.
    const { warmupSteps: w, totalSteps: t, power } = options;
    const schedule = polynomialWarmup(options);
    let rate = 0.1;
    for (let step = 0; step < t + 5; step++) {
      if (step > 0 && step <= w) rate = (0.1 * step) / w;
      else if (step > w && step > 0 && step <= t)
        rate *= ((1 - (step - w) / (t - w)) / (1 - (step - 1 - w) / (t - w))) ** power;
      expect(0.1 * schedule(step), `step ${step}`).toBeCloseTo(rate, 12);
    }
  });

  it('gives the first step the whole rate, and begins to warm up with the second', () => {
    const schedule = polynomialWarmup({ warmupSteps: 4, totalSteps: 8 });
    expect([0, 1, 2, 4, 6, 8, 9].map(schedule)).toEqual([1, 0.25, 0.5, 1, 0.5, 0, 0]);
  });
});

describe('cosineWarmup', () => {
  it('rises in a line and falls in half a wave', () => {
    const schedule = cosineWarmup({ warmupSteps: 2, totalSteps: 10, end: 0.2 });
    const values = [0, 1, 2, 6, 10, 20].map(schedule);
    for (const [index, value] of [0.5, 1, 1, 0.6, 0.2, 0.2].entries())
      expect(values[index]).toBeCloseTo(value, 12);
  });
});

describe('stepDecay', () => {
  it('falls at its milestones', () => {
    const schedule = stepDecay({ milestones: [4, 6], factor: 0.5, warmupSteps: 2 });
    expect([0, 1, 3, 4, 5, 6, 9].map(schedule)).toEqual([0.5, 1, 1, 0.5, 0.5, 0.25, 0.25]);
  });
});

describe('applySchedule', () => {
  it("starts from each group's own rate", () => {
    const [a, b] = [parameter(tensor([1])), parameter(tensor([1]))];
    const sgd = new Sgd([{ parameters: [a] }, { parameters: [b], lr: 0.3 }], { lr: 0.1 });
    for (const step of [3, 2]) applySchedule(sgd, polynomialWarmup({ warmupSteps: 4, totalSteps: 8 }), step);
    expect(sgd.groups.map(group => group.lr)).toEqual([0.05, 0.15]);
    for (const p of [a, b]) p.dispose();
  });

  it.each([
    { warmupSteps: 9, totalSteps: 8 },
    { warmupSteps: -1, totalSteps: 8 },
    { warmupSteps: 0, totalSteps: 0 },
  ])('refuses %o', options => {
    for (const make of [polynomialWarmup, cosineWarmup])
      expect(() => make(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
