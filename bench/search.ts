// Search in large galleries: build time, memory, latency and rank-1 by size, beside exact float search, the plainest loop,
// usearch and sqlite-vec on the same made-up templates (search-data.ts) in the same run.
// `--n N` templates (default 1000000), `--peer-n N` for usearch and sqlite-vec (default: the lesser of n and 100000:
// usearch takes an hour for a million), `--queries N` (default 1000), `--json`.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.js';
import { median } from './median.js';
import type { OurFigures } from './search-ours.js';
import type { Truth } from './search-truth.js';

interface Searched {
  readonly times: readonly number[];
  readonly found: readonly number[];
}
interface PeerFigures {
  readonly usearch: {
    readonly build: number;
    readonly graphs: readonly (Searched & { readonly expansion: number })[];
  };
  readonly sqliteVec: Searched & { readonly build: number };
}

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000000' },
    'peer-n': { type: 'string' },
    queries: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});
const n = Number(values.n);
const peerSize = Number(values['peer-n'] ?? Math.min(n, 100_000));
const queries = Number(values.queries);
const peers = fileURLToPath(new URL('../peers', import.meta.url));
const plainQueries = 5;

function run<T>(script: string, ...parameters: readonly (string | number)[]): T {
  const output = execFileSync(process.execPath, [script, ...parameters.map(String)], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output) as T;
}

const own = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

function percentile(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Number.NaN;
}

function share<T>(found: readonly T[], same: (item: T, index: number) => boolean): number {
  return found.filter(same).length / found.length;
}

async function size(templates: number) {
  const folder = await mkdtemp(join(tmpdir(), 'insightface-bench-search-'));
  try {
    const truth = run<Truth>(own('search-truth'), templates, queries, plainQueries);
    const ours = run<OurFigures>(own('search-ours'), templates, queries, join(folder, 'index'));
    // Another process opens what the first one has left.
    const opened = run<OurFigures>(own('search-ours'), templates, queries, join(folder, 'index'));
    const p50 = median(ours.times);
    return {
      templates,
      build: ours.build,
      save: ours.save,
      open: opened.build,
      memory: ours.memory,
      openMemory: opened.memory,
      p50,
      p99: percentile(ours.times, 0.99),
      openP50: median(opened.times),
      openP99: percentile(opened.times, 0.99),
      together: ours.together,
      rank1: share(ours.found, ([group], index) => group === truth.found[index]?.[0]),
      sameTemplate: share(ours.found, ([, key], index) => key === truth.found[index]?.[1]),
      plain: median(truth.plain),
      timesPlain: median(truth.plain) / p50,
      truth,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (!existsSync(`${peers}/node_modules/usearch`)) {
  console.error('Installing the peers ...');
  execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', peers], { stdio: 'ignore' });
}
const sizes = [...new Set([peerSize, 100_000, n])].filter(templates => templates <= n).sort((a, b) => a - b);
const measured: Awaited<ReturnType<typeof size>>[] = [];
for (const templates of sizes) measured.push(await size(templates));
const beside = measured.find(({ templates }) => templates === peerSize);
const { usearch, sqliteVec } = run<PeerFigures>(join(peers, 'search.mjs'), peerSize, queries);
const rank1 = ({ found }: Searched) =>
  share(found, (group, index) => group === beside?.truth.found[index]?.[0]);
const graphs = usearch.graphs.map(graph => ({
  expansion: graph.expansion,
  rank1: rank1(graph),
  p50: median(graph.times),
}));
// The quickest graph search that finds as often as ours, or the most thorough one.
const equal = graphs.find(graph => graph.rank1 >= (beside?.rank1 ?? 1)) ?? graphs.at(-1);
const result = {
  machine,
  load: loadavg()[0],
  queries,
  sizes: measured.map(({ truth: _, ...figures }) => figures),
  peers: {
    templates: peerSize,
    ours: { build: beside?.build, p50: beside?.p50, rank1: beside?.rank1 },
    usearch: {
      version: '2.25.3',
      build: usearch.build,
      graphs,
      timesOurBuild: usearch.build / (beside?.build ?? Number.NaN),
      ourLatencyOfItsAtEqualRank1: (beside?.p50 ?? Number.NaN) / (equal?.p50 ?? Number.NaN),
    },
    sqliteVec: {
      version: '0.1.9',
      build: sqliteVec.build,
      p50: median(sqliteVec.times),
      rank1: rank1(sqliteVec),
    },
  },
};
if (values.json) console.log(JSON.stringify(result));
else print();

function print(): void {
  console.log(`${machine}; load ${result.load?.toFixed(1)}; ${queries} probes of people who are enrolled\n`);
  console.log(
    'templates   build s  save s  open s  MB built  MB opened  p50 ms  p99 ms  32 at once  rank-1  plain loop ms',
  );
  for (const row of result.sizes)
    console.log(
      [
        String(row.templates).padStart(9),
        row.build.toFixed(1).padStart(9),
        row.save.toFixed(1).padStart(7),
        row.open.toFixed(2).padStart(7),
        (row.memory / 1e6).toFixed(0).padStart(9),
        (row.openMemory / 1e6).toFixed(0).padStart(10),
        row.p50.toFixed(2).padStart(7),
        row.p99.toFixed(2).padStart(7),
        row.together.toFixed(2).padStart(11),
        row.rank1.toFixed(4).padStart(7),
        `${row.plain.toFixed(0)} (${row.timesPlain.toFixed(1)} times ours)`.padStart(14),
      ].join(' '),
    );
  const { ours, usearch: graph, sqliteVec: exact } = result.peers;
  console.log(
    `\nBeside others at ${peerSize} templates (ours: build ${ours.build?.toFixed(2)} s, ${ours.p50?.toFixed(2)} ms)`,
  );
  console.log(
    `usearch 2.25.3     build ${graph.build.toFixed(1)} s, ${graph.timesOurBuild.toFixed(0)} times ours`,
  );
  for (const { expansion, p50, rank1: right } of graph.graphs)
    console.log(
      `  expansion ${String(expansion).padEnd(4)}   ${p50.toFixed(2)} ms, rank-1 ${right.toFixed(4)}`,
    );
  console.log(`  ours takes ${graph.ourLatencyOfItsAtEqualRank1.toFixed(2)} of its time at equal rank-1`);
  console.log(
    `sqlite-vec 0.1.9   build ${exact.build.toFixed(1)} s, ${exact.p50.toFixed(1)} ms (exact, float)`,
  );
}
