// Forward and backward of MobileFaceNet and iResNet-18, here beside Python on the same libtorch, step by step in turns: at the
// same settings, and as we set the engine up beside Python as it comes. Then a thousand training steps of a small network,
// after which as many tensors must be alive as after the first. At batch 64 it needs 16 GB.
//   node bench/dist/train-speed.js [--networks mbf,r18] [--batch 64] [--steps 4] [--threads 2] [--json] [--check]
// Needs PyTorch for /usr/bin/python3 (or PYTHON=...) on the same libtorch; Debian, Ubuntu: apt-get install python3-torch
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { memory, ops, optim, randn, tensor, tidy } from '@insightface-ts/torch';
import { createBackbone } from '@insightface-ts/train';

/** What one contender runs. */
export interface Contender {
  readonly network: 'mbf' | 'r18';
  readonly batch: number;
  readonly threads: number;
  readonly channelsLast: boolean;
  readonly splitPairs: boolean;
}

/** What one contender tells of a step. */
export interface StepReport {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly parameters: number;
  readonly loss: number;
  readonly version: string;
}

const { values } = parseArgs({
  options: {
    networks: { type: 'string', default: 'mbf,r18' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '4' },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
const python = process.env['PYTHON'] ?? '/usr/bin/python3';
/** Where it gains on CPUs; the wide convolutions of residual networks are as fast with channels first. */
const channelsLast = { mbf: true, r18: false };
const bars = { same: 0.95, tuned: 1.3, memory: 1 };

// The engine's own choice. Python as it comes lets waiting threads spin: ten times as slow where other work runs beside, so
// that figure would tell of the neighbours.
const always = { OMP_WAIT_POLICY: 'PASSIVE' };

/** The environment of a setting. */
const environments = {
  // glibc gives large blocks back to the kernel at every free; with these it keeps them, in both languages alike.
  same: {
    INSIGHTFACE_TORCH_ALLOCATOR: 'system',
    MALLOC_MMAP_MAX_: '0',
    MALLOC_TRIM_THRESHOLD_: String(2 ** 40),
    MALLOC_ARENA_MAX: '1',
  },
  // How much of a heap lies idle between blocks changes by a quarter from run to run. With a mapping for each block, the
  // peak is what the work needs, to 0.1 %; slow.
  mapped: { INSIGHTFACE_TORCH_ALLOCATOR: 'system', MALLOC_MMAP_THRESHOLD_: '131072' },
  tuned: {},
};

type Side = 'ours' | 'python';
type Setting = keyof typeof environments;

requirePython();
const rows: Row[] = [];
for (const name of values.networks.split(',')) {
  if (name !== 'mbf' && name !== 'r18') throw new Error(`--networks knows mbf and r18, not ${name}.`);
  const same = await race(name, 'same', Number(values.steps));
  const mapped = await race(name, 'mapped', 0);
  rows.push(summarize(name, 'same', same, mapped));
  const tuned = await race(name, 'tuned', Number(values.steps));
  rows.push(summarize(name, 'tuned', tuned, tuned));
}
const live = countLiveTensors(1000);
const missed = [
  ...rows.flatMap(row => row.missed),
  ...(live.first === live.last
    ? []
    : [`${live.last} tensors alive after 1,000 steps, ${live.first} after the first`]),
];
if (values.json) console.log(JSON.stringify({ batch: Number(values.batch), rows, live, missed }, null, 2));
else print();
if (values.check && missed.length > 0) process.exitCode = 1;

/** Starts both sides; after a first step each, `steps` in turns, and which goes first changes each time. */
async function race(network: Contender['network'], setting: Setting, steps: number) {
  const sides = { ours: start('ours', setting, network), python: start('python', setting, network) };
  const reports: Record<Side, StepReport[]> = { ours: [], python: [] };
  for (let step = 0; step <= steps; step++)
    for (const side of (step % 2 ? ['python', 'ours'] : ['ours', 'python']) as Side[]) {
      const report = await sides[side].step();
      reports[side].push(report);
      const { seconds, cpuSeconds, peakMegabytes } = report;
      console.error(
        `${network} ${setting} ${side} ${step}: ${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU s, ${peakMegabytes.toFixed(0)} MB`,
      );
    }
  // Their memory is free before the next ones start.
  await Promise.all([sides.ours.close(), sides.python.close()]);
  return reports;
}

interface Row extends ReturnType<typeof summarize> {}

function summarize(
  network: Contender['network'],
  setting: 'same' | 'tuned',
  { ours, python: theirs }: Record<Side, readonly StepReport[]>,
  peaks: Record<Side, readonly StepReport[]>,
) {
  const [mine, other] = [ours[0]!, theirs[0]!];
  if (mine.parameters !== other.parameters || Math.abs(mine.loss - other.loss) > 1e-3 * Math.abs(other.loss))
    throw new Error(
      `${network} is not the same network on both sides: ${mine.parameters} and ${other.parameters} parameters, loss ${mine.loss} and ${other.loss}.`,
    );
  if (mine.version !== other.version.replace(/[a+].*/, ''))
    console.error(`note: libtorch ${mine.version} here, ${other.version} in Python`);
  const speed = (of: readonly StepReport[], key: 'seconds' | 'cpuSeconds') =>
    Number(values.batch) / Math.min(...of.slice(1).map(report => report[key]));
  const figures = {
    imagesPerSecond: { ours: speed(ours, 'seconds'), python: speed(theirs, 'seconds') },
    imagesPerCpuSecond: { ours: speed(ours, 'cpuSeconds'), python: speed(theirs, 'cpuSeconds') },
    peakMegabytes: {
      ours: peaks.ours.at(-1)!.peakMegabytes,
      python: peaks.python.at(-1)!.peakMegabytes,
    },
  };
  const ratio = {
    wall: figures.imagesPerSecond.ours / figures.imagesPerSecond.python,
    cpu: figures.imagesPerCpuSecond.ours / figures.imagesPerCpuSecond.python,
    memory: figures.peakMegabytes.ours / figures.peakMegabytes.python,
  };
  const missed = [
    ...(['wall', 'cpu'] as const)
      .filter(key => ratio[key] < bars[setting])
      .map(key => `${network} ${setting}: ${key} ratio ${ratio[key].toFixed(2)} is below ${bars[setting]}`),
    ...(ratio.memory > bars.memory
      ? [`${network} ${setting}: ${ratio.memory.toFixed(3)} times Python's memory`]
      : []),
  ];
  return { network, setting, parameters: mine.parameters, ...figures, ratio, missed };
}

function start(side: Side, setting: Setting, network: Contender['network']) {
  const isTuned = setting === 'tuned';
  const isOurs = side === 'ours';
  const contender: Contender = {
    network,
    batch: Number(values.batch),
    threads: Number(values.threads),
    channelsLast: channelsLast[network] && (isOurs || !isTuned),
    splitPairs: isOurs && isTuned,
  };
  const [program, script] = isOurs
    ? [process.execPath, fileURLToPath(new URL('train-speed-ours.js', import.meta.url))]
    : [python, fileURLToPath(new URL('../peers/train_speed.py', import.meta.url))];
  const child = spawn(program, [script, JSON.stringify(contender)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...always, ...environments[setting] },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async step(): Promise<StepReport> {
      child.stdin.write('step\n');
      const { value, done } = await lines.next();
      if (done) throw new Error(`${network} ${setting} ${side} ended early; its message is above.`);
      return JSON.parse(value);
    },
    async close(): Promise<void> {
      child.stdin.end();
      await once(child, 'close');
    },
  };
}

/** Trains a narrow network; tensors alive after the first step (momentum is there by then) and after the last. */
function countLiveTensors(steps: number) {
  const network = createBackbone({
    name: 'iresnet',
    blocks: [1, 1, 1, 1],
    channels: [16, 16, 16, 16],
    embeddingSize: 8,
    inputSize: 16,
  });
  const parameters = network.parameters().filter(parameter => parameter.requiresGrad);
  const optimizer = new optim.Sgd(parameters, { lr: 0.01, momentum: 0.9, weightDecay: 5e-4 });
  const labels = tensor(BigInt64Array.from([0n, 1n, 2n, 3n]), [4]);
  const counts = Array.from({ length: steps }, () => {
    tidy(() => {
      optimizer.zeroGrad();
      ops.crossEntropyLoss(network.call(randn([4, 3, 16, 16])), labels).backward();
      optimizer.step();
    });
    return memory().live;
  });
  return { steps, first: counts[0]!, last: counts.at(-1)!, most: Math.max(...counts) };
}

function print(): void {
  const pair = ({ ours, python: theirs }: Record<Side, number>, digits: number) =>
    `${ours.toFixed(digits)} : ${theirs.toFixed(digits)}`;
  console.log(
    `\nForward and backward, batch ${values.batch} of 3x112x112, float32, ${values.threads} threads, best of ${values.steps} steps in turns. Here : Python, waiting threads asleep in both.`,
  );
  console.log('same:  malloc, layout and threads alike; memory with a mapping for each block');
  console.log('tuned: our allocator, channels last for mbf, split pairs : Python as it comes\n');
  console.log('| network | setting | images/s | ratio | images/CPU s | ratio | peak MB | ratio |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { network, setting, ratio, ...figures } of rows)
    console.log(
      `| ${network} | ${setting} | ${pair(figures.imagesPerSecond, 1)} | ${ratio.wall.toFixed(2)} | ${pair(figures.imagesPerCpuSecond, 2)} | ${ratio.cpu.toFixed(2)} | ${pair(figures.peakMegabytes, 0)} | ${ratio.memory.toFixed(3)} |`,
    );
  console.log(`\nTensors alive after 1 and ${live.steps} training steps: ${live.first} and ${live.last}.`);
  console.log(missed.length === 0 ? 'Every bar is reached.' : `Missed:\n  ${missed.join('\n  ')}`);
}

function requirePython(): void {
  const found = spawnSync(python, ['-c', 'import torch'], { encoding: 'utf8' });
  if (found.status === 0) return;
  console.error(
    `${python} has no PyTorch. On Debian and Ubuntu: apt-get install --no-install-recommends python3-torch. Elsewhere set PYTHON to a Python whose PyTorch uses the same libtorch.`,
  );
  process.exit(2);
}
