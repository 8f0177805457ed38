// FaceAnalysisPool under many clients, beside one FaceAnalysis that is called for one photo after the other: throughput,
// and how long the event loop was kept. Photos with one face each, cut out of the demo photos. With --check it fails
// where a figure is below its bar.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import {
  createImage,
  encodeJpeg,
  FaceAnalysis,
  FaceAnalysisPool,
  fetchDemoPhotos,
  type Image,
  readImage,
} from 'insightface-ts';
import { machine } from './machine.js';
import { median } from './median.js';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    clients: { type: 'string', default: '32' },
    photos: { type: 'string', default: '192' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string' },
  },
});
const clients = Number(values.clients);
const photosPerRound = Number(values.photos);
const rounds = Number(values.rounds);

/** What must be reached on 2 cores: times the throughput, milliseconds. */
const bars = { speedup: 1.6, lagP99: 50 };

interface Run {
  /** Photos a second. */
  readonly throughput: number;
  /** Milliseconds between two turns of a 10 ms timer, above those 10: 99th percentile, and worst. */
  readonly lagP99: number;
  readonly lagMax: number;
  /** Milliseconds of all cores per photo. */
  readonly cpu: number;
}

/** A picture of about twice the face's side around it; where it reaches over the edge, the rest is black. */
function around(photo: Image, [left, top, right, bottom]: readonly [number, number, number, number]): Image {
  const side = Math.round(2.2 * Math.max(right - left, bottom - top));
  const image = createImage(side, side);
  const x0 = Math.round((left + right - side) / 2);
  const y0 = Math.round((top + bottom - side) / 2);
  for (let y = Math.max(0, -y0); y < side && y + y0 < photo.height; y++) {
    const from = Math.max(0, -x0);
    const to = Math.min(side, photo.width - x0);
    const start = (y + y0) * photo.width + x0;
    image.data.set(photo.data.subarray((start + from) * 3, (start + to) * 3), (y * side + from) * 3);
  }
  return image;
}

/** JPEG files in which one face is found. */
async function portraits(app: FaceAnalysis): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  for (const path of await fetchDemoPhotos()) {
    const photo = await readImage(path);
    for (const { bbox } of await app.get(photo)) {
      const file = await encodeJpeg(around(photo, bbox));
      if ((await app.get(file)).length === 1) files.push(file);
    }
  }
  return files;
}

async function measure(work: () => Promise<void>): Promise<Run> {
  const resolution = 10;
  const lag = monitorEventLoopDelay({ resolution });
  const cpu = process.cpuUsage();
  const start = performance.now();
  lag.enable();
  await work();
  lag.disable();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    throughput: photosPerRound / seconds,
    lagP99: Math.max(0, lag.percentile(99) / 1e6 - resolution),
    lagMax: Math.max(0, lag.max / 1e6 - resolution),
    cpu: (user + system) / 1000 / photosPerRound,
  };
}

/** So many clients, each with one request under way. */
async function drive(
  count: number,
  files: readonly Uint8Array[],
  ask: (file: Uint8Array) => Promise<unknown>,
) {
  let sent = 0;
  const client = async () => {
    while (sent < photosPerRound) await ask(files[sent++ % files.length] ?? new Uint8Array());
  };
  await Promise.all(Array.from({ length: count }, client));
}

const app = await FaceAnalysis.create({ onNotice: () => undefined });
const pool = await FaceAnalysisPool.create({
  onNotice: () => undefined,
  ...(values.workers !== undefined && { workers: Number(values.workers) }),
});
await app.warmup();
const files = await portraits(app);
await drive(clients, files, file => pool.analyze(file));

const direct: Run[] = [];
const pooled: Run[] = [];
const waits: number[] = [];
for (let round = 0; round < rounds; round++) {
  direct.push(await measure(() => drive(1, files, file => app.get(file))));
  pooled.push(
    await measure(() =>
      drive(clients, files, async file => {
        waits.push((await pool.analyze(file)).queueMs);
      }),
    ),
  );
}
const { workers, batchSizes } = pool.stats();
await Promise.all([app.dispose(), pool.dispose()]);

const of = (runs: readonly Run[], field: keyof Run) => median(runs.map(run => run[field]));
const speedups = pooled.map(
  ({ throughput }, round) => throughput / (direct[round]?.throughput ?? Number.NaN),
);
const speedup = median(speedups);
const lagP99 = of(pooled, 'lagP99');
if (values.json)
  console.log(JSON.stringify({ machine, workers, clients, speedups, direct, pooled, batchSizes }));
else {
  console.log(machine);
  console.log(
    `\n${files.length} photos with one face each; ${rounds} alternating rounds of ${photosPerRound}, medians\n`,
  );
  console.log('                                photos/s  lag p99 ms  lag max ms  CPU ms a photo');
  for (const [name, runs] of [
    ['FaceAnalysis, one after the other', direct],
    [`pool of ${workers}, ${clients} clients`, pooled],
  ] as const)
    console.log(
      `${name.padEnd(34)}${of(runs, 'throughput').toFixed(1).padStart(6)}  ${of(runs, 'lagP99').toFixed(1).padStart(10)}  ${of(runs, 'lagMax').toFixed(1).padStart(10)}  ${of(runs, 'cpu').toFixed(1).padStart(14)}`,
    );
  console.log(
    `\nThe pool is ${speedup.toFixed(2)} times as fast (rounds: ${speedups.map(ratio => ratio.toFixed(2)).join(', ')}); requests waited ${median(waits).toFixed(0)} ms (median); batches by size: ${Object.entries(
      batchSizes,
    )
      .map(([size, count]) => `${size}: ${count}`)
      .join(', ')}`,
  );
}
if (values.check && !(speedup >= bars.speedup && lagP99 < bars.lagP99)) {
  console.error(
    `Below the bar: ${speedup.toFixed(2)} times (at least ${bars.speedup}), lag p99 ${lagP99.toFixed(1)} ms (below ${bars.lagP99}).`,
  );
  process.exitCode = 1;
}
