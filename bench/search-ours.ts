// One size of our index, alone in its process so that its memory can be read: build, save, search, open again. Prints
// JSON. Parameters: templates, queries, folder. Where the folder holds an index already, it only opens that.
import { SearchIndex, type SourceVector, type VectorSource } from '@insightface-ts/gallery';
import { dimension, each, probe, template } from './search-data.js';

export interface OurFigures {
  /** Seconds until the first answer, without the time to make the templates up. */
  readonly build: number;
  /** Seconds that closing takes; most is saved before that. */
  readonly save: number;
  /** Resident memory in bytes, after the searches. */
  readonly memory: number;
  /** Milliseconds of each search. */
  readonly times: readonly number[];
  /** Milliseconds a query when 32 come together. */
  readonly together: number;
  /** For each query the person and the template found first. */
  readonly found: readonly (readonly [group: number, key: number])[];
}

const [templates = 0, queries = 0] = process.argv.slice(2, 4).map(Number);
const folder = process.argv[4] ?? '';
let making = 0;

/** Templates as a store would give them; the time to make them up is not the index's. */
const source: VectorSource = {
  state: { templates, lastTemplate: templates, removals: 0 },
  vectorsFrom(first, _dimension, limit) {
    const start = performance.now();
    const vectors: SourceVector[] = [];
    for (let number = first; number <= templates && vectors.length < limit; number++)
      vectors.push({ number, person: Math.floor((number - 1) / each), embedding: template(number - 1) });
    making += performance.now() - start;
    return vectors;
  },
  removalsFrom: () => [],
  vector: number => template(number - 1),
};
const people = Math.floor(templates / each);
const probes = Array.from({ length: queries }, (_, index) => probe(Math.floor((index * people) / queries)));
const options = { limit: 10, threshold: Number.NEGATIVE_INFINITY };

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}

const index = new SearchIndex(source, dimension, { folder });
// The first search waits for all templates.
const [whole] = await timed(() => index.search(probe(people), options));
const build = (whole - making) / 1000;
const times: number[] = [];
const found: [number, number][] = [];
for (const query of probes.slice(0, 20)) await index.search(query, { ...options, limit: 9 });
for (const query of probes) {
  const [time, [best]] = await timed(() => index.search(query, options));
  times.push(time);
  found.push([best?.group ?? -1, best?.key ?? -1]);
}
const [batch] = await timed(() => index.searchMany(probes.slice(0, 32), { ...options, limit: 8 }));
const memory = process.memoryUsage().rss;
const [save] = await timed(() => index.close());
const together = batch / Math.min(32, queries);
console.log(
  JSON.stringify({ build, save: save / 1000, memory, times, together, found } satisfies OurFigures),
);
