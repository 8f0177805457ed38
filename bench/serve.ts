// The service under load: 32 clients beside one FaceAnalysis that is called directly, a fixed rate below and above
// what the server can do, and on wish ten minutes of load (--minutes 10). With --kill 100 it is killed a hundred times
// in the middle of enrolments instead. Photos have one face each. --rate sets the arrival rate that is measured; --json
// prints one object.
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FaceAnalysis } from 'insightface-ts';
import { machine } from './machine.js';
import { median } from './median.js';
import { mulberry32 } from './random.js';
import { killServer } from './serve-faults.js';
import { closedLoop, type LoadResult, type LoadTarget, openLoop } from './serve-load.js';
import { oneFacePhotos } from './serve-photos.js';
import { endServerProcess, type ServerProcess, startServerProcess } from './serve-process.js';
import { residentMegabytes, serverState } from './serve-report.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '8' },
    clients: { type: 'string', default: '32' },
    rate: { type: 'string' },
    minutes: { type: 'string', default: '0' },
    kill: { type: 'string', default: '0' },
  },
});
const seconds = Number(values.seconds);
const clients = Number(values.clients);
const note = (text: string) => console.error(text);

/** What both sides do with a photo: find, align, embed and describe. */
const path = '/v1/analyze?embeddings=true';

/** Photos a second of one FaceAnalysis, one after another. */
async function directly(app: FaceAnalysis, photos: readonly Uint8Array[], time: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < time * 1000) await app.get(photos[done++ % photos.length]!);
  return done / ((performance.now() - start) / 1000);
}

/** Three rounds, each: direct, then through the server with all clients. */
async function compare(app: FaceAnalysis, target: LoadTarget) {
  const direct: number[] = [];
  const served: number[] = [];
  let last: LoadResult | undefined;
  for (let round = 0; round < 3; round++) {
    direct.push(await directly(app, target.photos, seconds / 2));
    last = await closedLoop(target, clients, seconds / 2);
    served.push(last.throughput);
  }
  const ratios = served.map((throughput, index) => throughput / (direct[index] ?? Number.NaN));
  return { direct: median(direct), served: median(served), ratio: median(ratios), ratios, clients: last };
}

/** A fixed rate, with what the server says of it. */
async function atRate(server: ServerProcess, target: LoadTarget, rate: number) {
  const before = await serverState(server);
  const result = await openLoop(target, rate, seconds);
  const after = await serverState(server);
  return {
    rate,
    ...result,
    queueMs: (after.queueMs - before.queueMs) / (after.images - before.images),
    eventLoopLagP99: after.eventLoopLagP99,
  };
}

/** Load for minutes: errors, and memory at the start and at the end of it. */
async function soak(server: ServerProcess, target: LoadTarget, rate: number, minutes: number) {
  const memory: number[] = [];
  const total = { sent: 0, accepted: 0, refused: 0, errors: {} as Record<string, number> };
  for (let part = 0; part < minutes * 6; part++) {
    const result = await openLoop(target, rate, 10);
    memory.push(residentMegabytes(server.process.pid));
    total.sent += result.sent;
    total.accepted += result.accepted;
    total.refused += result.refused;
    for (const [status, count] of Object.entries(result.errors))
      total.errors[status] = (total.errors[status] ?? 0) + count;
    if (part % 6 === 5) note(`minute ${(part + 1) / 6} of ${minutes}: ${Math.round(memory.at(-1) ?? 0)} MB`);
  }
  const part = Math.ceil(memory.length / 4);
  // The first minute or so warms caches up.
  const [early, late] = [median(memory.slice(part, 2 * part)), median(memory.slice(-part))];
  return {
    minutes,
    rate,
    ...total,
    megabytes: { early, late, grown: late - early, all: memory.map(Math.round) },
  };
}

/** Below and above what the server can do, and for minutes if asked for. */
async function load(app: FaceAnalysis, photos: readonly Uint8Array[]) {
  const data = await mkdtemp(join(tmpdir(), 'serve-'));
  const server = await startServerProcess({ data });
  try {
    const target: LoadTarget = { url: server.url, key: server.key, path, photos };
    await closedLoop(target, 4, 2);
    const compared = await compare(app, target);
    const able = compared.served;
    const calm = await atRate(server, target, Number(values.rate ?? able * 0.5));
    const over = await atRate(server, target, able * 2);
    return {
      compared,
      calm,
      over,
      overToClients: over.latency.p99 / (compared.clients?.latency.p99 ?? Number.NaN),
      overToCalm: over.latency.p99 / calm.latency.p99,
      ...(Number(values.minutes) > 0 && {
        soak: await soak(server, target, able * 0.5, Number(values.minutes)),
      }),
    };
  } finally {
    await endServerProcess(server, 'SIGTERM');
    await rm(data, { recursive: true, force: true });
  }
}

function printLoad({
  compared,
  calm,
  over,
  overToClients,
  overToCalm,
  soak: long,
}: Awaited<ReturnType<typeof load>>) {
  const row = (name: string, { throughput, latency, refused, errors }: LoadResult) => {
    const numbers = [throughput, latency.p50, latency.p95, latency.p99].map(value =>
      value.toFixed(1).padStart(9),
    );
    console.log(
      `${name.padEnd(22)}${numbers.join('')}${String(refused).padStart(9)}  ${JSON.stringify(errors)}`,
    );
  };
  console.log('\n                        photos/s   p50 ms   p95 ms   p99 ms      503  errors');
  if (compared.clients) row(`${clients} clients`, compared.clients);
  row(`${calm.rate.toFixed(1)} a second`, calm);
  row(`${over.rate.toFixed(1)} a second`, over);
  console.log(
    `\nOne FaceAnalysis, called directly: ${compared.direct.toFixed(1)} photos/s; through the server ${compared.ratio.toFixed(2)} times that (rounds: ${compared.ratios.map(ratio => ratio.toFixed(2)).join(', ')})`,
  );
  console.log(
    `Time in the queue: ${calm.queueMs.toFixed(1)} and ${over.queueMs.toFixed(1)} ms; event loop lag, p99: ${calm.eventLoopLagP99.toFixed(1)} and ${over.eventLoopLagP99.toFixed(1)} ms; a refusal takes ${over.refusal.p99.toFixed(1)} ms (p99)`,
  );
  console.log(
    `p99 past saturation: ${overToClients.toFixed(1)} times that of ${clients} clients, ${overToCalm.toFixed(1)} times that of half the load`,
  );
  if (long)
    console.log(
      `${long.minutes} minutes: ${long.accepted} answers, ${long.refused} times 503, errors ${JSON.stringify(long.errors)}, ${long.megabytes.early.toFixed(0)} MB, at the end ${long.megabytes.late.toFixed(0)} MB`,
    );
}

const app = await FaceAnalysis.create({ onNotice: () => {} });
await app.warmup();
const photos = await oneFacePhotos(app);
const about = { machine, photos: photos.length, load: loadavg()[0] };
if (!values.json) console.log(`${machine}, ${photos.length} photos, load ${about.load?.toFixed(1)}`);
try {
  const kills = Number(values.kill);
  if (kills > 0) {
    const faults = await killServer(photos, kills, mulberry32(1), round => {
      if (round % 10 === 9) note(`${round + 1} of ${kills} kills`);
    });
    console.log(values.json ? JSON.stringify({ ...about, faults }) : faults);
    if (faults.lost.length > 0 || !faults.audit.startsWith('whole')) process.exitCode = 1;
  } else {
    const figures = await load(app, photos);
    if (values.json) console.log(JSON.stringify({ ...about, ...figures }));
    else printLoad(figures);
  }
} finally {
  await app.dispose();
}
