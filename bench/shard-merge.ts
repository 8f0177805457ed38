// People divided among shards: whether the merged answers are those of one index of all, and what a plan for very many
// people needs to know: processor time of a search, and how much longer the slowest of many shards takes than one.
// `--n N` templates (default 100000), `--shards N` (default 10), `--queries N` (default 200), `--json`.

import { parseArgs } from 'node:util';
import { type Match, mergeMatches, SearchIndex, type SourceVector } from '@insightface-ts/gallery';
import { machine } from './machine.js';
import { median } from './median.js';
import { mulberry32 } from './random.js';
import { dimension, each, probe, template } from './search-data.js';

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '100000' },
    shards: { type: 'string', default: '10' },
    queries: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const people = Math.floor(Number(values.n) / each);
const count = Number(values.shards);
const queries = Number(values.queries);
const limit = 10;
const options = { limit, threshold: Number.NEGATIVE_INFINITY };
const slowestOf = [1, 10, 100, 250];
const draws = 20_000;

const random = mulberry32(3);
const shardOf = Array.from({ length: people }, () => Math.floor(random() * count));

/** The index of some people; numbers of people are those of all. */
function indexOf(isHere: (person: number) => boolean, exactUpTo: number): SearchIndex {
  const own = Uint32Array.from({ length: people * each }, (_, number) => number).filter(number =>
    isHere(Math.floor(number / each)),
  );
  return new SearchIndex(
    {
      state: { templates: own.length, lastTemplate: own.length, removals: 0 },
      vectorsFrom: (first, _dimension, most) =>
        Array.from(
          own.subarray(first - 1, first - 1 + most),
          (number, at): SourceVector => ({
            number: first + at,
            person: Math.floor(number / each),
            embedding: template(number),
          }),
        ),
      removalsFrom: () => [],
      vector: number => template(own[number - 1] ?? 0),
    },
    dimension,
    { workers: 0, exactUpTo },
  );
}

/** Milliseconds of this process's processor time: what other programs do meanwhile does not count. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

const probes = Array.from({ length: queries }, (_, index) => probe(Math.floor((index * people) / queries)));
const whole = indexOf(() => true, Number.POSITIVE_INFINITY);
// As an index of more than 200,000 templates searches.
const quick = indexOf(() => true, 0);
await quick.search(probe(0), { ...options, limit: 1 });
await whole.search(probe(0), { ...options, limit: 1 });
const shards = Array.from({ length: count }, (_, shard) =>
  indexOf(person => shardOf[person] === shard, Number.POSITIVE_INFINITY),
);
for (const shard of shards) await shard.search(probe(0), { ...options, limit: 1 });

const wholeTimes: number[] = [];
const quickTimes: number[] = [];
const shardTimes: number[] = [];
let same = 0;
let right = 0;
let quickRight = 0;
for (const [index, query] of probes.entries()) {
  const start = processorTime();
  const expected = await whole.search(query, options);
  wholeTimes.push(processorTime() - start);
  const quickly = processorTime();
  const [first] = await quick.search(query, options);
  quickTimes.push(processorTime() - quickly);
  const person = Math.floor((index * people) / queries);
  if (first?.group === person) quickRight++;
  const answers: Match[][] = [];
  for (const shard of shards) {
    const begun = processorTime();
    const hits = await shard.search(query, options);
    shardTimes.push(processorTime() - begun);
    answers.push(
      hits.map(({ group, key, similarity }) => ({
        name: `${group}`,
        personId: `${group}`,
        templateId: `${key}`,
        similarity,
      })),
    );
  }
  const merged = mergeMatches(answers, limit);
  if (merged.every(({ name }, rank) => name === `${expected[rank]?.group}`)) same++;
  if (merged[0]?.name === `${person}`) right++;
}
for (const index of [whole, quick, ...shards]) await index.close();

/** Percentiles of the slowest of so many shards, drawn from the times that were measured. */
const slowest = slowestOf.map(size => {
  const sorted = Array.from({ length: draws }, () => {
    let most = 0;
    for (let shard = 0; shard < size; shard++)
      most = Math.max(most, shardTimes[Math.floor(random() * shardTimes.length)] ?? 0);
    return most;
  }).sort((a, b) => a - b);
  return { shards: size, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
});
const result = {
  templates: people * each,
  shards: count,
  queries,
  same: same / queries,
  right: right / queries,
  quickRight: quickRight / queries,
  wholeMs: median(wholeTimes),
  quickMs: median(quickTimes),
  shardMs: median(shardTimes),
  slowest,
};
if (values.json) console.log(JSON.stringify(result));
else {
  console.log(machine);
  console.log(
    `${result.templates} templates of ${people} people in ${count} shards, ${queries} searches, one thread`,
  );
  console.log(
    `merged answers   ${(100 * result.same).toFixed(1)} % are those of one index, ${(100 * result.right).toFixed(1)} % right`,
  );
  console.log(
    `processor time   ${result.wholeMs.toFixed(2)} ms all, ${result.quickMs.toFixed(2)} ms all with a first pass by sign codes (${(100 * result.quickRight).toFixed(1)} % right), ${result.shardMs.toFixed(2)} ms a shard (medians)`,
  );
  for (const { shards: size, p50, p99 } of slowest)
    console.log(`slowest of ${String(size).padEnd(5)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`);
}
process.exitCode = same === queries ? 0 : 1;
