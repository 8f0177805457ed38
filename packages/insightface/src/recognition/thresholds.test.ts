import { describe, expect, it } from 'vitest';
import { thresholdAtFar } from './thresholds.js';

const measured = { '1e-4': 0.41, '1e-2': 0.24, '0.001': 0.33 };

describe('thresholdAtFar', () => {
  it('is exact at measured rates, however they are written', () => {
    expect(thresholdAtFar(measured, 1e-2)).toBe(0.24);
    expect(thresholdAtFar(measured, 0.001)).toBe(0.33);
    expect(thresholdAtFar(measured, 1 / 10_000)).toBe(0.41);
  });

  it('is linear in the logarithm of the rate between them', () => {
    expect(thresholdAtFar(measured, 10 ** -2.5)).toBeCloseTo((0.24 + 0.33) / 2, 12);
    expect(thresholdAtFar(measured, 10 ** -3.25)).toBeCloseTo(0.75 * 0.33 + 0.25 * 0.41, 12);
  });

  it.each([1e-6, 0.05, 0, -1, Number.NaN, 2])(
    'refuses %s, outside what was measured, and lists the rates',
    far => {
      expect(() => thresholdAtFar(measured, far)).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('1e-4, 1e-3, 1e-2'),
        }),
      );
    },
  );

  it('refuses thresholds that are no numbers by rate', () => {
    expect(() => thresholdAtFar({ strict: 0.4 }, 1e-3)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(() => thresholdAtFar({}, 1e-3)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
