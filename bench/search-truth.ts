// Exact answers by the scan of floats (tested against a plain loop), and beside it the plainest loop in JavaScript for a few of the queries, over the same
// vectors. Prints JSON. Parameters: templates, queries, plain queries.
import { availableParallelism } from 'node:os';
import { ScanIndex } from '@insightface-ts/gallery';
import { dimension, each, probe, template } from './search-data.js';

export interface Truth {
  /** For each query the person and the template that are nearest. */
  readonly found: readonly (readonly [group: number, key: number])[];
  /** Milliseconds of each plain search. */
  readonly plain: readonly number[];
}

const [templates = 0, queries = 0, plainQueries = 0] = process.argv.slice(2, 5).map(Number);
const vectors = new Float32Array(templates * dimension);
for (let number = 0; number < templates; number++) vectors.set(template(number), number * dimension);
const people = Math.floor(templates / each);
const probes = Array.from({ length: queries }, (_, index) => probe(Math.floor((index * people) / queries)));

/** One query after another over all vectors, sums in order, ten best. */
function plainSearch(query: Float32Array): number {
  const best: { number: number; similarity: number }[] = [];
  for (let number = 0; number < templates; number++) {
    let similarity = 0;
    for (let index = 0, at = number * dimension; index < dimension; index++, at++)
      similarity += vectors[at]! * query[index]!;
    if (best.length < 10 || similarity > best[9]!.similarity) {
      best.push({ number, similarity });
      best.sort((a, b) => b.similarity - a.similarity);
      best.length = Math.min(10, best.length);
    }
  }
  return best[0]?.number ?? -1;
}

const plain: number[] = [];
for (const query of probes.slice(0, plainQueries)) {
  const start = performance.now();
  plainSearch(query);
  plain.push(performance.now() - start);
}

const exact = new ScanIndex(dimension, { precision: 'float', workers: availableParallelism() });
for (let number = 0; number < templates; number++)
  exact.add(
    number + 1,
    Math.floor(number / each),
    vectors.subarray(number * dimension, (number + 1) * dimension),
  );
const nearest = await exact.searchMany(probes, { limit: 1, threshold: Number.NEGATIVE_INFINITY });
await exact.close();
const truth: Truth = {
  found: nearest.map(([best]) => [best?.group ?? -1, best?.key ?? -1] as const),
  plain,
};
console.log(JSON.stringify(truth));
