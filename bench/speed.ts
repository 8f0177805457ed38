// End to end from JPEG file to embeddings, beside human and face-api (both on WASM) on the same photos in one run;
// how much of our time is outside the networks; and what rewriting the recogniser's graph gains. With --check it fails
// where a figure is below its bar.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createSession,
  FaceAnalysis,
  fetchDemoPhotos,
  loadPack,
  openSession,
  type Session,
} from 'insightface-ts';
import { machine } from './machine.js';
import { median } from './median.js';
import type { Run } from './time-rounds.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const peers = fileURLToPath(new URL('../peers', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const rounds = 3;

/** What the figures must reach: times faster than each peer, parts of the whole time, of the time before. */
const bars = { peers: 6, outside: 0.3, rewritten: 0.6, difference: 1e-5 };
const missed: string[] = [];

function expectBar(holds: boolean, what: string): void {
  if (!holds) missed.push(what);
}

const contenders = [
  { name: 'insightface-ts', script: `${here}speed-ours.js` },
  { name: 'human 3.3.6', script: `${peers}/human.mjs` },
  { name: 'face-api 1.7.15', script: `${peers}/face-api.mjs` },
];

/** Each contender runs alone in its process, bound to as many cores as it has threads. */
function run(script: string, photos: readonly string[], threads: number): Run {
  const config = JSON.stringify({ photos, threads, rounds });
  const pinned = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0;
  const cores = threads === 1 ? '0' : `0-${threads - 1}`;
  const command = pinned ? 'taskset' : process.execPath;
  const parameters = pinned ? ['-c', cores, process.execPath, script, config] : [script, config];
  const output = execFileSync(command, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Run;
}

async function compareWithPeers(photos: readonly string[]): Promise<void> {
  if (!existsSync(`${peers}/node_modules`)) {
    console.error('Installing the peers ...');
    execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', peers], { stdio: 'ignore' });
  }
  console.log(
    `\nJPEG file to embeddings, ${photos.length} photos, median of ${rounds} rounds after one to warm up\n`,
  );
  console.log('threads  library          faces  ms a photo  CPU ms  ours is faster by (by CPU time)');
  for (const threads of [1, 2]) {
    let ours: { time: number; cpu: number } | undefined;
    for (const { name, script } of contenders) {
      const { faces, times, cpu } = run(script, photos, threads);
      const time = median(times);
      let ratio = '';
      if (ours) {
        ratio = `${(time / ours.time).toFixed(1)} times (${(cpu / ours.cpu).toFixed(1)})`;
        expectBar(time / ours.time >= bars.peers, `${name} with ${threads} threads: ${ratio}`);
      } else ours = { time, cpu };
      const columns = [
        String(faces).padStart(5),
        time.toFixed(1).padStart(10),
        cpu.toFixed(0).padStart(6),
        ratio,
      ];
      console.log(`${threads}        ${name.padEnd(15)}  ${columns.join('  ')}`);
    }
  }
}

/** Where our own time goes, on one photo of 4 faces scaled by its owner to 1920 pixels. */
async function stages(photo: string): Promise<void> {
  for (const tasks of [['detection', 'landmark', 'recognition'] as const, undefined]) {
    const app = await FaceAnalysis.create(tasks ? { tasks } : {});
    await app.warmup();
    const shares: number[] = [];
    let line = '';
    for (let round = 0; round < 15; round++)
      for await (const item of app.stream([photo])) {
        if ('error' in item) throw item.error;
        const { network, ...parts } = item.timings;
        const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
        shares.push(1 - network / total);
        line = `${item.width}x${item.height}, ${item.faces.length} faces: ${Object.entries(parts)
          .map(([stage, time]) => `${stage} ${time.toFixed(1)}`)
          .join(', ')}; networks ${network.toFixed(1)} of ${total.toFixed(1)} ms`;
      }
    console.log(`\n${tasks ? 'Embeddings only' : 'Whole pack'}, one thread, ${line}`);
    console.log(`Outside the networks: ${(median(shares) * 100).toFixed(0)} % (median of 15)`);
    if (!tasks)
      expectBar(median(shares) <= bars.outside, `outside the networks ${median(shares).toFixed(2)}`);
    await app.dispose();
  }
}

/** The recogniser as its file comes, and as it is rewritten when loaded: same input, alternating, one thread. */
async function rewriting(): Promise<void> {
  const { models } = await loadPack('open', { tasks: ['recognition'] });
  const bytes = models[0]?.files.get('model');
  if (!bytes) throw new Error('The pack open has no recogniser.');
  const plain = await createSession(bytes);
  const rewritten = await openSession(bytes);
  const data = Float32Array.from({ length: 3 * 112 * 112 }, (_, index) => Math.sin(index * 0.37));
  const time = async (session: Session) => {
    const name = session.inputs[0]?.name ?? '';
    const start = performance.now();
    const outputs = await session.run({ [name]: { data, dims: [1, 3, 112, 112] } });
    return { time: performance.now() - start, output: Object.values(outputs)[0]?.data ?? new Float32Array() };
  };
  const times = { plain: [] as number[], rewritten: [] as number[] };
  let difference = 0;
  for (let round = 0; round < 60; round++) {
    const a = await time(plain);
    const b = await time(rewritten);
    if (round < 10) continue;
    times.plain.push(a.time);
    times.rewritten.push(b.time);
    const scale = Math.max(...a.output.map(Math.abs));
    for (const [index, value] of a.output.entries())
      difference = Math.max(difference, Math.abs(value - (b.output[index] ?? Number.NaN)) / scale);
  }
  const [before, after] = [median(times.plain), median(times.rewritten)];
  expectBar(
    after / before <= bars.rewritten,
    `the rewritten recogniser takes ${(after / before).toFixed(2)}`,
  );
  expectBar(
    difference <= bars.difference,
    `the rewritten recogniser differs by ${difference.toExponential(1)}`,
  );
  console.log(
    `\nRecogniser of the pack open, one thread, 50 alternating runs: ${before.toFixed(2)} ms as it comes, ${after.toFixed(2)} ms rewritten: ${(after / before).toFixed(2)} of the time, largest difference ${difference.toExponential(1)} of the largest output`,
  );
}

console.log(machine);
const photos = await fetchDemoPhotos();
await compareWithPeers(photos);
const four = photos.find(photo => photo.endsWith('sample4.jpg')) ?? photos[0];
if (four) await stages(four);
await rewriting();
if (values.check && missed.length > 0) {
  for (const what of missed) console.error(`Below its bar: ${what}`);
  process.exitCode = 1;
}
