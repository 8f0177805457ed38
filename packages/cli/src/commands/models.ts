import type { Command } from 'commander';
import {
  type FileCheck,
  InsightFaceError,
  listPacks,
  type ModelSpec,
  modelHome,
  type PackManifest,
  type PackState,
  pullPack,
  readPack,
  removePack,
  verifyPack,
  writeWebPack,
} from 'insightface-ts';
import { Progress } from '../progress.js';
import { formatTable } from '../table.js';
import { print, visible, warn } from '../terminal.js';
import { parseBackboneOption } from './export.js';

interface JsonOption {
  readonly json?: boolean;
}

export function addModels(program: Command): void {
  const group = program.command('models').description('list, fetch, describe, check and remove model packs');
  const add = (usage: string, description: string, examples: readonly string[]) =>
    group
      .command(usage)
      .description(description)
      .addHelpText(
        'after',
        `\nExamples:\n${examples.map(example => `  insightface models ${example}`).join('\n')}`,
      );

  add('list', 'the packs that are known by name', ['list', 'list --json'])
    .option('--json', 'print one JSON object a line for each pack')
    .action(list);
  add('pull', 'fetch packs whole, so that they work offline', ['pull open', 'pull open-precise buffalo_l'])
    .argument('<name...>')
    .action(pull);
  add('info', 'licences, provenance, measured figures and thresholds', [
    'info open',
    'info ./my-models --json',
  ])
    .argument('<name|folder>')
    .option('--json', 'print the manifest')
    .action(info);
  add('verify', 'compare files on the disk with their checksums', [
    'verify',
    'verify open',
    'verify ./my-models',
  ])
    .argument('[name|folder]', 'default: every pack that is fetched')
    .option('--json', 'print one JSON object a line for each file')
    .addHelpText('after', '\nExit code: 0 when every file is whole, 2 when one is damaged or absent.')
    .action(verify);
  add('pack', 'make a pack of a network that was trained here', [
    'pack runs/first --name mine',
    'pack runs/first --name mine --pairs pairs.csv --images photos/',
  ])
    .argument('<run|checkpoint>')
    .requiredOption('--name <name>', "the pack's name")
    .option('--out <folder>', 'where to put it (default: a folder of its name here)')
    .option('--pairs <file>', "pairs of photos to calibrate thresholds on: LFW's format or a CSV")
    .option('--images <folder>', 'where these photos lie')
    .option('--detector <pack>', 'pack whose detector is taken', 'open')
    .option('--backbone <name>', 'network of a weights file that does not say it')
    .option('--json', 'print the manifest')
    .action(pack);
  add('web', 'write a pack as static files, for pages that recognise faces in the browser', [
    'web --out public/models/open',
    'web --pack ./my-models --out public/models/mine',
  ])
    .requiredOption('--out <folder>', 'a folder that the web server serves')
    .option('--pack <name|folder>', 'the pack', 'open')
    .action(web);
  add('remove', 'delete a pack; files that another fetched pack needs stay', ['remove open-precise'])
    .argument('<name>')
    .action(remove);
}

async function list({ json }: JsonOption): Promise<void> {
  const packs = await listPacks();
  if (json) {
    for (const { manifest, state, bytes } of packs) {
      const { name, title, license, models } = manifest;
      print(JSON.stringify({ name, title, license, tasks: tasksOf(models), state, bytes }));
    }
    return;
  }
  const rows = packs.map(({ manifest, state, bytes }) => [
    manifest.name,
    stateText[state],
    bytes > 0 ? megabytes(bytes) : '',
    manifest.license,
    manifest.title,
  ]);
  print(formatTable([['pack', 'state', 'MB here', 'licence', 'what it is'], ...rows]));
  print(`\nModels are kept in ${visible(modelHome())} (INSIGHTFACE_HOME moves them).`);
}

const stateText: Readonly<Record<PackState['state'], string>> = {
  ready: 'fetched',
  partial: 'in part',
  absent: 'not fetched',
};

async function pull(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const progress = new Progress(`Fetching ${name}`);
    const manifest = await pullPack(name, {
      onProgress: event => progress.update(event.received, event.total ?? 0, 'bytes'),
      onNotice: notice => warn(visible(notice)),
    }).finally(() => progress.end());
    print(`${manifest.name} is ready: ${tasksOf(manifest.models).join(', ')}`);
  }
}

async function web({ pack, out }: { pack: string; out: string }): Promise<void> {
  const progress = new Progress(`Fetching ${pack}`);
  const { models } = await writeWebPack(pack, out, {
    onProgress: event => progress.update(event.received, event.total ?? 0, 'bytes'),
    onNotice: notice => warn(visible(notice)),
  }).finally(() => progress.end());
  const bytes = models.flatMap(({ files }) => files).reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  print(`${visible(out)} holds ${tasksOf(models).join(', ')}: ${megabytes(bytes)} MB.`);
}

async function info(source: string, { json }: JsonOption): Promise<void> {
  const manifest = await readPack(source);
  if (json) print(JSON.stringify(manifest));
  else printPack(manifest);
}

function printPack(manifest: PackManifest): void {
  print(`${manifest.name}: ${visible(manifest.title)}\nLicence: ${visible(manifest.license)}`);
  for (const model of manifest.models) {
    const rows = describeModel(model);
    const width = Math.max(...rows.map(([label]) => label.length));
    print(`\n${visible(model.name)}`);
    for (const [label, value] of rows) print(`  ${label.padEnd(width)}  ${visible(value)}`);
  }
}

function describeModel(model: ModelSpec): [label: string, value: string][] {
  const { input } = model;
  const size = input.size ? `${input.size[1]}x${input.size[0]} ` : '';
  const rates = Object.entries(model.thresholds ?? {}).sort(([a], [b]) => Number(b) - Number(a));
  return [
    ['task', `${model.task}, family ${model.family}${model.optional ? ' (optional)' : ''}`],
    ...model.files.map(({ file, source, sha256 }): [string, string] => [
      'file',
      [file, source && `from ${source}`, sha256 && `SHA-256 ${sha256}`].filter(Boolean).join(', '),
    ]),
    [
      'pixels',
      `${size}${input.color}, (x - ${numbers(input.mean)}) / ${numbers(input.std)}, ${input.layout}`,
    ],
    ...optional('lowest score', model.threshold?.toString()),
    ...optional('embedding', model.dimension && `${model.dimension} numbers`),
    ...rates.map(([rate, cosine]): [string, string] => [
      'threshold',
      `cosine ${cosine} for ${rate} of strangers accepted`,
    ]),
    ...optional(
      'confidence',
      model.calibration &&
        `1 / (1 + exp(-(${model.calibration.slope} x cosine + ${model.calibration.offset})))`,
    ),
    ['licence', model.license],
    ...optional('provenance', model.provenance),
    ...(model.measured ?? []).map(({ protocol, value }): [string, string] => [
      'measured',
      `${protocol}: ${value}`,
    ]),
  ];
}

function optional(label: string, value: string | number | undefined): [string, string][] {
  return value ? [[label, String(value)]] : [];
}

function numbers(values: number | readonly number[]): string {
  return typeof values === 'number' ? String(values) : `[${values.join(', ')}]`;
}

async function verify(source: string | undefined, { json }: JsonOption): Promise<void> {
  const sources = source === undefined ? await fetchedPacks() : [source];
  if (sources.length === 0) warn('No pack is fetched. Fetch one: insightface models pull open');
  let whole = true;
  const rows: string[][] = [];
  for (const name of sources)
    for (const check of await verifyPack(name)) {
      if (!isWhole(check)) whole = false;
      if (json) print(JSON.stringify({ pack: name, ...check }));
      else rows.push([name, check.model, check.file, check.state, check.sha256?.slice(0, 16) ?? '']);
    }
  if (rows.length > 0) print(formatTable([['pack', 'model', 'file', 'state', 'SHA-256'], ...rows]));
  if (!whole) {
    warn('Something is damaged or absent. Fetch it again: insightface models pull NAME');
    process.exitCode = 2;
  }
}

async function fetchedPacks(): Promise<string[]> {
  return (await listPacks()).filter(({ state }) => state === 'ready').map(({ manifest }) => manifest.name);
}

function isWhole({ state }: FileCheck): boolean {
  return state === 'ok' || state === 'unpinned';
}

async function remove(name: string): Promise<void> {
  const freed = await removePack(name);
  print(freed > 0 ? `${name} is removed: ${megabytes(freed)} MB are free again` : `${name} was not here`);
}

interface PackCommandOptions extends JsonOption {
  readonly name: string;
  readonly out?: string;
  readonly pairs?: string;
  readonly images?: string;
  readonly detector: string;
  readonly backbone?: string;
}

async function pack(source: string, options: PackCommandOptions): Promise<void> {
  const { name, pairs, images, detector, backbone, out = name } = options;
  if ((pairs === undefined) !== (images === undefined))
    throw new InsightFaceError('INVALID_ARGUMENT', 'Give --pairs and --images together.');
  const { packRun } = await import('@insightface-ts/train');
  const progress = new Progress('Calibrating');
  const manifest = await packRun(source, {
    ...{ name, out, detector },
    ...(backbone !== undefined && { backbone: await parseBackboneOption(backbone) }),
    ...(pairs !== undefined && images !== undefined && { calibrate: { pairs, images } }),
    onProgress: (done, total) => progress.update(done, total, 'images'),
    onNotice: warn,
  }).finally(() => progress.end());
  if (options.json) print(JSON.stringify(manifest));
  else print(`${out} is ready: insightface analyze PHOTO --pack ${out.includes('/') ? out : `./${out}`}`);
}

function tasksOf(models: readonly ModelSpec[]): string[] {
  return [...new Set(models.map(({ task }) => task))];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
