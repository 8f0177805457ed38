// Made-up templates for the search benchmark, each from its number alone: people with five templates whose cosines to the
// person's centre are uniform in 0.65 to 0.95, in 512 dimensions of which about 372 count (participation ratio), which
// gives strangers the spread of cosines that recognisers give them (0.05).
import { mulberry32 } from './random.js';

export const dimension = 512;
export const each = 5;

/** Standard deviation of each direction before the turn: variances fall as exp(-2.2 t), so that 372 dimensions count. */
const spread = Float32Array.from({ length: dimension }, (_, index) => Math.exp((-1.1 * index) / dimension));
const signs = (() => {
  const random = mulberry32(7);
  return Float32Array.from({ length: dimension }, () => (random() < 0.5 ? -1 : 1));
})();

/** Template `number`, from 0 on, of person `number / 5` rounded down. Unit length. */
export function template(number: number): Float32Array {
  return turn(sample(Math.floor(number / each), 1 + number));
}

/** A new sample of a person who is enrolled. */
export function probe(person: number): Float32Array {
  return turn(sample(person, 0x8000_0000 + person));
}

function sample(person: number, seed: number): Float32Array {
  const centre = direction(mulberry32(Math.imul(person + 1, 0x9e37_79b1)));
  const random = mulberry32(Math.imul(seed, 0x85eb_ca6b));
  const cosine = 0.65 + 0.3 * random();
  const aside = direction(random);
  let along = 0;
  for (let index = 0; index < dimension; index++) along += aside[index]! * centre[index]!;
  for (let index = 0; index < dimension; index++) aside[index]! -= along * centre[index]!;
  const part = Math.sqrt(1 - cosine * cosine) / length(aside);
  for (let index = 0; index < dimension; index++)
    centre[index] = cosine * centre[index]! + part * aside[index]!;
  return centre;
}

function direction(random: () => number): Float32Array {
  const vector = new Float32Array(dimension);
  for (let index = 0; index < dimension; index++) vector[index] = spread[index]! * (2 * random() - 1);
  const norm = length(vector);
  for (let index = 0; index < dimension; index++) vector[index]! /= norm;
  return vector;
}

function length(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/** Mixes the directions (signs, then a Walsh-Hadamard transform), as no recogniser keeps them in order of their weight. */
function turn(vector: Float32Array): Float32Array {
  for (let index = 0; index < dimension; index++) vector[index]! *= signs[index]!;
  for (let half = 1; half < dimension; half *= 2)
    for (let start = 0; start < dimension; start += 2 * half)
      for (let index = start; index < start + half; index++) {
        const [a, b] = [vector[index]!, vector[index + half]!];
        vector[index] = a + b;
        vector[index + half] = a - b;
      }
  const norm = 1 / Math.sqrt(dimension);
  for (let index = 0; index < dimension; index++) vector[index]! *= norm;
  return vector;
}
