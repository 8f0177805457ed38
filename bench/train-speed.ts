// Forward and backward of MobileFaceNet and iResNet-18, here beside Python on the same libtorch, by turns in one run:
// at the same settings, and as we set the engine up beside Python as it comes. Then a thousand training steps of a small
// network, after which as many tensors must be alive as after the first.
//   node bench/dist/train-speed.js [--networks mbf,r18] [--batch 64] [--rounds 2] [--steps 1] [--threads 2] [--json] [--check]
// Needs PyTorch for /usr/bin/python3 (or PYTHON=...) on the same libtorch; Debian, Ubuntu: apt-get install python3-torch
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { memory, ops, optim, randn, tensor, tidy } from '@insightface-ts/torch';
import { createBackbone } from '@insightface-ts/train';

/** What one contender runs. */
export interface Contender {
  readonly network: 'mbf' | 'r18';
  readonly batch: number;
  readonly steps: number;
  readonly threads: number;
  readonly channelsLast: boolean;
  readonly splitPairs: boolean;
}

/** What one contender tells; times are those of a step after the first. */
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
    rounds: { type: 'string', default: '2' },
    steps: { type: 'string', default: '1' },
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

// glibc gives large blocks back to the kernel at every free; with these it keeps them, in both languages alike.
const sameMalloc = {
  INSIGHTFACE_TORCH_ALLOCATOR: 'system',
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: String(2 ** 40),
  MALLOC_ARENA_MAX: '1',
};

type Side = 'ours' | 'python';
const settings = ['same', 'tuned'] as const;
type Setting = (typeof settings)[number];

requirePython();
const rows = values.networks.split(',').flatMap(name => {
  if (name !== 'mbf' && name !== 'r18') throw new Error(`--networks knows mbf and r18, not ${name}.`);
  return compare(name);
});
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

/** Both settings of one network; the four contenders take turns, and which of two goes first changes every round. */
function compare(network: Contender['network']) {
  const reports = { same: { ours: [], python: [] }, tuned: { ours: [], python: [] } } as Record<
    Setting,
    Record<Side, StepReport[]>
  >;
  for (let round = 0; round < Number(values.rounds); round++)
    for (const setting of settings)
      for (const side of (round % 2 ? ['python', 'ours'] : ['ours', 'python']) as Side[]) {
        const report = run(side, setting, network);
        reports[setting][side].push(report);
        const { seconds, cpuSeconds, peakMegabytes } = report;
        console.error(
          `${network} ${setting} ${side}: ${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU s, ${peakMegabytes.toFixed(0)} MB`,
        );
      }
  return settings.map(setting => summarize(network, setting, reports[setting]));
}

function summarize(
  network: Contender['network'],
  setting: Setting,
  { ours, python: theirs }: Record<Side, readonly StepReport[]>,
) {
  const [mine, other] = [ours[0]!, theirs[0]!];
  if (mine.parameters !== other.parameters || Math.abs(mine.loss - other.loss) > 1e-3 * Math.abs(other.loss))
    throw new Error(
      `${network} is not the same network on both sides: ${mine.parameters} and ${other.parameters} parameters, loss ${mine.loss} and ${other.loss}.`,
    );
  if (mine.version !== other.version.replace(/[a+].*/, ''))
    console.error(`note: libtorch ${mine.version} here, ${other.version} in Python`);
  const batch = Number(values.batch);
  const speed = (of: readonly StepReport[], key: 'seconds' | 'cpuSeconds') =>
    batch / Math.min(...of.map(report => report[key]));
  const peak = (of: readonly StepReport[]) => Math.max(...of.map(report => report.peakMegabytes));
  const figures = {
    imagesPerSecond: { ours: speed(ours, 'seconds'), python: speed(theirs, 'seconds') },
    imagesPerCpuSecond: { ours: speed(ours, 'cpuSeconds'), python: speed(theirs, 'cpuSeconds') },
    peakMegabytes: { ours: peak(ours), python: peak(theirs) },
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
      ? [`${network} ${setting}: ${ratio.memory.toFixed(2)} times Python's memory`]
      : []),
  ];
  return { network, setting, parameters: mine.parameters, ...figures, ratio, missed };
}

function run(side: Side, setting: Setting, network: Contender['network']): StepReport {
  const same = setting === 'same';
  const ours = side === 'ours';
  const contender: Contender = {
    network,
    batch: Number(values.batch),
    steps: Number(values.steps),
    threads: Number(values.threads),
    channelsLast: channelsLast[network] && (same || ours),
    splitPairs: ours && !same,
  };
  const [program, script] = ours
    ? [process.execPath, fileURLToPath(new URL('train-speed-ours.js', import.meta.url))]
    : [python, fileURLToPath(new URL('../peers/train_speed.py', import.meta.url))];
  const output = execFileSync(program, [script, JSON.stringify(contender)], {
    encoding: 'utf8',
    env: { ...process.env, ...always, ...(same ? sameMalloc : {}) },
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as StepReport;
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
    `\nForward and backward, batch ${values.batch} of 3x112x112, float32, ${values.threads} threads, best of ${values.rounds} rounds. Here : Python, waiting threads asleep in both.`,
  );
  console.log('same:  malloc, layout and threads alike');
  console.log('tuned: our allocator, channels last for mbf, split pairs : Python as it comes\n');
  console.log('| network | setting | images/s | ratio | images/CPU s | ratio | peak MB | ratio |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { network, setting, ratio, ...figures } of rows)
    console.log(
      `| ${network} | ${setting} | ${pair(figures.imagesPerSecond, 1)} | ${ratio.wall.toFixed(2)} | ${pair(figures.imagesPerCpuSecond, 2)} | ${ratio.cpu.toFixed(2)} | ${pair(figures.peakMegabytes, 0)} | ${ratio.memory.toFixed(2)} |`,
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
