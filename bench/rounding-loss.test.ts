import { expect, it } from 'vitest';
import { roundingLoss } from './rounding-loss.js';
import { dimension, probe, template } from './search-data.js';

it('counts pairs, finds the rate by hand, and no loss where rounding is fine', () => {
  // Cosines: 1 within a, 0.6 within b; between them 0.8, 0, 0.8 and 0.
  const vectors = [
    [1, 0],
    [1, 0],
    [0.8, 0.6],
    [0, 1],
  ].map(values => Float32Array.of(...values, 0, 0));
  const { genuine, impostor, tar, rounded } = roundingLoss(['a', 'a', 'b', 'b'], vectors, [100], 0);
  expect([genuine, impostor, tar]).toEqual([2, 4, 0.5]);
  expect(rounded[0]).toMatchObject({ scale: 100, lost: 0, clipped: 0 });
  // At FAR 0.5 both strangers at 0.8 are let in, and so is the pair of b.
  expect(roundingLoss(['a', 'a', 'b', 'b'], vectors, [], 0.5).tar).toBe(1);
});

it('makes up templates with the cosines that it promises', () => {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const own: number[] = [];
  const strangers: number[] = [];
  for (let person = 0; person < 200; person++) {
    expect(dot(probe(person), probe(person))).toBeCloseTo(1, 5);
    own.push(dot(probe(person), template(5 * person)));
    strangers.push(dot(probe(person), template(5 * (person + 1))));
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  // Two cosines to the centre, uniform in 0.65 to 0.95, multiply to 0.64.
  expect(mean(own)).toBeCloseTo(0.64, 1);
  expect(mean(strangers)).toBeCloseTo(0, 1);
  expect(Math.sqrt(mean(strangers.map(value => value ** 2)))).toBeCloseTo(1 / Math.sqrt(372), 2);
  expect(template(3)).toHaveLength(dimension);
});
