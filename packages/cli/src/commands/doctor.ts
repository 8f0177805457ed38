import { cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import { availableDevices, createImage, type FaceAnalysis, modelHome } from 'insightface-ts';
import { type AppOptions, addAppOptions, withApp } from '../app.js';
import { formatTable } from '../table.js';
import { print, visible } from '../terminal.js';

interface DoctorOptions extends AppOptions {
  readonly json?: boolean;
}

interface DoctorReport {
  readonly node: string;
  readonly platform: string;
  readonly cpu: { readonly model: string; readonly cores: number };
  readonly memoryGiB: number;
  readonly devices: readonly string[];
  readonly device: string;
  readonly threads: number;
  readonly home: string;
  readonly pack: string;
  readonly models: readonly {
    readonly name: string;
    readonly task: string;
    readonly family: string;
    readonly license: string;
    /** Loaded only where a command asks for it, and not by this one. */
    readonly optional: boolean;
  }[];
  readonly milliseconds: { readonly load: number; readonly detect: number; readonly embed: number | null };
}

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('say what runs where, and how fast')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  insightface doctor\n  insightface doctor --pack open-precise --threads 2 --json',
    )
    .action(async (options: DoctorOptions) => {
      const start = performance.now();
      const report = await withApp(options, {}, app => examine(app, performance.now() - start, options));
      if (options.json) print(JSON.stringify(report));
      else printReport(report);
    });
  addAppOptions(command);
}

/** `load` is the milliseconds that opening the pack took. */
async function examine(app: FaceAnalysis, load: number, options: DoctorOptions): Promise<DoctorReport> {
  const [cpu] = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: { model: cpu?.model ?? 'unknown', cores: cpus().length },
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    devices: await availableDevices(),
    device: options.device ?? 'cpu',
    threads: options.threads ?? 1,
    home: modelHome(),
    pack: app.pack.name,
    models: app.pack.models.map(({ name, task, family, license, optional = false }) => ({
      name,
      task,
      family,
      license,
      optional,
    })),
    milliseconds: { load: Number(load.toFixed(1)), ...(await measure(app)) },
  };
}

/** Median times on synthetic pixels: what the networks cost, whatever is in the picture. */
async function measure(app: FaceAnalysis): Promise<{ detect: number; embed: number | null }> {
  await app.warmup();
  const frame = createImage(640, 480);
  const detect = await median(async () => {
    await app.get(frame);
  });
  if (!app.recognizer) return { detect, embed: null };
  const crop = createImage(app.recognizer.inputSize, app.recognizer.inputSize);
  const embed = await median(async () => {
    await app.embedAligned([crop]);
  });
  return { detect, embed };
}

async function median(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 15; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return Number((times[7] ?? 0).toFixed(2));
}

function printReport(report: DoctorReport): void {
  const { milliseconds: time } = report;
  const rows = [
    ['Node', report.node],
    ['Platform', report.platform],
    ['Processor', `${report.cpu.model}, ${report.cpu.cores} cores, ${report.memoryGiB} GiB of memory`],
    ['Devices', `${report.devices.join(', ')} (as ONNX Runtime was built; --device tries one)`],
    [
      'In use',
      `${report.device}, ${report.threads === 1 ? '1 thread' : `${report.threads} threads`} a network`,
    ],
    ['Model cache', report.home],
    ['Pack', report.pack],
    ['Loaded in', `${time.load} ms`],
    ['A 640x480 image without faces', `${time.detect} ms`],
    ...(time.embed === null ? [] : [['Embedding of one face', `${time.embed} ms`]]),
  ];
  const width = Math.max(...rows.map(([label]) => label?.length ?? 0));
  for (const [label, value] of rows) print(`${label?.padEnd(width)}  ${visible(value ?? '')}`);
  print();
  print(
    formatTable([
      ['model', 'task', 'family', 'licence'],
      ...report.models.map(({ name, task, family, license, optional }) => [
        name,
        optional ? `${task} (optional, not loaded)` : task,
        family,
        license,
      ]),
    ]),
  );
}
