// The trials of a sweep: every combination of a grid, or random draws (Bergstra and Bengio 2012).
import { seededRandom } from '../data/random.js';
import type { Sweep } from './sweep-file.js';

/** Values by the path of their key, such as `optimizer.lr`. */
export type Trial = Readonly<Record<string, number | string | boolean>>;

/** All trials, the same for the same file. */
export function listTrials(sweep: Sweep): Trial[] {
  return sweep.search === 'grid' ? grid(sweep.parameters) : draws(sweep);
}

function grid(parameters: Extract<Sweep, { search: 'grid' }>['parameters']): Trial[] {
  return Object.entries(parameters).reduce<Trial[]>(
    (trials, [key, values]) => trials.flatMap(trial => values.map(value => ({ ...trial, [key]: value }))),
    [{}],
  );
}

function draws(sweep: Extract<Sweep, { search: 'random' }>): Trial[] {
  const random = seededRandom(sweep.seed);
  return Array.from({ length: sweep.trials }, () =>
    Object.fromEntries(
      Object.entries(sweep.parameters).map(([key, values]) => [key, draw(values, random())] as const),
    ),
  );
}

function draw(
  values: Extract<Sweep, { search: 'random' }>['parameters'][string],
  share: number,
): number | string | boolean {
  if (!('from' in values)) return values[Math.floor(share * values.length)]!;
  const { from, to, scale } = values;
  if (scale === 'integer') return from + Math.floor(share * (to - from + 1));
  const value = scale === 'log' ? from * (to / from) ** share : from + share * (to - from);
  return Number(value.toPrecision(4));
}
